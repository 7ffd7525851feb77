"""Makes embeddings with the official OpenAI SDK and prints what a program that uses it sees.

Takes the base URL of the proxy and a JSON list of calls: `model`, and optionally `input`.
"""

import json
import sys

import openai


def embed(client, wanted):
    raw = client.embeddings.with_raw_response.create(model=wanted["model"], input=wanted.get("input", "a text"))
    answer = raw.parse()
    return {
        "vectors": [list(entry.embedding) for entry in answer.data],
        "tokens": answer.usage.prompt_tokens,
        "target": raw.headers.get("x-pointsman-target"),
        "failures": raw.headers.get("x-pointsman-failures"),
    }


def main():
    client = openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="none", max_retries=0, timeout=60)
    print(json.dumps([embed(client, wanted) for wanted in json.loads(sys.argv[2])]))


if __name__ == "__main__":
    main()
