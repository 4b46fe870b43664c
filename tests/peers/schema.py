"""docs/events.schema.json, read by a validator of others. A line of JSON in, a message; a line out, what is wrong with it."""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

schema = json.loads((Path(__file__).resolve().parents[2] / "docs/events.schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for line in sys.stdin:
    print(json.dumps([error.message for error in validator.iter_errors(json.loads(line))]), flush=True)
