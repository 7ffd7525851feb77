"""Holds bodies of Gemini's interface against the types of the official SDK, which know every field by its name.

Takes a JSON object: `requests` and `answers`, each a list of bodies. Prints how many of each were held, and fails with the
first that does not fit.
"""

import json
import sys

import pydantic
from google.genai import types


class Request(pydantic.BaseModel):
    """The body of `generateContent`, as its documents have it; its parts are the SDK's own types."""

    model_config = pydantic.ConfigDict(extra="forbid")

    contents: list[types.Content]
    systemInstruction: types.Content | None = None
    tools: list[types.Tool] | None = None
    toolConfig: types.ToolConfig | None = None
    generationConfig: types.GenerationConfig | None = None


def main():
    held = json.loads(sys.argv[1])
    for body in held["requests"]:
        Request.model_validate(body)
    for body in held["answers"]:
        types.GenerateContentResponse.model_validate(body)
    print(json.dumps({kind: len(bodies) for kind, bodies in held.items()}))


if __name__ == "__main__":
    main()
