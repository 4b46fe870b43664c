"""The built function Notify: a person hears of a call for help, and whoever was not told comes back by the queue."""

import contextlib
import hashlib
import hmac
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import rie
from peers import sns
from world import ACCOUNT, HOME, REGION

SECRET = "a secret of the tests"
NUMBER, STREET = "+15035550110", "100 Main Street"
NETWORK = f"""
[network]
name = "n"
region = "US"
emergency_caller_id = "{NUMBER}"
address = "shop"
[addresses.shop]
customer = "Example Bookshop"
street = "{STREET}"
unit = "Suite 2"
city = "Portland"
region = "OR"
postal_code = "97201"
[stages.prod]
sip_domain = "n.sip.twilio.com"
public_url = "https://n.example.org"
[extensions.lobby]
number = "{NUMBER}"
"""


class Sink(BaseHTTPRequestHandler):
    """A recipient, which checks signatures by Python's own HMAC."""

    def do_POST(self):  # noqa: N802, the library's name
        body = self.rfile.read(int(self.headers["content-length"]))
        time, signature = (part.split("=", 1)[1] for part in self.headers["x-dialtone-signature"].split(","))
        made = hmac.new(SECRET.encode(), f"{time}.".encode() + body, hashlib.sha256).hexdigest()
        if self.server.status == 200:
            self.server.heard.append({"is_signed": hmac.compare_digest(made, signature), **json.loads(body)})
        self.server.asked += 1
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def sink(status):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.status, server.heard, server.asked = status, [], 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()


def happened(event, call):
    """An event as the topic has it. It holds no number."""
    return json.dumps({
        "timestamp": "2026-06-20T18:04:05.123456Z",
        "hostname": "h",
        "event": {"Event": "UserEvent", "UserEvent": event, "endpoint": "lobby", "Channel": "lobby"},
        "call": {"sid": call},
    })


def from_topic(*messages):
    """What SNS hands to a function (docs.aws.amazon.com/lambda/latest/dg/with-sns.html)."""
    def record(message):
        return {"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": "arn:aws:sns:us-west-2:123456789012:events:1", "Sns": {
            "Type": "Notification", "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "Subject": None, "Message": message,
            "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:events", "Timestamp": "2026-06-20T18:04:05.123Z", "SignatureVersion": "1",
            "Signature": "x", "SigningCertUrl": "https://sns.us-west-2.amazonaws.com/x.pem", "UnsubscribeUrl": "https://sns.us-west-2.amazonaws.com/x",
            "MessageAttributes": {}}}
    return {"Records": [record(message) for message in messages]}


def from_queue(**bodies):
    """What SQS hands to a function (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    def record(name, body):
        return {"messageId": name, "receiptHandle": "x", "body": body, "md5OfBody": "x", "attributes": {}, "messageAttributes": {},
                "eventSource": "aws:sqs", "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:notices", "awsRegion": REGION}
    return {"Records": [record(*one) for one in bodies.items()]}


def notices():
    """A batch of events, a recipient that fails, what comes back of it, and what is kept to itself."""
    with sink(200) as good, sink(503) as bad, sns() as (endpoint, topic, queue):
        file = HOME / "notices.toml"
        file.write_text(NETWORK + "".join(
            f'[[notify]]\nwebhook = "http://127.0.0.1:{one.server_address[1]}/help"\ndrills = {drills}\n'
            for one, drills in ((good, "true"), (bad, "false"))))
        env = {"DIALTONE_CONFIG": str(file), "AWS_ENDPOINT_URL": endpoint, "DIALTONE_NOTICES_TOPIC_ARN": topic}
        with rie.function("Notify", DIALTONE_NOTIFY_SECRET=SECRET, **env) as function:
            events = [happened("dial_emergency", "CA1"), happened("dial_address_test", "CA2"), happened("emergency_refused", "CA3"),
                      happened("dial_pstn", "CA4")]
            answer = function.invoke(from_topic(*events))
            assert not (answer or {}).get("errorType"), answer
            told = sorted((one["call_sid"], one["kind"]) for one in good.heard)
            assert told == [("CA1", "call_for_help"), ("CA2", "drill"), ("CA3", "refused_call_for_help")], told
            assert all(one["is_signed"] for one in good.heard), "the secret was not read"
            said = json.dumps(good.heard[0])
            assert NUMBER in said and STREET in said and "Suite 2" in said and "Portland" in said, said
            # Drills were not asked for by the one that fails.
            again = queue()
            assert sorted(json.loads(one["event"])["call"]["sid"] for one in again) == ["CA1", "CA3"], again
            assert {one["recipient"] for one in again} == {1}
            # A batch: one is told, one is not, one is nothing.
            waiting = {f"m{n}": json.dumps(one) for n, one in enumerate(again)}
            to_good = json.dumps({"event": happened("emergency_failed", "CA5"), "recipient": 0})
            before = len(good.heard)
            answer = function.invoke(from_queue(**waiting, good=to_good, torn="{"))
            assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}, answer
            assert len(good.heard) == before + 1 and good.heard[-1]["kind"] == "failed_call_for_help"
            bad.status = 200
            answer = function.invoke(from_queue(**waiting))
            assert answer == {"batchItemFailures": []}, answer
            assert sorted(one["call_sid"] for one in bad.heard) == ["CA1", "CA3"]
            assert len(good.heard) == before + 1, "a recipient was told twice"
            lines = rie.settled(function)
        with rie.function("Notify", **env) as function:
            function.invoke(from_topic(happened("dial_emergency", "CA6")))
            assert len(queue()) == 2, "without the secret nothing is sent, and nothing is lost"
            without = rie.settled(function)
        log = (HOME / "rie-Notify.log").read_text() + "".join(line for line, _ in lines)
    words = [(one["message"], one.get("why")) for _, one in lines]
    assert words.count(("notice sent", None)) == 6 and words.count(("notice not sent yet", "refused")) == 4, words
    assert [one.get("why") for _, one in without if one["message"] == "notice not sent yet"] == ["not_set_up"] * 2, without
    kept = json.dumps(again) + log
    leaked = [found for found in (NUMBER, NUMBER[2:], STREET, SECRET) if found in kept] + re.findall(r"\+\d{7,}", kept)
    assert not leaked, leaked
    return "3 told at once, 2 of 4 came back and were told, no number kept"
