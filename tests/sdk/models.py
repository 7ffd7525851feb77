"""Lists models with the official OpenAI SDK: prints a JSON list of their ids. Takes the base URL and a key."""

import json
import sys

import openai


def main():
    client = openai.OpenAI(base_url=sys.argv[1], api_key=sys.argv[2], max_retries=0)
    print(json.dumps([model.id for model in client.models.list()]))


if __name__ == "__main__":
    main()
