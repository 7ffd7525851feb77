"""Makes chat calls with the official OpenAI SDK and prints what a program that uses it sees.

Takes the base URL and a JSON list of calls: `key`, `model`, `stream`, and optionally `prompt`, `headers`, `body` (extra
fields). Prints a JSON list: `text`, `finish`, `headers`, `usage`, and where the SDK raised, `error` with its class,
status, code and message.
"""

import json
import sys

import openai


def headers_of(response):
    return {name.lower(): value for name, value in response.headers.items()}


def whole(client, arguments):
    raw = client.chat.completions.with_raw_response.create(**arguments)
    answer = raw.parse()
    choice = answer.choices[0]
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "headers": headers_of(raw),
        "usage": answer.usage.model_dump() if answer.usage else None,
    }


def streamed(client, arguments, seen):
    raw = client.chat.completions.with_raw_response.create(stream=True, **arguments)
    seen.update(text="", finish=None, headers=headers_of(raw), usage=None)
    for chunk in raw.parse():
        if chunk.usage:
            seen["usage"] = chunk.usage.model_dump()
        for choice in chunk.choices:
            seen["text"] += choice.delta.content or ""
            seen["finish"] = choice.finish_reason or seen["finish"]


def call(base_url, wanted):
    client = openai.OpenAI(base_url=base_url, api_key=wanted["key"], max_retries=0, timeout=60)
    arguments = {
        "model": wanted["model"],
        "messages": [{"role": "user", "content": wanted.get("prompt", "Say something.")}],
        "extra_headers": wanted.get("headers", {}),
        "extra_body": wanted.get("body", {}),
    }
    seen = {}
    try:
        if wanted.get("stream"):
            streamed(client, arguments, seen)
        else:
            seen = whole(client, arguments)
    except openai.APIStatusError as error:
        seen["error"] = {
            "class": type(error).__name__,
            "status": error.status_code,
            "code": error.code,
            "message": error.message,
        }
        seen["headers"] = headers_of(error.response)
    except openai.APIError as error:
        seen["error"] = {"class": type(error).__name__, "status": None, "code": error.code, "message": error.message}
    return seen


def main():
    base_url, calls = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps([call(base_url, wanted) for wanted in calls]))


if __name__ == "__main__":
    main()
