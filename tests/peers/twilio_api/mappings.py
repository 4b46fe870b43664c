"""Which lists open which gate of a SIP domain. A mapping has the sid of its list."""

from account import shown
from forms import Required, sid
from pages import Page
from refusals import Refusal, not_found
from routes import PAGING, route
from sip import the_domain

DOMAIN = "/SIP/Domains/{SD}"
CREDENTIALS, ADDRESSES = ("CL", "CredentialListSid", "credential_lists"), ("AL", "IpAccessControlListSid", "ip_lists")

# Where a mapping is found, of what, in which gate it is stored, and how its page is called. The two last are the older
# way of saying the first two: they share their storage.
KINDS = [
    ("/Auth/Calls/CredentialListMappings", CREDENTIALS, "_calls", "contents"),
    ("/Auth/Calls/IpAccessControlListMappings", ADDRESSES, "_ip", "contents"),
    ("/Auth/Registrations/CredentialListMappings", CREDENTIALS, "_registrations", "contents"),
    ("/CredentialListMappings", CREDENTIALS, "_calls", "credential_list_mappings"),
    ("/IpAccessControlListMappings", ADDRESSES, "_ip", "ip_access_control_list_mappings"),
]


def new_mapping(account, domain, gate, collection, list_sid):
    friendly_name = collection[list_sid]["friendly_name"]
    domain[gate][list_sid] = account.stamp() | {"sid": list_sid, "friendly_name": friendly_name}
    return domain[gate][list_sid]


def routes_of(where, of, gate, key):
    prefix, parameter, collection = of

    def show(account, domain):
        def one(record):
            if not where.startswith("/Auth"):
                path = account.path(f"/SIP/Domains/{domain['sid']}{where}/{record['sid']}.json")
                return shown(record, path, domain_sid=domain["sid"])
            return shown(record)

        return one

    def the_mapping(account, domain, list_sid):
        if list_sid not in domain[gate]:
            raise not_found(account.path(f"/SIP/Domains/{domain['sid']}{where}/{list_sid}.json"))
        return domain[gate][list_sid]

    @route("GET", f"{DOMAIN}{where}.json", PAGING)
    def mappings(account, domain_sid, _fields):
        domain = the_domain(account, domain_sid)
        return Page(key, domain[gate].values(), show(account, domain))

    @route("POST", f"{DOMAIN}{where}.json", {parameter: Required(sid(prefix))}, 21231)
    def create(account, domain_sid, fields):
        domain, list_sid = the_domain(account, domain_sid), fields[parameter]
        known = getattr(account, collection)
        if list_sid not in known:
            raise not_found(account.path(f"/SIP/{parameter.removesuffix('Sid')}s/{list_sid}"))
        if list_sid in domain[gate]:
            raise Refusal(21231, f"{list_sid} is already associated with this domain")
        return show(account, domain)(new_mapping(account, domain, gate, known, list_sid))

    @route("GET", f"{DOMAIN}{where}/{{{prefix}}}.json")
    def fetch(account, domain_sid, list_sid, _fields):
        domain = the_domain(account, domain_sid)
        return show(account, domain)(the_mapping(account, domain, list_sid))

    @route("DELETE", f"{DOMAIN}{where}/{{{prefix}}}.json")
    def delete(account, domain_sid, list_sid, _fields):
        domain = the_domain(account, domain_sid)
        the_mapping(account, domain, list_sid)
        del domain[gate][list_sid]


for kind in KINDS:
    routes_of(*kind)
