"""Parameters of forms and queries. A name that is not expected, given twice or malformed is refused.

Twilio itself only warns of unknown names (20001). Here they are refused, so that a misspelling shows.
"""

import re
from urllib.parse import urlsplit

from refusals import Refusal

LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# An underscore, which some name servers take, is none of these.
HOST = re.compile(rf"(?=.{{1,253}}\Z)({LABEL}\.)*{LABEL}")


class Required:
    """A parameter that must be there."""

    def __init__(self, kind):
        self.kind = kind


def text(most=None):
    def read(value):
        if value == "":
            raise ValueError("may not be blank")
        if most is not None and len(value) > most:
            raise ValueError(f"may not be longer than {most} characters")
        return value

    return read


def optional_text(most=None):
    """Text that is cleared by a blank value."""
    return lambda value: None if value == "" else text(most)(value)


def sid(prefix):
    """The name of another resource. Blank takes it away."""

    def read(value):
        if value and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", value):
            raise ValueError(f"is no {prefix} sid")
        return value or None

    return read


def boolean(value):
    # The way in which all of Twilio's libraries write them.
    if value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value == "true"


def integer(least, most):
    def read(value):
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(value)

    return read


def choice(*values):
    def read(value):
        if value not in values:
            raise ValueError("must be one of " + ", ".join(values))
        return value

    return read


def url(value):
    """The address of a webhook. Blank takes it away."""
    if value == "":
        return None
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not value.isascii() or re.search(r"\s", value) or parts.scheme not in ("http", "https") or not host:
        raise ValueError("is not a valid URL")
    if not HOST.fullmatch(host):
        raise ValueError("is not a valid URL: its host name is not a host name")
    return value


def date(value):
    """A day, or a second of it, in UTC; as text that sorts by time."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", value):
        raise ValueError("is no date (YYYY-MM-DD, or YYYY-MM-DDThh:mm:ssZ)")
    return value


METHOD = choice("GET", "POST")


def read(pairs, takes, code):
    """The parameters as values. What is wrong with one is said with this code."""
    fields = {}
    for name, value in pairs:
        if name not in takes:
            raise Refusal(20001, f"Unknown parameter {name}")
        if name in fields:
            raise Refusal(20001, f"Parameter {name} is given twice")
        kind = takes[name]
        try:
            fields[name] = (kind.kind if isinstance(kind, Required) else kind)(value)
        except ValueError as error:
            # The value itself is not repeated: it may be a password.
            raise Refusal(20007 if name == "PageSize" else code, f"{name} {error}") from None
    for name, kind in takes.items():
        if isinstance(kind, Required) and name not in fields:
            raise Refusal(code, f"Missing required parameter {name} in the post body")
    return fields
