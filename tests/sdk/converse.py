"""Holds richer chats with the official OpenAI SDK and prints what a program that uses it sees.

Takes the base URL of the proxy and a JSON list of calls: `model`, and optionally `stream`, `schema` (structured output),
and `body` (further fields).
"""

import json
import sys

import openai
import pydantic


class Weather(pydantic.BaseModel):
    """What the structured output is parsed into."""

    city: str
    degrees: int


def seen_of(completion):
    choice = completion.choices[0]
    calls = choice.message.tool_calls or []
    parsed = getattr(choice.message, "parsed", None)
    return {
        "text": choice.message.content,
        "tools": [[entry.id, entry.function.name, entry.function.arguments] for entry in calls],
        "finish": choice.finish_reason,
        "parsed": parsed.model_dump() if parsed else None,
        "input": completion.usage.prompt_tokens if completion.usage else None,
        "cached": completion.usage.prompt_tokens_details.cached_tokens if completion.usage else None,
        "output": completion.usage.completion_tokens if completion.usage else None,
    }


def ask(client, wanted):
    body = dict(wanted.get("body", {}))
    body.setdefault("messages", [{"role": "user", "content": "Say something."}])
    if wanted.get("schema"):
        return seen_of(client.chat.completions.parse(model=wanted["model"], response_format=Weather, **body))
    if wanted.get("stream"):
        with client.chat.completions.stream(model=wanted["model"], **body) as stream:
            for _ in stream:
                pass
            return seen_of(stream.get_final_completion())
    return seen_of(client.chat.completions.create(model=wanted["model"], **body))


def call(url, wanted):
    client = openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0, timeout=60)
    try:
        return ask(client, wanted)
    except openai.APIStatusError as error:
        return {"error": type(error).__name__, "code": error.code, "message": error.message}
    except openai.APIError as error:
        return {"error": type(error).__name__, "code": error.code, "message": error.message}


def main():
    print(json.dumps([call(sys.argv[1], wanted) for wanted in json.loads(sys.argv[2])]))


if __name__ == "__main__":
    main()
