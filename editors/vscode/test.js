// What the extension promises of itself: its files are there, its grammar is the tested one, and it starts the server
// with what the settings say. The editor itself is stood in for.
"use strict";

const assert = require("node:assert");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { test } = require("node:test");

const manifest = require("./package.json");

test("every file that the manifest names is there and reads as JSON", () => {
  const { languages, grammars } = manifest.contributes;
  const named = [...languages.map((one) => one.configuration), ...grammars.map((one) => one.path)];
  assert.equal(named.length, 2);
  for (const file of named) {
    JSON.parse(fs.readFileSync(path.join(__dirname, file), "utf8"));
  }
});

test("it starts the program of the settings, passes them on, and stops it", async () => {
  const settings = { path: "/opt/pointsman", policy: ["policy"], traffic: [], map: ["tokens=n"] };
  const seen = [];
  class LanguageClient {
    constructor(id, name, program, options) {
      seen.push({ id, program, options });
    }
    async start() {
      seen.push("started");
    }
    async stop() {
      seen.push("stopped");
    }
  }
  const stand = {
    vscode: {
      workspace: {
        getConfiguration: () => ({ get: (key) => settings[key] }),
        onDidChangeConfiguration: () => ({ dispose() {} }),
      },
    },
    "vscode-languageclient/node": { LanguageClient },
  };
  const load = Module._load;
  Module._load = (name, ...rest) => stand[name] ?? load(name, ...rest);
  try {
    const extension = require("./extension.js");
    await extension.activate({ subscriptions: [] });
    await extension.deactivate();
  } finally {
    Module._load = load;
  }
  const [client, started, stopped] = seen;
  assert.deepEqual(client.program, { command: "/opt/pointsman", args: ["lsp"] });
  const { path: _, ...options } = settings;
  assert.deepEqual(client.options.initializationOptions, options);
  assert.deepEqual(client.options.documentSelector, [{ language: "policy" }]);
  assert.deepEqual([started, stopped], ["started", "stopped"]);
});

test("every setting that is read is declared", () => {
  const declared = Object.keys(manifest.contributes.configuration.properties);
  const source = fs.readFileSync(path.join(__dirname, "extension.js"), "utf8");
  const read = [...source.matchAll(/settings\.get\("(\w+)"\)/g)].map((found) => `pointsman.${found[1]}`);
  assert.deepEqual([...new Set(read)].sort(), declared.sort());
});
