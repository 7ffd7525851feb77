// Calls the proxy with the official OpenAI client for Node and prints what a program that uses it sees.
//
// Takes the base URL of the proxy and a JSON list of calls: `kind` (`chat`, `stream`, `parsed`, `response`,
// `response-stream`, `embedding`), `model`, and optionally `body` (further fields).

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

// The packages are where the first argument says, not beside this file.
const [home, url, calls] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${home}/package.json`));
const OpenAI = require("openai");
const { zodResponseFormat } = require("openai/helpers/zod");
const { z } = require("zod");

const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "none", maxRetries: 0, timeout: 60_000 });
const messages = [{ role: "user", content: "Say something." }];
const Weather = z.object({ city: z.string(), degrees: z.number() });

function completion(answer) {
  const [choice] = answer.choices;
  const calls = choice.message.tool_calls ?? [];
  return {
    text: choice.message.content,
    tools: calls.map((call) => [call.id, call.function.name, call.function.arguments]),
    finish: choice.finish_reason,
    parsed: choice.message.parsed ?? null,
    input: answer.usage?.prompt_tokens ?? null,
    output: answer.usage?.completion_tokens ?? null,
  };
}

// What the client adds as `output_text` to answers that are no streams.
function spoken(answer) {
  const parts = answer.output.flatMap((item) => item.content ?? []);
  return parts.map((part) => part.text ?? "").join("");
}

function response(answer) {
  return { text: answer.output_text ?? spoken(answer), status: answer.status, input: answer.usage?.input_tokens ?? null };
}

const kinds = {
  async chat({ model, body }) {
    return completion(await client.chat.completions.create({ model, messages, ...body }));
  },
  async stream({ model, body }) {
    const stream = client.chat.completions.stream({ model, messages, ...body });
    let said = "";
    stream.on("content", (piece) => (said += piece));
    const seen = completion(await stream.finalChatCompletion());
    return { ...seen, said };
  },
  async parsed({ model, body }) {
    const response_format = zodResponseFormat(Weather, "weather");
    return completion(await client.chat.completions.parse({ model, messages, response_format, ...body }));
  },
  async response({ model, body }) {
    return response(await client.responses.create({ model, input: "Say something.", ...body }));
  },
  async "response-stream"({ model, body }) {
    let said = "";
    let last = null;
    for await (const event of await client.responses.create({ model, input: "Say something.", stream: true, ...body })) {
      if (event.type === "response.output_text.delta") said += event.delta;
      if (event.type === "response.completed") last = response(event.response);
    }
    return { ...last, said };
  },
  async embedding({ model, body }) {
    const answer = await client.embeddings.create({ model, input: "a text", ...body });
    return { vectors: answer.data.map((entry) => entry.embedding), input: answer.usage.prompt_tokens };
  },
};

async function call(wanted) {
  try {
    return await kinds[wanted.kind](wanted);
  } catch (error) {
    if (!(error instanceof OpenAI.OpenAIError)) throw error;
    return { error: error.constructor.name, status: error.status ?? null, code: error.code ?? null };
  }
}

const seen = [];
for (const wanted of JSON.parse(calls)) seen.push(await call(wanted));
console.log(JSON.stringify(seen));
