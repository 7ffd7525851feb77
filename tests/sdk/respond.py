"""Asks for responses with the official OpenAI SDK and prints what a program that uses it sees.

Takes the base URL of the proxy and a JSON list of calls: `model`, and optionally `stream` and `body` (further fields).
"""

import json
import sys

import openai


def seen_of(response):
    calls = [item for item in response.output if item.type == "function_call"]
    return {
        "text": response.output_text,
        "tools": [[call.call_id, call.name, call.arguments] for call in calls],
        "status": response.status,
        "input": response.usage.input_tokens if response.usage else None,
        "output": response.usage.output_tokens if response.usage else None,
    }


def ask(client, wanted):
    body = dict(wanted.get("body", {}))
    body.setdefault("input", "Say something.")
    if not wanted.get("stream"):
        return seen_of(client.responses.create(model=wanted["model"], **body))
    said = ""
    with client.responses.stream(model=wanted["model"], **body) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                said += event.delta
        seen = seen_of(stream.get_final_response())
    assert said == seen["text"], (said, seen)
    return seen


def call(url, wanted):
    client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0, timeout=60)
    try:
        return ask(client, wanted)
    except openai.APIError as error:
        return {"error": type(error).__name__, "code": error.code, "message": error.message}


def main():
    print(json.dumps([call(sys.argv[1], wanted) for wanted in json.loads(sys.argv[2])]))


if __name__ == "__main__":
    main()
