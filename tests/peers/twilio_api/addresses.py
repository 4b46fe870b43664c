"""Street addresses, and what Twilio thinks of them.

Which addresses do not exist is said by the test: `verdicts`, each with the street it is about.

    {"street": "1 Nowhere Lane", "code": 21628}
    {"street": "100 Main Stret", "code": 21629, "suggestion": {"Street": "100 MAIN ST", "Locality": "PORTLAND", ...}}
    {"street": "100 Main Street", "corrected": {"street": "100 MAIN ST", "postal_code": "97201-1234"}}
"""

import re

from account import hexadecimal, renamed, shown
from forms import Required, boolean, choice, optional_text, text
from pages import Page
from refusals import Refusal
from routes import PAGING, route

ADDRESSES = "/Addresses"
COUNTRY = choice("US", "CA", "GB", "DE", "FR", "IE", "AU", "MX", "NL")

REQUIRED = {"CustomerName": text(64), "Street": text(128), "City": text(64), "Region": text(64), "PostalCode": text(16)}
FIELDS = REQUIRED | {
    "StreetSecondary": optional_text(128),
    "FriendlyName": optional_text(64),
    "EmergencyEnabled": boolean,
    "AutoCorrectAddress": boolean,
}
CREATE = FIELDS | {name: Required(kind) for name, kind in REQUIRED.items()} | {"IsoCountry": Required(COUNTRY)}


def show_address(account):
    return lambda record: shown(record, account.path(f"{ADDRESSES}/{record['sid']}.json"))


def new_address(account, **fields):
    record = account.stamp() | {"sid": hexadecimal("AD"), "friendly_name": None, "street_secondary": None}
    record |= {"customer_name": "Stand-in", "street": "100 Main St", "city": "Portland", "region": "OR"}
    record |= {"postal_code": "97201", "iso_country": "US", "emergency_enabled": False, "validated": False}
    record |= {"verified": False} | fields
    account.addresses[record["sid"]] = record
    return record


def the_address(account, address_sid):
    return account.find(account.addresses, address_sid, ADDRESSES + "/{}.json")


def check(account, address):
    """Only addresses for emergency calls are looked up."""
    if not address["emergency_enabled"]:
        return
    if len(address["friendly_name"] or "") > 32:
        raise Refusal(20001, "FriendlyName of an emergency address may not be longer than 32 characters")
    if address["iso_country"] == "US":
        is_formed = re.fullmatch("[0-9]{5}(-[0-9]{4})?", address["postal_code"])
        if not is_formed or not re.fullmatch("[A-Z]{2}", address["region"]):
            raise Refusal(21628, "Address Validation Error: region or postal code is not one of the United States")
    for verdict in account.verdicts:
        if verdict["street"] != address["street"]:
            continue
        if "corrected" in verdict:
            address |= verdict["corrected"]
            continue
        if verdict["code"] == 21628:
            raise Refusal(21628, "Address Validation Error")
        suggestion = {"FriendlyName": address["friendly_name"], "CustomerName": address["customer_name"]}
        places = ("Street", "Locality", "Region", "PostalCode")
        suggestion |= {place: verdict["suggestion"][place] for place in places}
        suggestion["IsoCountry"] = address["iso_country"]
        words = ", ".join(f"{name}: {value}" for name, value in suggestion.items())
        raise Refusal(21629, f"Failed to validate address. Check the suggested address. | {words}")
    address["validated"] = True


def users(account, address_sid):
    fields = ("address_sid", "emergency_address_sid")
    return [one for one in account.numbers.values() if address_sid in [one[field] for field in fields]]


FILTERS = {"CustomerName": text(), "FriendlyName": text(), "EmergencyEnabled": boolean, "IsoCountry": text(2)}


@route("GET", ADDRESSES + ".json", PAGING | FILTERS)
def addresses(account, fields):
    wanted = renamed(fields, *PAGING)
    found = [one for one in account.addresses.values() if wanted.items() <= one.items()]
    return Page("addresses", found, show_address(account))


@route("POST", ADDRESSES + ".json", CREATE)
def create(account, fields):
    record = new_address(account, **renamed(fields, "AutoCorrectAddress"))
    try:
        check(account, record)
    except Refusal:
        del account.addresses[record["sid"]]
        raise
    return show_address(account)(record)


@route("GET", ADDRESSES + "/{AD}.json")
def fetch(account, address_sid, _fields):
    return show_address(account)(the_address(account, address_sid))


@route("POST", ADDRESSES + "/{AD}.json", FIELDS)
def update(account, address_sid, fields):
    record = the_address(account, address_sid)
    after = record | renamed(fields, "AutoCorrectAddress")
    is_used = any(one["emergency_address_sid"] == address_sid for one in account.numbers.values())
    if is_used and not after["emergency_enabled"]:
        raise Refusal(21631, "The address is the emergency address of a phone number")
    check(account, after)
    return show_address(account)(account.touch(record, after))


@route("DELETE", ADDRESSES + "/{AD}.json")
def delete(account, address_sid, _fields):
    the_address(account, address_sid)
    if users(account, address_sid):
        raise Refusal(21631, "The address is in use by a phone number")
    del account.addresses[address_sid]


DEPENDENT = """
    sid account_sid friendly_name phone_number voice_url voice_method voice_fallback_url voice_fallback_method
    voice_caller_id_lookup date_created date_updated sms_url sms_method sms_fallback_url sms_fallback_method
    address_requirements capabilities status_callback status_callback_method api_version voice_application_sid
    sms_application_sid trunk_sid emergency_address_sid
""".split()


@route("GET", ADDRESSES + "/{AD}/DependentPhoneNumbers.json", PAGING)
def dependent(account, address_sid, _fields):
    the_address(account, address_sid)

    def show(record):
        is_on = record["emergency_address_status"] == "registered"
        uri = account.path(f"/IncomingPhoneNumbers/{record['sid']}.json")
        few = {name: record[name] for name in DEPENDENT}
        return shown(few, uri, emergency_status="Active" if is_on else "Inactive")

    return Page("dependent_phone_numbers", users(account, address_sid), show)
