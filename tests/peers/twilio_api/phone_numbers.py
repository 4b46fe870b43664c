"""Numbers of the account, and numbers that may be bought."""

import re

import emergency
from account import hexadecimal, renamed, shown
from forms import METHOD, boolean, choice, integer, sid, text, url
from pages import Page
from refusals import Refusal, not_found
from routes import PAGING, route

NUMBERS = "/IncomingPhoneNumbers"
E164 = re.compile(r"\+[1-9][0-9]{6,14}")

FIELDS = {
    "FriendlyName": text(64),
    "VoiceUrl": url,
    "VoiceMethod": METHOD,
    "VoiceFallbackUrl": url,
    "VoiceFallbackMethod": METHOD,
    "StatusCallback": url,
    "StatusCallbackMethod": METHOD,
    "VoiceApplicationSid": sid("AP"),
    "VoiceCallerIdLookup": boolean,
    "VoiceReceiveMode": choice("voice", "fax"),
    "TrunkSid": sid("TK"),
    "AddressSid": sid("AD"),
    "EmergencyAddressSid": sid("AD"),
    "EmergencyStatus": choice("Active", "Inactive"),
    "IdentitySid": sid("RI"),
    "BundleSid": sid("BU"),
    "SmsApplicationSid": sid("AP"),
    "SmsUrl": url,
    "SmsMethod": METHOD,
    "SmsFallbackUrl": url,
    "SmsFallbackMethod": METHOD,
}


def show_number(account):
    def show(record):
        is_on = record["emergency_address_status"] == "registered"
        path = account.path(f"{NUMBERS}/{record['sid']}.json")
        return shown(record, path, emergency_status="Active" if is_on else "Inactive")

    return show


def new_number(account, phone_number, **fields):
    record = account.stamp() | {"sid": hexadecimal("PN"), "phone_number": phone_number, "friendly_name": phone_number}
    record |= {"address_requirements": "none", "api_version": "2010-04-01", "beta": False, "origin": "twilio"}
    record |= {"capabilities": {"voice": True, "sms": True, "mms": True, "fax": False}, "status": "in-use"}
    record |= {"voice_receive_mode": "voice", "voice_caller_id_lookup": False, "status_callback": None}
    for sid_field in ("address", "identity", "sms_application", "trunk", "voice_application", "bundle"):
        record[f"{sid_field}_sid"] = None
    for kind in ("voice", "voice_fallback", "sms", "sms_fallback"):
        record |= {f"{kind}_url": None, f"{kind}_method": "POST"}
    record |= {"status_callback_method": "POST"} | emergency.NONE | fields
    account.numbers[record["sid"]] = record
    return record


def the_number(account, number_sid):
    return account.find(account.numbers, number_sid, NUMBERS + "/{}.json")


def apply(account, record, fields):
    """Sets what may be set on a number; nothing is set if something is refused."""
    for name, collection, code in [
        ("VoiceApplicationSid", account.applications, 21420),
        ("SmsApplicationSid", account.applications, 21420),
        ("TrunkSid", account.trunks, 20001),
        ("AddressSid", account.addresses, 20001),
    ]:
        if fields.get(name) and fields[name] not in collection:
            raise Refusal(code, f"{name} {fields[name]} was not found or is not accessible")
    if fields.get("TrunkSid") and fields.get("VoiceApplicationSid"):
        raise Refusal(20001, "TrunkSid and VoiceApplicationSid exclude each other")
    # Ignored since October 2021 (warning 22222).
    changes = renamed(fields, "EmergencyStatus", "EmergencyAddressSid")
    # Each takes the other away.
    if changes.get("trunk_sid"):
        changes["voice_application_sid"] = None
    if changes.get("voice_application_sid"):
        changes["trunk_sid"] = None
    after = record | changes
    if changes.get("voice_fallback_url") and not after["voice_url"]:
        raise Refusal(21405, "Cannot set VoiceFallbackUrl without setting VoiceUrl")
    if "EmergencyAddressSid" in fields:
        changes |= emergency.associate(account, record, fields["EmergencyAddressSid"])
    return account.touch(record, changes)


FILTERS = {"PhoneNumber": text(), "FriendlyName": text(), "Beta": boolean, "Origin": text()}


@route("GET", NUMBERS + ".json", PAGING | FILTERS)
def numbers(account, fields):
    found = list(account.numbers.values())
    if "PhoneNumber" in fields:
        wanted = like(fields["PhoneNumber"])
        found = [one for one in found if wanted.search(one["phone_number"])]
    for name in ("FriendlyName", "Beta", "Origin"):
        if name in fields:
            found = [one for one in found if one[next(iter(renamed({name: 0})))] == fields[name]]
    return Page("incoming_phone_numbers", found, lambda record: show_number(account)(emergency.look(record)))


@route("POST", NUMBERS + ".json", FIELDS | {"PhoneNumber": text(), "AreaCode": text(3)}, 21402)
def buy(account, fields):
    if ("PhoneNumber" in fields) == ("AreaCode" in fields):
        raise Refusal(21421, "Either PhoneNumber or AreaCode must be given")
    if "AreaCode" in fields:
        wanted = [number for number in account.available if number.startswith(f"+1{fields['AreaCode']}")]
        if not wanted:
            raise Refusal(21452, f"No phone numbers found in area code {fields['AreaCode']}")
        wanted = wanted[0]
    else:
        wanted = fields["PhoneNumber"]
        if not E164.fullmatch(wanted):
            raise Refusal(21421, f"PhoneNumber {wanted} is not valid")
        if wanted not in account.available:
            raise Refusal(21422, f"PhoneNumber {wanted} is not available")
    requirements = account.available[wanted]["address_requirements"]
    if requirements != "none" and not fields.get("AddressSid"):
        code = 21615 if requirements == "any" else 21631
        raise Refusal(code, "Phone Number Requires an Address: AddressSid is missing")
    record = new_number(account, wanted, friendly_name=account.available[wanted]["friendly_name"])
    record["address_requirements"] = requirements
    try:
        apply(account, record, {name: fields[name] for name in fields if name not in ("PhoneNumber", "AreaCode")})
    except Refusal:
        del account.numbers[record["sid"]]
        raise
    del account.available[wanted]
    return show_number(account)(record)


@route("GET", NUMBERS + "/{PN}.json")
def fetch(account, number_sid, _fields):
    return show_number(account)(emergency.look(the_number(account, number_sid)))


@route("POST", NUMBERS + "/{PN}.json", FIELDS | {"AccountSid": sid("AC")}, 21402)
def update(account, number_sid, fields):
    record = the_number(account, number_sid)
    if fields.pop("AccountSid", account.sid) != account.sid:
        raise Refusal(20001, "The stand-in has one account: AccountSid moves no number")
    return show_number(account)(apply(account, record, fields))


@route("DELETE", NUMBERS + "/{PN}.json")
def release(account, number_sid, _fields):
    the_number(account, number_sid)
    del account.numbers[number_sid]


SEARCH = {name: boolean for name in ("VoiceEnabled", "SmsEnabled", "MmsEnabled", "FaxEnabled", "Beta")}
SEARCH |= {f"Exclude{kind}AddressRequired": boolean for kind in ("All", "Local", "Foreign")}
SEARCH |= {"AreaCode": integer(200, 999), "Contains": text(16), "PageSize": integer(1, 1000)}
SEARCH |= {f"In{what}": text() for what in ("PostalCode", "Region", "RateCenter", "Lata", "Locality")}


def search(kind):
    def available(account, country, fields):
        found = [one for one in account.available.values() if one["_kind"] == kind and one["iso_country"] == country]
        # The United States have local and toll-free numbers; of other countries it knows what was put there.
        if not found and country != "US":
            raise not_found(account.path(f"/AvailablePhoneNumbers/{country}/{kind}.json"))
        for name, value in fields.items():
            if name.endswith("Enabled"):
                what = name.removesuffix("Enabled").lower()
                found = [one for one in found if one["capabilities"].get(what, False) == value]
            elif name.startswith("In"):
                field = next(iter(renamed({name.removeprefix("In"): 0})))
                found = [one for one in found if one[field] == value]
            elif name.startswith("Exclude") and value:
                what = {"Local": ("local",), "Foreign": ("foreign",)}.get(name[7:-15], ("any", "local", "foreign"))
                found = [one for one in found if one["address_requirements"] not in what]
        if "AreaCode" in fields:
            found = [one for one in found if one["phone_number"].startswith(f"+1{fields['AreaCode']}")]
        if "Contains" in fields:
            found = [one for one in found if like(fields["Contains"]).search(one["phone_number"])]
        if "Beta" in fields:
            found = [one for one in found if one["beta"] == fields["Beta"]]
        return Page("available_phone_numbers", found, shown, whole=True)

    route("GET", f"/AvailablePhoneNumbers/{{ISO}}/{kind}.json", SEARCH)(available)


for kind in ("Local", "TollFree"):
    search(kind)


@route("GET", "/AvailablePhoneNumbers/{ISO}/Mobile.json", SEARCH)
def mobile(account, country, _fields):
    raise not_found(account.path(f"/AvailablePhoneNumbers/{country}/Mobile.json"))


def like(pattern):
    """Part of a number; `*` stands for one digit."""
    return re.compile(re.escape(pattern).replace(r"\*", "[0-9]"))
