"""What a test puts there, changes behind our back, and looks at.

A seed names collections, each with a list of what shall be in it. Fields are Twilio's own; what is left out has a plain
value. Some have more:

    {"credential_lists": [{"friendly_name": F, "credentials": [{"username": U, "password": P}]}],
     "domains": [{"domain_name": D, "calls": [list], "registrations": [list], "ip": [list]}],
     "ip_lists": [{"friendly_name": F}], "trunks": [{}], "taken": [domain name], "verdicts": [addresses.py],
     "numbers": [{"phone_number": N, ...}], "available": [...], "addresses": [...], "applications": [...],
     "calls": [...], "alerts": [...], "permissions": [{"iso_code": C, ...}], "prices": [{"iso_country": C}]}

A list is named by its sid or its friendly name. The answer has the sids, in the order of the seed.
"""

from account import hexadecimal, shown
from addresses import new_address, show_address
from applications import new_application, show_application
from calls import new_call, show_call
from mappings import new_mapping
from other_hosts import new_alert, new_permission, new_price, show_alert, show_permission
from phone_numbers import E164, new_number
from sip import new_credential, new_domain, new_list, show_credential, show_domain, show_list

ACCOUNT_WIDE = ("emergency_polls", "emergency_outcome", "friendly_name", "lag", "parent")


def _named(collection, name):
    for record in collection.values():
        if name in (record["sid"], record["friendly_name"]):
            return record["sid"]
    raise KeyError(f"no list {name}")


def _list(account, fields):
    credentials = fields.pop("credentials", [])
    record = new_list(account, **fields)
    for one in credentials:
        new_credential(account, record, **one)
    return record


def _domain(account, fields):
    wanted = {gate: fields.pop(gate, []) for gate in ("calls", "registrations", "ip")}
    record = new_domain(account, **fields)
    for gate, names in wanted.items():
        collection = account.ip_lists if gate == "ip" else account.credential_lists
        for name in names:
            new_mapping(account, record, f"_{gate}", collection, _named(collection, name))
    return record


def _bare(collection, prefix):
    def make(account, fields):
        record = {"sid": hexadecimal(prefix), "friendly_name": None} | fields
        getattr(account, collection)[record["sid"]] = record
        return record

    return make


def _available(account, fields):
    number = fields["phone_number"]
    if not E164.fullmatch(number):
        raise ValueError(f"no number: {number}")
    if "kind" in fields:
        fields["_kind"] = fields.pop("kind")
    account.available[number] = account.for_sale(**fields)
    return account.available[number]


def _new(make):
    return lambda account, fields: make(account, **fields)


# In this order: what comes later may name what came before.
MAKERS = {
    "credential_lists": _list,
    "ip_lists": _bare("ip_lists", "AL"),
    "trunks": _bare("trunks", "TK"),
    "addresses": _new(new_address),
    "applications": _new(new_application),
    "numbers": _new(new_number),
    "domains": _domain,
    "available": _available,
    "alerts": _new(new_alert),
    "calls": _new(new_call),
    "permissions": _new(new_permission),
    "prices": _new(new_price),
}


def seed(account, asked):
    if unknown := set(asked) - set(MAKERS) - {"taken", "verdicts", "empty"}:
        raise KeyError(f"no such collections: {unknown}")
    for name in asked.get("empty", []):
        getattr(account, name).clear()
    account.taken |= set(asked.get("taken", []))
    account.verdicts += asked.get("verdicts", [])
    sids, account.is_seeding = {}, True
    try:
        for name, make in MAKERS.items():
            rows = [make(account, dict(fields)) for fields in asked.get(name, [])]
            if rows:
                sids[name] = [row.get("sid") for row in rows]
    finally:
        account.is_seeding = False
    return sids


def _find(account, asked):
    if asked["collection"] == "credentials":
        for owner in account.credential_lists.values():
            if asked["sid"] in owner["_credentials"]:
                return owner["_credentials"]
    return getattr(account, asked["collection"])


def change(account, asked):
    collection, fields = _find(account, asked), dict(asked["fields"])
    record = collection[asked["sid"]]
    if "password" in fields and "_password" in record:
        fields["_password"] = fields.pop("password")
    for gate in ("calls", "registrations", "ip"):
        if gate in fields and f"_{gate}" in record:
            lists = account.ip_lists if gate == "ip" else account.credential_lists
            record[f"_{gate}"] = {}
            for name in fields.pop(gate):
                new_mapping(account, record, f"_{gate}", lists, _named(lists, name))
    if unknown := set(fields) - set(record):
        raise KeyError(f"no such fields: {unknown}")
    account.touch(record, fields)
    return {"sid": asked["sid"]}


def remove(account, asked):
    del _find(account, asked)[asked["sid"]]
    return {"sid": asked["sid"]}


def configure(account, asked):
    if unknown := set(asked) - set(ACCOUNT_WIDE):
        raise KeyError(f"no such setting: {unknown}")
    for name, value in asked.items():
        setattr(account, name, value)
    return dict(asked)


def state(account, _asked):
    """All collections, oldest first, as Twilio shows them; lists with credentials, domains with their gates."""

    def rows(collection, show):
        return [show(record) for record in collection.values()]

    def whole_list(record):
        credentials = rows(record["_credentials"], show_credential(account))
        return show_list(account)(record) | {"credentials": credentials}

    def whole_domain(record):
        gates = {gate: list(record[f"_{gate}"]) for gate in ("calls", "registrations", "ip")}
        return show_domain(account)(record) | gates

    return {
        "credential_lists": rows(account.credential_lists, whole_list),
        "domains": rows(account.domains, whole_domain),
        "numbers": rows(account.numbers, shown),
        "addresses": rows(account.addresses, show_address(account)),
        "applications": rows(account.applications, show_application(account)),
        "calls": rows(account.calls, show_call(account)),
        "alerts": rows(account.alerts, show_alert(account)),
        "permissions": rows(account.permissions, show_permission(account)),
        "prices": rows(account.prices, shown),
        "available": rows(account.available, shown),
        "ip_lists": rows(account.ip_lists, shown),
        "trunks": rows(account.trunks, shown),
    }
