"""What other hosts of Twilio answer: alerts (monitor), dialing permissions (voice), prices of numbers (pricing)."""

from datetime import datetime, timedelta, timezone

from account import hexadecimal, shown
from forms import boolean, choice, date, text
from pages import Page
from refusals import Refusal, not_found
from routes import PAGING, route

ALERTS, COUNTRIES, PRICES = "/v1/Alerts", "/v1/DialingPermissions/Countries", "/v1/PhoneNumbers/Countries"
# What only the alert itself says, and its list leaves out.
BULKY = ("request_variables", "request_headers", "response_body", "response_headers")
FLAGS = ("low_risk_numbers_enabled", "high_risk_special_numbers_enabled", "high_risk_tollfraud_numbers_enabled")


def new_alert(account, **fields):
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    code = fields.setdefault("error_code", "11200")
    record = {"sid": hexadecimal("NO"), "account_sid": account.sid, "api_version": "2010-04-01", "_seq": account.seq()}
    record |= {"alert_text": "", "log_level": "error", "more_info": f"https://www.twilio.com/docs/errors/{code}"}
    record |= {"date_created": now, "date_generated": now, "date_updated": now, "resource_sid": hexadecimal("CA")}
    record |= {"request_method": "POST", "request_url": "https://voice.example.org/outgoing", "service_sid": None}
    record |= dict.fromkeys(BULKY, "") | fields
    account.alerts[record["sid"]] = record
    return record


def show_alert(account):
    return lambda record: shown(record, url=f"{account.base}{ALERTS}/{record['sid']}")


LEVEL = choice("error", "warning", "notice", "debug")


@route("GET", ALERTS, PAGING | {"LogLevel": LEVEL, "StartDate": date, "EndDate": date})
def alerts(account, fields):
    oldest = datetime.now(timezone.utc) - timedelta(days=31)
    if fields.get("StartDate", "9") < oldest.strftime("%Y-%m-%d"):
        raise Refusal(20001, "StartDate is more than 30 days ago")
    found = [one for one in account.alerts.values() if one["log_level"] == fields.get("LogLevel", one["log_level"])]
    if start := fields.get("StartDate"):
        found = [one for one in found if one["date_created"][: len(start)] >= start]
    if end := fields.get("EndDate"):
        found = [one for one in found if one["date_created"][: len(end)] <= end]

    def show(record):
        whole = show_alert(account)(record)
        return {name: value for name, value in whole.items() if name not in BULKY}

    return Page("alerts", found, show)


@route("GET", ALERTS + "/{NO}")
def alert(account, alert_sid, _fields):
    if alert_sid not in account.alerts:
        raise not_found(f"/Alerts/{alert_sid}")
    return show_alert(account)(account.alerts[alert_sid])


def new_permission(account, iso_code, **fields):
    record = {"iso_code": iso_code, "name": iso_code, "continent": "NORTH_AMERICA", "country_codes": ["+1"]}
    record |= dict.fromkeys(FLAGS, False) | {"_seq": account.seq()} | fields
    account.permissions[iso_code] = record
    return record


def show_permission(account):
    def show(record):
        where = f"{account.base}{COUNTRIES}/{record['iso_code']}"
        return shown(record, url=where, links={"highrisk_special_prefixes": where + "/HighRiskSpecialPrefixes"})

    return show


COUNTRY_FILTERS = {"IsoCode": text(2), "Continent": text(), "CountryCode": text()}
COUNTRY_FILTERS |= {"LowRiskNumbersEnabled": boolean, "HighRiskSpecialNumbersEnabled": boolean}
COUNTRY_FILTERS |= {"HighRiskTollfraudNumbersEnabled": boolean}


@route("GET", COUNTRIES, PAGING | COUNTRY_FILTERS)
def permissions(account, fields):
    found = list(account.permissions.values())
    names = {"IsoCode": "iso_code", "Continent": "continent"}
    names |= {name: flag for name, flag in zip(list(COUNTRY_FILTERS)[3:], FLAGS)}
    for name, value in fields.items():
        if name == "CountryCode":
            found = [one for one in found if value in one["country_codes"]]
        elif name in names:
            found = [one for one in found if one[names[name]] == value]
    return Page("content", found, show_permission(account))


@route("GET", COUNTRIES + "/{ISO}")
def permission(account, country, _fields):
    if country not in account.permissions:
        raise not_found(f"{COUNTRIES}/{country}")
    return show_permission(account)(account.permissions[country])


def new_price(account, iso_country, **fields):
    kinds = [("local", "1.15"), ("toll free", "2.15")]
    rows = [{"number_type": kind, "base_price": price, "current_price": price} for kind, price in kinds]
    record = {"country": iso_country, "iso_country": iso_country, "phone_number_prices": rows, "price_unit": "USD"}
    account.prices[iso_country] = record | {"_seq": account.seq()} | fields
    return account.prices[iso_country]


@route("GET", PRICES, PAGING)
def countries(account, _fields):
    def show(record):
        few = {name: record[name] for name in ("country", "iso_country")}
        return shown(few, url=f"{account.base}{PRICES}/{record['iso_country']}")

    return Page("countries", account.prices.values(), show)


@route("GET", PRICES + "/{ISO}")
def prices(account, country, _fields):
    if country not in account.prices:
        raise not_found(f"{PRICES}/{country}")
    return shown(account.prices[country], url=f"{account.base}{PRICES}/{country}")
