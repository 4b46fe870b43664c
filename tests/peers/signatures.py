"""Twilio's own signatures: one JSON object a line in, one out.

    {"do": "sign", "token": T, "url": U, "fields": [[name, value], ...]}            -> {"signature": S}
    {"do": "validate", "token": T, "url": U, "fields": [...], "signature": S}       -> {"valid": true}
    {"do": "validate", "token": T, "url": U, "body": "...", "signature": S}         -> {"valid": true}
"""

import json
import sys

from twilio.request_validator import RequestValidator


class Fields:
    """The fields as Flask and Django hand them over: with all values of a name."""

    def __init__(self, pairs):
        self.pairs = pairs

    def __bool__(self):
        return bool(self.pairs)

    def __iter__(self):
        return (name for name, _ in self.pairs)

    def getall(self, name):
        return [value for key, value in self.pairs if key == name]


for line in sys.stdin:
    asked = json.loads(line)
    validator = RequestValidator(asked["token"])
    fields = Fields(asked.get("fields") or [])
    if asked["do"] == "sign":
        answer = {"signature": validator.compute_signature(asked["url"], fields)}
    else:
        params = asked["body"] if "body" in asked else fields
        answer = {"valid": validator.validate(asked["url"], params, asked["signature"])}
    print(json.dumps(answer), flush=True)
