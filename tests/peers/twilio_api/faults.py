"""What shall go wrong. A rule counts the requests it looks at, and acts on some of them:

    {"effect": E, "of": "any" or "mutating", "method": M, "path": regex, "form": {parameter: regex}, "nth": 1, "count": 1}

It looks at requests of that kind (default: any), method, path (searched in the path without query) and form (each
parameter must be there and match as a whole, which singles out one item); its effect falls on `count` of them, from the
`nth` on. The first rule that acts decides; all rules count. Effects:

    429             not processed; "retry_after": seconds sends the header
    500-before      not processed; "status": another one of 500 to 599
    500-after       processed, then the same answer
    drop-before     the connection is closed without an answer; not processed
    drop-after      processed, then closed without an answer
    late            answered like 500-before, and processed "seconds" later
    slow            processed, answered after "seconds"
    garbage         processed, answered with text that is no JSON
    refuse          not processed; "status", "code", "message" of the refusal
"""

import re

EFFECTS = {"429", "500-before", "500-after", "drop-before", "drop-after", "late", "slow", "garbage", "refuse"}
KNOWN = {"effect", "of", "method", "path", "form", "nth", "count", "retry_after", "status", "seconds", "code", "message"}


class Faults:
    def __init__(self):
        self.rules = []

    def replace(self, rules):
        for rule in rules:
            is_known = set(rule) <= KNOWN and rule.get("of", "any") in ("any", "mutating")
            if rule["effect"] not in EFFECTS or not is_known:
                raise ValueError(f"no such rule: {rule}")
        self.rules = [{**rule, "_seen": 0} for rule in rules]
        return {"rules": len(self.rules)}

    def on(self, method, path, form):
        """The rule that acts on this request."""
        acting = None
        for rule in self.rules:
            if rule.get("of") == "mutating" and method not in ("POST", "DELETE"):
                continue
            if rule.get("method", method) != method or not re.search(rule.get("path", ""), path):
                continue
            given = dict(form)
            wanted = rule.get("form", {}).items()
            if not all(name in given and re.fullmatch(value, given[name]) for name, value in wanted):
                continue
            rule["_seen"] += 1
            first = rule.get("nth", 1)
            if acting is None and first <= rule["_seen"] < first + rule.get("count", 1):
                acting = rule
        return acting
