"""Asks for messages with the official Anthropic SDK and prints what a program that uses it sees.

Takes the base URL of the proxy and a JSON list of calls: `model`, and optionally `key`, `stream`, `count` (of tokens),
and `body` (further fields).
"""

import json
import sys

import anthropic


def seen_of(message, headers):
    return {
        "text": "".join(block.text for block in message.content if block.type == "text"),
        "thinking": "".join(block.thinking for block in message.content if block.type == "thinking"),
        "tools": [[block.id, block.name, block.input] for block in message.content if block.type == "tool_use"],
        "stop": message.stop_reason,
        "input": message.usage.input_tokens,
        "cached": message.usage.cache_read_input_tokens,
        "output": message.usage.output_tokens,
        "target": headers.get("x-pointsman-target"),
        "failures": headers.get("x-pointsman-failures"),
    }


def ask(client, wanted):
    body = dict(wanted.get("body", {}))
    body.setdefault("messages", [{"role": "user", "content": "Say something."}])
    if wanted.get("count"):
        return {"input": client.messages.count_tokens(model=wanted["model"], **body).input_tokens}
    body.setdefault("max_tokens", 100)
    if wanted.get("stream"):
        with client.messages.stream(model=wanted["model"], **body) as stream:
            return seen_of(stream.get_final_message(), stream.response.headers)
    raw = client.messages.with_raw_response.create(model=wanted["model"], **body)
    return seen_of(raw.parse(), raw.headers)


def call(url, wanted):
    client = anthropic.Anthropic(base_url=url, api_key=wanted.get("key", "none"), max_retries=0, timeout=60)
    try:
        return ask(client, wanted)
    except anthropic.APIStatusError as error:
        body = error.body["error"] if isinstance(error.body, dict) else {}
        return {"error": type(error).__name__, "type": body.get("type"), "code": body.get("code")}


def main():
    print(json.dumps([call(sys.argv[1], wanted) for wanted in json.loads(sys.argv[2])]))


if __name__ == "__main__":
    main()
