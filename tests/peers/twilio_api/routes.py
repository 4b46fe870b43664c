"""Which requests there are. A module of resources says so itself, with `route`."""

import re

from forms import integer, text

PAGING = {"PageSize": integer(1, 1000), "Page": integer(0, 10**9), "PageToken": text(100)}

_ROUTES = []


class Route:
    def __init__(self, method, path, takes, code, handler):
        self.method, self.takes, self.code, self.handler = method, takes, code, handler
        literal = re.sub(r"[.]", r"\\.", path)
        literal = literal.replace("{ISO}", "([A-Z]{2})")
        self.pattern = re.compile(re.sub(r"\{([A-Z]{2})\}", r"(\1[0-9a-fA-F]{32})", literal))
        of_one = path.endswith(("}.json", "}"))
        self.status = {"GET": 200, "DELETE": 204, "POST": 200 if of_one else 201}[method]


def route(method, path, takes=None, code=20001):
    """A function of the account, the sids of the path and the fields; it returns what is answered.

    Paths without a version are those of the account. `{CL}` stands for a sid with that prefix, `{ISO}` for a country.
    `code` is what Twilio says of a parameter that is missing or wrong.
    """
    whole = path if path.startswith("/v1/") else "/2010-04-01/Accounts/{AC}" + path

    def remember(handler):
        _ROUTES.append(Route(method, whole, takes or {}, code, handler))
        return handler

    return remember


def find(method, path):
    """The route with the sids of the path, and whether any method is known for this path."""
    known = False
    for one in _ROUTES:
        if match := one.pattern.fullmatch(path):
            if one.method == method:
                return one, match.groups(), True
            known = True
    return None, (), known
