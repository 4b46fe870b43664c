"""Calls that were. They are put there by the test; nothing here makes any."""

import time
from email.utils import formatdate, parsedate_to_datetime

from account import hexadecimal, shown
from forms import choice, date, sid, text
from pages import Page
from routes import PAGING, route

STATUS = choice("queued", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled")
DATES = {f"{when}{how}": date for when in ("StartTime", "EndTime") for how in ("", "<", ">")}
FILTERS = {"To": text(), "From": text(), "Status": STATUS, "ParentCallSid": sid("CA")}
PARTS = {"notifications": "Notifications", "recordings": "Recordings", "payments": "Payments", "events": "Events"}
PARTS |= {"siprec": "Siprec", "streams": "Streams", "transcriptions": "Transcriptions"}
PARTS |= {"user_defined_messages": "UserDefinedMessages"}
PARTS |= {"user_defined_message_subscriptions": "UserDefinedMessageSubscriptions"}


def show_call(account):
    def show(record):
        path = account.path(f"/Calls/{record['sid']}")
        uris = {name: f"{path}/{part}.json" for name, part in PARTS.items()}
        return shown(record, path + ".json", subresource_uris=uris)

    return show


def new_call(account, **fields):
    """A call; its times are RFC 2822, as Twilio shows them."""
    now = formatdate(time.time()).replace("-0000", "+0000")
    record = account.stamp() | {"sid": hexadecimal("CA"), "api_version": "2010-04-01", "direction": "inbound"}
    record |= {"from": "+15035550199", "to": "+15035550100", "status": "completed", "duration": "15"}
    record |= {"start_time": now, "end_time": now, "price": "-0.00850", "price_unit": "USD", "queue_time": "0"}
    names = "answered_by caller_name forwarded_from group_sid parent_call_sid phone_number_sid trunk_sid"
    record |= dict.fromkeys(names.split()) | fields
    record |= {"from_formatted": record["from"], "to_formatted": record["to"]}
    account.calls[record["sid"]] = record
    return record


@route("GET", "/Calls.json", PAGING | FILTERS | DATES)
def calls(account, fields):
    found = list(account.calls.values())
    for name, value in fields.items():
        if name in FILTERS:
            field = "parent_call_sid" if name == "ParentCallSid" else name.lower()
            found = [one for one in found if one[field] == value]
        elif name in DATES:
            field = "start_time" if name.startswith("Start") else "end_time"
            found = [one for one in found if is_within(one[field], name[-1], value)]
    return Page("calls", found, show_call(account))


@route("GET", "/Calls/{CA}.json")
def fetch(account, call_sid, _fields):
    return show_call(account)(account.find(account.calls, call_sid, "/Calls/{}.json"))


def is_within(when, how, bound):
    """Days are compared as days; a bound belongs to what it bounds."""
    moment = parsedate_to_datetime(when).strftime("%Y-%m-%dT%H:%M:%SZ")[: len(bound)]
    return {"<": moment <= bound, ">": moment >= bound}.get(how, moment == bound)
