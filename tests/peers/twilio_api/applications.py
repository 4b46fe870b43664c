"""TwiML applications, and the account itself."""

from account import hexadecimal, renamed, shown
from forms import METHOD, boolean, text, url
from pages import Page
from routes import PAGING, route

APPLICATIONS = "/Applications"
KINDS = ("voice", "voice_fallback", "sms", "sms_fallback")
FIELDS = {"FriendlyName": text(64), "ApiVersion": text(), "VoiceCallerIdLookup": boolean, "SmsStatusCallback": url}
FIELDS |= {"MessageStatusCallback": url, "PublicApplicationConnectEnabled": boolean}
FIELDS |= {"StatusCallback": url, "StatusCallbackMethod": METHOD}
for start in ("Voice", "VoiceFallback", "Sms", "SmsFallback"):
    FIELDS |= {f"{start}Url": url, f"{start}Method": METHOD}


def show_application(account):
    return lambda record: shown(record, account.path(f"{APPLICATIONS}/{record['sid']}.json"))


def new_application(account, **fields):
    record = account.stamp() | {"sid": hexadecimal("AP"), "api_version": "2010-04-01", "friendly_name": None}
    for kind in KINDS:
        record |= {f"{kind}_url": None, f"{kind}_method": "POST"}
    record |= {"status_callback": None, "status_callback_method": "POST", "sms_status_callback": None}
    record |= {"message_status_callback": None, "voice_caller_id_lookup": False}
    record |= {"public_application_connect_enabled": False} | fields
    account.applications[record["sid"]] = record
    return record


def the_application(account, application_sid):
    return account.find(account.applications, application_sid, APPLICATIONS + "/{}.json")


@route("GET", APPLICATIONS + ".json", PAGING | {"FriendlyName": text()})
def applications(account, fields):
    wanted = fields.get("FriendlyName")
    found = [one for one in account.applications.values() if wanted is None or one["friendly_name"] == wanted]
    return Page("applications", found, show_application(account))


@route("POST", APPLICATIONS + ".json", FIELDS)
def create(account, fields):
    return show_application(account)(new_application(account, **renamed(fields)))


@route("GET", APPLICATIONS + "/{AP}.json")
def fetch(account, application_sid, _fields):
    return show_application(account)(the_application(account, application_sid))


@route("POST", APPLICATIONS + "/{AP}.json", FIELDS)
def update(account, application_sid, fields):
    return show_application(account)(account.touch(the_application(account, application_sid), renamed(fields)))


@route("DELETE", APPLICATIONS + "/{AP}.json")
def delete(account, application_sid, _fields):
    the_application(account, application_sid)
    del account.applications[application_sid]


@route("GET", ".json")
def account_itself(account, _fields):
    stamp = account.stamp()
    few = {name: stamp[name] for name in ("date_created", "date_updated")} | {"auth_token": account.token}
    few |= {"sid": account.sid, "friendly_name": account.friendly_name, "owner_account_sid": account.sid}
    few |= {"status": "active", "type": "Full"}
    parts = {"incoming_phone_numbers": "IncomingPhoneNumbers", "addresses": "Addresses", "balance": "Balance"}
    parts |= {"applications": "Applications", "calls": "Calls", "sip": "SIP"}
    uris = {name: account.path(f"/{part}.json") for name, part in parts.items()}
    return shown(few, account.path(".json"), subresource_uris=uris)


@route("POST", ".json", {"FriendlyName": text(64)})
def rename(account, fields):
    account.friendly_name = fields.get("FriendlyName", account.friendly_name)
    return account_itself(account, {})


@route("GET", "/Balance.json")
def balance(account, _fields):
    return {"account_sid": account.sid, "balance": "12.34", "currency": "USD"}
