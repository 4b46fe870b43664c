"""Credential lists, credentials, SIP domains, and which list opens which gate of which domain."""

import re

from account import hexadecimal, renamed, shown
from forms import METHOD, Required, boolean, sid, text, url
from pages import Page
from refusals import Refusal
from routes import PAGING, route

LISTS = "/SIP/CredentialLists"
CREDENTIALS = LISTS + "/{CL}/Credentials"
DOMAINS = "/SIP/Domains"
DOMAIN_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.sip\.twilio\.com")

LIST_FIELDS = {"FriendlyName": Required(text(64))}


def show_list(account):
    def show(record):
        path = account.path(f"{LISTS}/{record['sid']}")
        return shown(record, path + ".json", subresource_uris={"credentials": path + "/Credentials.json"})

    return show


def new_list(account, friendly_name, **fields):
    record = account.stamp() | {"sid": hexadecimal("CL"), "friendly_name": friendly_name, "_credentials": {}}
    record |= fields
    account.credential_lists[record["sid"]] = record
    return record


def the_list(account, list_sid):
    return account.find(account.credential_lists, list_sid, LISTS + "/{}.json")


@route("GET", LISTS + ".json", PAGING)
def lists(account, _fields):
    return Page("credential_lists", account.credential_lists.values(), show_list(account))


@route("POST", LISTS + ".json", LIST_FIELDS, 21240)
def create_list(account, fields):
    if len(account.credential_lists) >= 100:
        raise Refusal(21239, "Maximum number of credential lists reached")
    return show_list(account)(new_list(account, fields["FriendlyName"]))


@route("GET", LISTS + "/{CL}.json")
def fetch_list(account, list_sid, _fields):
    return show_list(account)(the_list(account, list_sid))


@route("POST", LISTS + "/{CL}.json", LIST_FIELDS, 21240)
def update_list(account, list_sid, fields):
    return show_list(account)(account.touch(the_list(account, list_sid), renamed(fields)))


@route("DELETE", LISTS + "/{CL}.json")
def delete_list(account, list_sid, _fields):
    the_list(account, list_sid)
    if any(list_sid in domain["_calls"] | domain["_registrations"] for domain in account.domains.values()):
        raise Refusal(21241, "Credential list has dependencies: it is mapped to a SIP domain")
    del account.credential_lists[list_sid]


def show_credential(account):
    def show(record):
        path = CREDENTIALS.replace("{CL}", record["credential_list_sid"])
        return shown(record, account.path(f"{path}/{record['sid']}.json"))

    return show


def new_credential(account, owner, username, password, **fields):
    record = account.stamp() | {"sid": hexadecimal("CR"), "credential_list_sid": owner["sid"], "username": username}
    record |= {"_password": password} | fields
    owner["_credentials"][record["sid"]] = record
    return record


def secret(value):
    if len(value) < 12 or not all(re.search(kind, value) for kind in ("[0-9]", "[A-Z]", "[a-z]")):
        raise ValueError("must have at least 12 characters, one digit, upper and lower case")
    return value


def username(value):
    if not value or len(value) > 32 or re.search(r"[\s@:]", value):
        raise ValueError("must have 1 to 32 characters")
    return value


def the_credential(account, list_sid, credential_sid):
    path = CREDENTIALS.replace("{CL}", list_sid) + "/{}.json"
    return account.find(the_list(account, list_sid)["_credentials"], credential_sid, path)


@route("GET", CREDENTIALS + ".json", PAGING)
def credentials(account, list_sid, _fields):
    return Page("credentials", the_list(account, list_sid)["_credentials"].values(), show_credential(account))


@route("POST", CREDENTIALS + ".json", {"Username": Required(username), "Password": Required(secret)}, 21243)
def create_credential(account, list_sid, fields):
    owner = the_list(account, list_sid)
    if len(owner["_credentials"]) >= 1000:
        raise Refusal(21242, "Maximum number of credentials in this list reached")
    # Whether case counts here is not documented; it is harder if it does not.
    given = fields["Username"].lower()
    if any(one["username"].lower() == given for one in owner["_credentials"].values()):
        raise Refusal(21243, "A credential with this username already exists in the list")
    return show_credential(account)(new_credential(account, owner, fields["Username"], fields["Password"]))


@route("GET", CREDENTIALS + "/{CR}.json")
def fetch_credential(account, list_sid, credential_sid, _fields):
    return show_credential(account)(the_credential(account, list_sid, credential_sid))


@route("POST", CREDENTIALS + "/{CR}.json", {"Password": secret}, 21243)
def update_credential(account, list_sid, credential_sid, fields):
    record = the_credential(account, list_sid, credential_sid)
    changes = {"_password": fields["Password"]} if fields else {}
    return show_credential(account)(account.touch(record, changes))


@route("DELETE", CREDENTIALS + "/{CR}.json")
def delete_credential(account, list_sid, credential_sid, _fields):
    record = the_credential(account, list_sid, credential_sid)
    del account.credential_lists[list_sid]["_credentials"][record["sid"]]


def domain_name(value):
    # Twilio refuses names that are none with the same code as names that are taken.
    if not DOMAIN_NAME.fullmatch(value.lower()):
        raise Refusal(21232, f"Domain name is invalid: {value} must be a name below .sip.twilio.com")
    return value.lower()


DOMAIN_FIELDS = {
    "DomainName": domain_name,
    "FriendlyName": text(64),
    "VoiceUrl": url,
    "VoiceMethod": METHOD,
    "VoiceFallbackUrl": url,
    "VoiceFallbackMethod": METHOD,
    "VoiceStatusCallbackUrl": url,
    "VoiceStatusCallbackMethod": METHOD,
    "SipRegistration": boolean,
    "EmergencyCallingEnabled": boolean,
    "Secure": boolean,
    "ByocTrunkSid": sid("BY"),
    "EmergencyCallerSid": sid("PN"),
}


def show_domain(account):
    def show(record):
        path = account.path(f"{DOMAINS}/{record['sid']}")
        kinds = [("IP_ACL", "_ip"), ("CREDENTIAL_LIST", "_calls")]
        mappings = {
            "credential_list_mappings": path + "/CredentialListMappings.json",
            "ip_access_control_list_mappings": path + "/IpAccessControlListMappings.json",
        }
        auth_type = ",".join(name for name, where in kinds if record[where])
        return shown(record, path + ".json", auth_type=auth_type, subresource_uris=mappings)

    return show


def new_domain(account, domain_name, **fields):
    record = account.stamp() | {"sid": hexadecimal("SD"), "api_version": "2010-04-01", "domain_name": domain_name}
    record |= {"friendly_name": domain_name, "sip_registration": False, "emergency_calling_enabled": False}
    record |= {"secure": False, "byoc_trunk_sid": None, "emergency_caller_sid": None}
    for kind in ("voice", "voice_fallback", "voice_status_callback"):
        record |= {f"{kind}_url": None, f"{kind}_method": "POST"}
    # Of each gate: the sids of the lists that open it, with when that was said.
    record |= {"_calls": {}, "_registrations": {}, "_ip": {}} | fields
    account.domains[record["sid"]] = record
    return record


def the_domain(account, domain_sid):
    return account.find(account.domains, domain_sid, DOMAINS + "/{}.json")


def check_domain(account, fields, but=None):
    name, caller = fields.get("DomainName"), fields.get("EmergencyCallerSid")
    others = {one["domain_name"] for one in account.domains.values() if one is not but}
    if name in others | account.taken:
        raise Refusal(21232, f"Domain {name} already exists.")
    if caller and caller not in account.numbers:
        raise Refusal(21231, f"EmergencyCallerSid {caller} is no phone number of this account")


@route("GET", DOMAINS + ".json", PAGING)
def domains(account, _fields):
    return Page("domains", account.domains.values(), show_domain(account))


@route("POST", DOMAINS + ".json", DOMAIN_FIELDS | {"DomainName": Required(domain_name)}, 21231)
def create_domain(account, fields):
    check_domain(account, fields)
    if len(account.domains) >= 100:
        raise Refusal(21230, "Maximum number of SIP domains reached")
    return show_domain(account)(new_domain(account, **renamed(fields)))


@route("GET", DOMAINS + "/{SD}.json")
def fetch_domain(account, domain_sid, _fields):
    return show_domain(account)(the_domain(account, domain_sid))


@route("POST", DOMAINS + "/{SD}.json", DOMAIN_FIELDS, 21231)
def update_domain(account, domain_sid, fields):
    record = the_domain(account, domain_sid)
    check_domain(account, fields, record)
    return show_domain(account)(account.touch(record, renamed(fields)))


@route("DELETE", DOMAINS + "/{SD}.json")
def delete_domain(account, domain_sid, _fields):
    the_domain(account, domain_sid)
    del account.domains[domain_sid]
