"""The account: its collections, and what all resources have in common.

A record is a dictionary of Twilio's own fields. Names with a leading underscore are ours and are never shown.
"""

import secrets
import time
from email.utils import formatdate

from refusals import not_found

NUMBERS_TO_BUY = [f"+1503555015{digit}" for digit in range(10)] + [f"+1888555015{digit}" for digit in range(3)]


def hexadecimal(prefix):
    return prefix + secrets.token_hex(16)


class Account:
    def __init__(self):
        self.sid, self.key = hexadecimal("AC"), hexadecimal("SK")
        self.token, self.secret = secrets.token_hex(16), secrets.token_urlsafe(24)
        self.base = ""
        self._last = 0
        self.credential_lists, self.domains, self.numbers = {}, {}, {}
        self.addresses, self.applications, self.calls = {}, {}, {}
        self.alerts, self.permissions, self.prices = {}, {}, {}
        # Lists of IP addresses and trunks are only known by their sid: nothing here makes them.
        self.ip_lists, self.trunks = {}, {}
        # Domain names that belong to other customers of Twilio.
        self.taken = set()
        self.verdicts = []
        self.emergency_polls, self.emergency_outcome = 2, "registered"
        # For how many seconds lists show what was there before.
        self.lag, self.is_seeding = 0, False
        self.friendly_name = "Stand-in"
        # The account that this one belongs to, whose token opens it too: {"sid": S, "token": T}.
        self.parent = {}
        self.available = {number: self.for_sale(phone_number=number) for number in NUMBERS_TO_BUY}

    def seq(self):
        self._last += 1
        return self._last

    def stamp(self):
        """The fields that every resource of the account has when it is made."""
        now = formatdate(time.time()).replace("-0000", "+0000")
        born = 0 if self.is_seeding else time.monotonic()
        record = {"account_sid": self.sid, "date_created": now, "date_updated": now, "_seq": self.seq()}
        return record | {"_born": born, "_former": []}

    def touch(self, record, changes):
        record.setdefault("_former", []).append((time.monotonic(), dict(record)))
        record.update(changes)
        record["date_updated"] = formatdate(time.time()).replace("-0000", "+0000")
        return record

    def listed(self, records):
        """The records as a list shows them, which may lag behind what was done to them."""
        then = time.monotonic() - self.lag
        for record in records:
            if record.get("_born", 0) > then:
                continue
            former = [old for until, old in record.get("_former", []) if until > then]
            yield former[0] if former else record

    def path(self, rest):
        return f"/2010-04-01/Accounts/{self.sid}{rest}"

    def find(self, collection, sid, path):
        """A record, or the 404 that names its path."""
        if sid not in collection:
            raise not_found(self.path(path.format(sid)))
        return collection[sid]

    def for_sale(self, phone_number, **fields):
        """A number that may be bought."""
        toll_free = phone_number[:5] in ("+1800", "+1833", "+1844", "+1855", "+1866", "+1877", "+1888")
        place = {"lata": "672", "latitude": "45.520000", "longitude": "-122.680000", "postal_code": "97201"}
        place |= {"locality": "Portland", "rate_center": "PORTLAND", "region": "OR"}
        record = {
            "phone_number": phone_number,
            "friendly_name": f"({phone_number[2:5]}) {phone_number[5:8]}-{phone_number[8:]}",
            "iso_country": "US",
            "address_requirements": "none",
            "beta": False,
            "capabilities": {"voice": True, "sms": True, "mms": True},
            "_kind": "TollFree" if toll_free else "Local",
            "_seq": self.seq(),
        }
        return record | (dict.fromkeys(place) if toll_free else place) | fields


def shown(record, uri=None, **more):
    """A record as Twilio shows it."""
    public = {name: value for name, value in record.items() if not name.startswith("_")}
    return public | more | ({"uri": uri} if uri else {})


def renamed(fields, *without):
    """Parameters as fields: `VoiceUrl` is `voice_url`."""
    out = {}
    for name, value in fields.items():
        if name not in without:
            out["".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")] = value
    return out
