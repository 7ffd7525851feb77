// Starts `pointsman lsp` and connects the editor to it.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

function start() {
  const settings = vscode.workspace.getConfiguration("pointsman");
  const program = { command: settings.get("path"), args: ["lsp"] };
  client = new LanguageClient("pointsman", "Pointsman", program, {
    documentSelector: [{ language: "policy" }],
    initializationOptions: {
      policy: settings.get("policy"),
      traffic: settings.get("traffic"),
      map: settings.get("map"),
    },
  });
  return client.start();
}

async function stop() {
  const running = client;
  client = undefined;
  await running?.stop();
}

async function activate(context) {
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("pointsman")) {
        await stop();
        await start();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
