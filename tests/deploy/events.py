"""The payloads of events/: what API Gateway and CloudWatch Logs hand to the functions, signed by Twilio's own library."""

import base64
import gzip
import json
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from world import ACCOUNT, REGION, ROOT, TOKEN

HOST = "prod.dialtone.example.org"
FALLBACK_HOST = "abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-west-2.on.aws"
SIP = "example-prod.sip.twilio.com"
SID = "CA00000000000000000000000000000001"
LEG = "CA00000000000000000000000000000002"
ACCOUNT_SID = "AC00000000000000000000000000000000"
FOLDER = ROOT / "events"

OF_EVERY_CALL = {"AccountSid": ACCOUNT_SID, "ApiVersion": "2010-04-01", "CallSid": SID}


def dialled(keys, phone="lobby", **more):
    """A phone dials. Fields as Twilio sends them for a SIP domain."""
    address = f"sip:{phone}@{SIP}"
    return OF_EVERY_CALL | {
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": address,
        "Caller": address,
        "To": f"sip:{keys}@{SIP}",
        "Called": f"sip:{keys}@{SIP}",
        "SipDomain": SIP,
        "SipDomainSid": "SD00000000000000000000000000000000",
        "SipCallId": "8f3c-1a2b@192.0.2.10",
        "SipSourceIp": "192.0.2.10",
    } | more


def called(number, **more):
    """Somebody calls a number of the network. Blank fields are signed, too."""
    return OF_EVERY_CALL | {
        "CallStatus": "ringing",
        "Direction": "inbound",
        "From": "+15035550123",
        "Caller": "+15035550123",
        "FromCity": "PORTLAND",
        "FromState": "OR",
        "FromZip": "",
        "FromCountry": "US",
        "To": number,
        "Called": number,
        "ToCity": "",
        "ToState": "OR",
        "ToZip": "",
        "ToCountry": "US",
        "CallerName": "Zoë Ünïcode",
    } | more


UNREACHABLE = json.dumps({
    "resource_sid": SID,
    "service_sid": None,
    "error_code": "32009",
    "more_info": {"LogLevel": "WARNING"},
    "webhook": {
        "type": "application/json",
        "request": {"url": f"sip:lobby@{SIP}", "method": "INVITE", "headers": {}, "parameters": {"To": f"sip:lobby@{SIP}"}},
        "response": {"status_code": None, "headers": {}, "body": None},
    },
})


def request(path, fields, query="", method="POST", host=HOST, token=TOKEN):
    """An event of an HTTP API, payload version 2.0; a function URL sends the same."""
    if method == "GET":
        query = "&".join(filter(None, [query, urlencode(fields)]))
    url = f"https://{host}{path}" + (f"?{query}" if query else "")
    signature = RequestValidator(token).compute_signature(url, {} if method == "GET" else fields)
    headers = {
        "accept": "*/*",
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "host": host,
        "i-twilio-idempotency-token": "00000000-0000-0000-0000-000000000000",
        "user-agent": "TwilioProxy/1.1",
        "x-forwarded-for": "192.0.2.1",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        "x-home-region": "us1",
        "x-twilio-signature": signature,
    }
    event = {
        "version": "2.0",
        "routeKey": f"ANY {path}" if host == HOST else "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "abcdefghij",
            "domainName": host,
            "domainPrefix": host.split(".")[0],
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "TwilioProxy/1.1"},
            "requestId": "AAAAAAAAAAAAAAA=",
            "routeKey": f"ANY {path}" if host == HOST else "$default",
            "stage": "$default",
            "time": "20/Jun/2026:18:04:05 +0000",
            "timeEpoch": 1781978645000,
        },
        "isBase64Encoded": method == "POST",
    }
    if method == "POST":
        event["body"] = base64.b64encode(urlencode(fields).encode()).decode()
    return event


def batch(lines, group="dialtone-prod-OutgoingLogs"):
    """What a CloudWatch Logs subscription hands over. The same lines are always the same bytes."""
    data = {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": group,
        "logStream": "2026/06/20/[1]00000000000000000000000000000000",
        "subscriptionFilters": ["events"],
        "logEvents": [{"id": f"{i:056}", "timestamp": 1781978645000, "message": line} for i, line in enumerate(lines)],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode(), mtime=0)).decode()}}


def log_line(word, endpoint="lobby", microsecond=123456, delivery="log", reason=None):
    """A line as a voice function writes it."""
    event = {
        "timestamp": f"2026-06-20T18:04:05.{microsecond:06}Z",
        "hostname": "dialplan-functions-prod",
        "event": {"Event": "UserEvent", "UserEvent": word, "endpoint": endpoint, "Channel": endpoint},
        "call": {"sid": SID, "direction": "outgoing", "status": None, "duration_seconds": None, "reason": reason, "error_code": None},
    }
    line = {"timestamp": "2026-06-20T18:04:05.123470Z", "level": "INFO", "message": "event", "delivery": delivery,
            "stage": "prod", "event": json.dumps(event, separators=(",", ":")), "target": "telemetry::event"}
    return json.dumps(line, separators=(",", ":"))


def all_events():
    """Every payload by its path below events/; the folder is the function."""
    gathered = {"Digits": "5035550111", "FinishedOnKey": "", "msg": "Gather End", "CallStatus": "in-progress"}
    busy = {"CallStatus": "in-progress", "DialCallStatus": "busy", "DialCallSid": LEG, "DialBridged": "false"}
    unregistered = {"CallStatus": "in-progress", "DialCallStatus": "no-answer", "ErrorCode": "32009"}
    leg = {"CallSid": LEG, "ParentCallSid": SID, "Direction": "outbound-dial", "CallStatus": "no-answer", "CallDuration": "0",
           "Timestamp": "Sat, 20 Jun 2026 18:04:05 +0000", "CallbackSource": "call-progress-events", "SequenceNumber": "0"}
    alert = {"Sid": "NO00000000000000000000000000000001", "AccountSid": ACCOUNT_SID, "ParentAccountSid": "",
             "Timestamp": "2026-06-20T18:04:05Z", "Level": "WARNING", "PayloadType": "application/json", "Payload": UNREACHABLE}
    failed = {"ErrorCode": "11200", "ErrorUrl": f"https://{HOST}/outgoing"}
    return {
        "outgoing/call": request("/outgoing", dialled("5035550123")),
        "outgoing/emergency": request("/outgoing", dialled("9911")),
        "outgoing/refused": request("/outgoing", dialled("19005550123")),
        "outgoing/get": request("/outgoing", dialled("%23"), method="GET"),
        "outgoing/unsigned": request("/outgoing", dialled("5035550123"), token="another"),
        "outgoing/unknown-path": request("/nowhere", dialled("5035550123")),
        "outgoing/digits": request("/outgoing/digits", dialled("1", **gathered), query="try=2"),
        "outgoing/refer": request("/refer", dialled("%23", ReferTransferTarget=f"<sip:operator@{SIP}>")),
        "incoming/call": request("/incoming", called("+15035550112")),
        "incoming/nobody": request("/incoming", called("+15035550199")),
        "status/dial": request("/status/dial", dialled("5035550123", **busy)),
        "status/dial-unreachable": request("/status/dial", called("+15035550112", **unregistered)),
        "status/call": request("/status/call", called("+15035550112", **leg)),
        "status/error": request("/status/error", alert),
        "status/unsigned": request("/status/dial", dialled("5035550123", **busy), token="another"),
        "relay/lines": batch([
            log_line("dial_outgoing"),
            log_line("dial_pstn", microsecond=123457),
            '{"level":"INFO","message":"request","route":"/outgoing","status":200}',
            log_line("outgoing_call", delivery="failed"),
            "END RequestId: 00000000-0000-0000-0000-000000000000",
            log_line("reject", microsecond=123458, reason="premium"),
        ]),
        "relay/nothing": batch(['{"level":"INFO","message":"request"}']),
        "fallback/emergency": request("/", dialled("911", **failed), host=FALLBACK_HOST),
        "fallback/call": request("/", dialled("5035550123", **failed), host=FALLBACK_HOST),
        "fallback/incoming": request("/", called("+15035550112", **failed), host=FALLBACK_HOST),
        "fallback/unsigned": request("/", dialled("5035550123", **failed), host=FALLBACK_HOST, token="another"),
        # For `sam local invoke --env-vars`: the token that the payloads are signed with.
        "env": {"Parameters": {"TWILIO_AUTH_TOKEN": TOKEN, "DIALTONE_STAGE": "prod"}},
    }


def files():
    return {f"{name}.json": json.dumps(event, indent=2, ensure_ascii=False) + "\n" for name, event in all_events().items()}


def write():
    for name, text in files().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def check():
    there = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.json")}
    expected = files()
    different = sorted(name for name in there.keys() | expected.keys() if there.get(name) != expected.get(name))
    assert not different, f"events/ differs from what is signed today: {different}; tests/deploy/run events --write"
    return f"{len(expected)} payloads"
