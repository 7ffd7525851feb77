"""Holds SARIF logs, one a line of a file, against the published schema of SARIF 2.1.0.

`pydantic-sarif` is generated from the schema file; every object of it refuses what the schema does not name. Prints
how many logs fit, and what is wrong with the first that does not.
"""

import sys

from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Log

fitting = 0
with open(sys.argv[1], encoding="utf-8") as logs:
    for line in logs:
        try:
            Log.model_validate_json(line)
        except ValidationError as error:
            print(f"{fitting} fit; then: {error.errors(include_url=False)[0]}")
            sys.exit(0)
        fitting += 1
print(f"{fitting} fit")
