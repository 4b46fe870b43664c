"""The decision about an outgoing call, as one writes it in Python with Twilio's, Google's and Amazon's libraries.

Speaks Lambda's Runtime API by hand, over one connection. With `--no-boto3` it leaves Amazon's library out.
"""

import base64
import http.client
import json
import logging
import os
import re
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

if "--no-boto3" not in sys.argv:
    import boto3

    # AWS advises to make clients outside the handler.
    SNS = boto3.client("sns")

logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
LOG = logging.getLogger("outgoing")
NETWORK = json.loads((Path(__file__).parent / "network.json").read_text())
PHONES = NETWORK["phones"]
VALIDATOR = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
PREMIUM = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER}
REFUSALS = {
    "unknown_caller": "This phone is not known.",
    "invalid_number": "That number does not exist.",
    "country_not_allowed": "This phone cannot call that country.",
    "premium": "This phone cannot call that number.",
    "blocked": "This phone cannot call that number.",
    "special_service": "That code is not available.",
    "emergency_disabled": "This phone cannot call 911.",
}


def user(address):
    """The user part of a SIP address."""
    match = re.match(r"sip:([^@]*)@", address or "")
    return unquote(match.group(1)) if match else None


def dial(caller_id, **more):
    return Dial(**{"caller_id": caller_id, "answer_on_bridge": True, "time_limit": 3600, "timeout": 30, "action": "/status/dial"} | more)


def pstn(response, caller_id, number):
    verb = dial(caller_id)
    verb.number(number, status_callback="/status/call", status_callback_event="completed")
    response.append(verb)
    return "pstn"


def ring(response, caller_id, phones):
    verb = dial(caller_id)
    for phone in phones:
        verb.sip(f"sip:{phone}@{NETWORK['sipDomain']}")
    response.append(verb)
    return "extension"


def refuse(response, reason):
    gather = Gather(action="/outgoing/digits?try=2", finish_on_key="#", timeout=10)
    gather.say(REFUSALS[reason])
    gather.say("Please dial, then press pound.")
    response.append(gather)
    return reason


def route(response, phone, keys):
    digits = re.sub(r"[^0-9*#]", "", keys)
    if re.fullmatch(r"(9|1)?(911|933)", digits):
        if phone is None or phone.get("emergency") is False:
            return refuse(response, "emergency_disabled")
        verb = dial(phone["number"], timeout=600)
        verb.number(digits[-3:])
        response.append(verb)
        return "emergency"
    if phone is None:
        return refuse(response, "unknown_caller")
    caller_id = phone.get("callerId", phone["number"])
    if keys in NETWORK["asterisk"]:
        verb = dial(caller_id)
        verb.sip(f"sip:{NETWORK['asterisk'][keys]}@{NETWORK['asteriskHost']}")
        response.append(verb)
        return "asterisk"
    if keys in NETWORK["codes"]:
        return pstn(response, caller_id, NETWORK["codes"][keys])
    if keys.lower() in PHONES:
        return ring(response, caller_id, [keys.lower()])
    if len(digits) == 3:
        return refuse(response, "special_service")
    dialled = NETWORK["areaCode"] + digits if len(digits) == 7 else f"+{digits[3:]}" if keys.startswith("011") else keys
    try:
        number = phonenumbers.parse(dialled, NETWORK["region"])
    except phonenumbers.NumberParseException:
        return refuse(response, "invalid_number")
    if not phonenumbers.is_valid_number(number):
        return refuse(response, "invalid_number")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    ours = [name for name, one in PHONES.items() if one["number"] == e164]
    if ours:
        return ring(response, caller_id, ours)
    if phonenumbers.region_code_for_number(number) not in NETWORK["allow"]:
        return refuse(response, "country_not_allowed")
    if phonenumbers.number_type(number) in PREMIUM:
        return refuse(response, "premium")
    if e164.startswith(tuple(NETWORK["block"])):
        return refuse(response, "blocked")
    return pstn(response, caller_id, e164)


def handle(event):
    body = event.get("body") or ""
    text = base64.b64decode(body).decode() if event.get("isBase64Encoded") else body
    parameters = dict(parse_qsl(text, keep_blank_values=True))
    query = event["rawQueryString"]
    url = NETWORK["publicUrl"] + event["rawPath"] + (f"?{query}" if query else "")
    if not VALIDATOR.validate(url, parameters, event["headers"].get("x-twilio-signature", "")):
        return {"statusCode": 403}
    name = user(parameters.get("From"))
    phone = PHONES.get(name)
    response = VoiceResponse()
    decision = route(response, phone, user(parameters.get("To")) or "")
    endpoint = name if phone else "unknown"
    LOG.info(json.dumps({"level": "info", "call": parameters.get("CallSid"), "endpoint": endpoint, "decision": decision}))
    return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": str(response)}


def main():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    base = "/2018-06-01/runtime/invocation"
    while True:
        connection.request("GET", f"{base}/next")
        event = connection.getresponse()
        request_id = event.getheader("lambda-runtime-aws-request-id")
        # The separators make `"statusCode":200` look alike in all programs.
        answer = json.dumps(handle(json.loads(event.read())), separators=(",", ":"))
        connection.request("POST", f"{base}/{request_id}/response", answer, {"content-type": "application/json"})
        connection.getresponse().read()


main()
