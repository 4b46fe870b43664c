"""Built functions against `dialtone serve` and against doubles of SNS."""

import base64
import contextlib
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import boto3

import events
import rie
from world import BUILD, HOME, PEERS, REGION, STAGE, TARGET, TOKEN, free_port, http, process, resources, wait_for

# What a host adds on its own account.
OF_THE_HOST = {"date", "x-request-id", "content-length", "connection", "transfer-encoding"}


def client(service, endpoint):
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


@contextlib.contextmanager
def serve():
    """`dialtone serve` on the same network file. Gives its address and the file of its events."""
    port, written = free_port(), HOME / "serve-events.jsonl"
    written.unlink(missing_ok=True)
    env = {"TWILIO_AUTH_TOKEN": TOKEN, "PATH": os.environ["PATH"]}
    command = [TARGET / "debug/dialtone", "serve", "--config", BUILD / "Network/dialtone.toml", "--stage", STAGE,
               "--listen", f"127.0.0.1:{port}", "--events", written]
    with process(command, env, HOME / "serve.log") as child:
        wait_for("dialtone serve", lambda: http("GET", f"http://127.0.0.1:{port}/healthz").status == 200, process=child)
        yield f"http://127.0.0.1:{port}", written


@contextlib.contextmanager
def sns():
    """A double of SNS and SQS: its endpoint, a topic, and all messages of a queue that hears it."""
    port = free_port()
    with process([PEERS / "moto_server", "-H", "127.0.0.1", "-p", str(port)], {"PATH": "/usr/bin:/bin"}, HOME / "moto.log") as child:
        endpoint = f"http://127.0.0.1:{port}"
        wait_for("moto", lambda: http("GET", f"{endpoint}/moto-api/").status == 200, process=child)
        topics, queues = client("sns", endpoint), client("sqs", endpoint)
        topic = topics.create_topic(Name="events")["TopicArn"]
        queue = queues.create_queue(QueueName="events")["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        yield endpoint, topic, lambda: drain(queues, queue)


def drain(queues, queue):
    messages = []
    while found := queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            # The envelope of a subscription without raw delivery, as the consumers have it.
            messages.append(json.loads(json.loads(message["Body"])["Message"]))
            queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return messages


def as_http(event, base):
    """The request that became this event."""
    url = base + event["rawPath"] + (f"?{event['rawQueryString']}" if event["rawQueryString"] else "")
    body = base64.b64decode(event["body"]) if event["isBase64Encoded"] else None
    return http(event["requestContext"]["http"]["method"], url, event["headers"], body)


def comparable(answer):
    """Status, headers and body, from the process or from the function."""
    if isinstance(answer, dict):
        body = answer.get("body") or ""
        body = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        status, headers = answer["statusCode"], {k.lower(): v for k, v in answer["headers"].items()}
        headers |= {k.lower(): v[0] for k, v in (answer.get("multiValueHeaders") or {}).items()}
    else:
        status, headers, body = answer.status, answer.headers, answer.body
    return status, {k: v for k, v in headers.items() if k not in OF_THE_HOST}, body


def without_time(message):
    return {key: value for key, value in message.items() if key != "timestamp"}


def emulator():
    """Every payload of events/, in the emulator and in `dialtone serve`: the same answer, byte for byte, and the same events."""
    said = 0
    with serve() as (base, written), sns() as (endpoint, topic, queue):
        for name in ("Outgoing", "Incoming", "Status"):
            payloads = {path.stem: json.loads(path.read_text()) for path in sorted((events.FOLDER / name.lower()).glob("*.json"))}
            assert payloads
            before = len(written.read_text().splitlines()) if written.exists() else 0
            more = {"AWS_ENDPOINT_URL": endpoint, "DIALTONE_TOPIC_ARN": topic} if name == "Status" else {}
            with rie.function(name, **more) as function:
                for case, event in payloads.items():
                    theirs, ours = as_http(event, base), function.invoke(event)
                    assert comparable(ours) == comparable(theirs), f"{name}/{case}: {comparable(ours)}, serve: {comparable(theirs)}"
                    assert comparable(ours)[0] == {"unsigned": 403, "unknown-path": 404, "error": 204, "call": 204 if name == "Status" else 200}.get(case, 200), case
                    said += 1
                lines = rie.settled(function)
            expected = wait_for("events", lambda: len(written.read_text().splitlines()) > before) and written.read_text().splitlines()[before:]
            expected = [without_time(json.loads(line)) for line in expected]
            if name == "Status":
                published = [without_time(message) for message in queue()]
            else:
                # From the log, as in production: by the relay.
                raw = [line for line, one in lines if one.get("message") == "event" and one.get("delivery") == "log"]
                with rie.function("Relay", AWS_ENDPOINT_URL=endpoint, DIALTONE_TOPIC_ARN=topic) as relay_:
                    assert relay_.invoke(events.batch([line for line, _ in lines])) is None
                published = [without_time(message) for message in queue()]
                assert len(raw) == len(published)
            order = lambda found: sorted(json.dumps(one, sort_keys=True) for one in found)  # noqa: E731
            assert order(published) == order(expected), f"{name}: {published}, serve: {expected}"
    return f"{said} payloads answered as by serve, and their events on a subscribed queue"


def relay():
    """A CloudWatch Logs event becomes messages on a queue; what is no event, or is for `replay`, does not."""
    with sns() as (endpoint, topic, queue), rie.function("Relay", AWS_ENDPOINT_URL=endpoint, DIALTONE_TOPIC_ARN=topic) as function:
        lines = json.loads((events.FOLDER / "relay/lines.json").read_text())
        assert function.invoke(lines) is None
        assert sorted(message["event"]["UserEvent"] for message in queue()) == ["dial_outgoing", "dial_pstn", "reject"]
        assert function.invoke(json.loads((events.FOLDER / "relay/nothing.json").read_text())) is None
        assert queue() == []
        many = events.batch([events.log_line("dial_pstn", microsecond=i) for i in range(95)])
        assert function.invoke(many) is None
        got = queue()
        assert len(got) == len({message["timestamp"] for message in got}) == 95
    return "3 of 6 lines, then 95"


def counted(lines, name):
    """The sum of a metric in the embedded metric format."""
    return sum(one[name] for _, one in lines if "_aws" in one and name in one)


def outage():
    """Without SNS the relay fails, so that Lambda tries again; and it says how many are not published."""
    with rie.function("Relay", AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}", DIALTONE_TOPIC_ARN="arn:aws:sns:us-west-2:123456789012:events") as function:
        answer = function.invoke(json.loads((events.FOLDER / "relay/lines.json").read_text()))
        lines = rie.settled(function)
        # How operations.md trips an alarm.
        assert function.invoke({})["errorType"]
    assert "nothing could be published" in answer["errorMessage"], answer
    assert [one for _, one in lines if one.get("message") == "relayed" and one["unpublished"] == 3]
    # Nothing in the log for `replay`: the batch itself comes back.
    assert not [one for _, one in lines if one.get("delivery") == "failed"]
    # A status callback is answered all the same, and its event is in the log whole.
    with rie.function("Status", AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}", DIALTONE_TOPIC_ARN="arn:aws:sns:us-west-2:123456789012:events") as function:
        answer = function.invoke(json.loads((events.FOLDER / "status/dial.json").read_text()))
        status = rie.settled(function)
    assert answer["statusCode"] == 200
    failed = [one for _, one in status if one.get("delivery") == "failed"]
    assert failed
    sums = {"Relay": (counted(lines, "PublishFailures"), 3), "Status": (counted(status, "PublishFailures"), len(failed))}
    wrong = {name: f"{got}, not {expected}" for name, (got, expected) in sums.items() if got != expected}
    assert not wrong, f"PublishFailures counted: {wrong}"
    return "the batch is handed back; 3 counted"


class HalfDeaf(BaseHTTPRequestHandler):
    """An SNS that never takes the second message of a batch."""

    def do_POST(self):  # noqa: N802, the library's name
        form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        ids = {key.split(".")[2]: value[0] for key, value in form.items() if key.endswith(".Id")}
        words = {key.split(".")[2]: json.loads(value[0])["event"]["UserEvent"] for key, value in form.items() if key.endswith(".Message")}
        taken = [ids[n] for n in ids if words[n] != "dial_pstn"]
        self.server.taken += [words[n] for n in ids if ids[n] in taken]
        good = "".join(f"<member><Id>{one}</Id><MessageId>m</MessageId></member>" for one in taken)
        bad = "".join(f"<member><Id>{one}</Id><Code>InternalError</Code><SenderFault>false</SenderFault></member>" for one in ids.values() if one not in taken)
        body = (f'<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>{good}</Successful>'
                f"<Failed>{bad}</Failed></PublishBatchResult></PublishBatchResponse>").encode()
        self.send_response(200)
        self.send_header("content-type", "text/xml")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def partial():
    """If some of a batch was published, it is not handed back: nothing is sent twice, and the rest is in the log."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), HalfDeaf)
    server.taken = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with rie.function("Relay", AWS_ENDPOINT_URL=endpoint, DIALTONE_TOPIC_ARN="arn:aws:sns:us-west-2:123456789012:events") as function:
            answer = function.invoke(json.loads((events.FOLDER / "relay/lines.json").read_text()))
            lines = rie.settled(function)
    finally:
        server.shutdown()
    assert answer is None, answer
    assert sorted(server.taken) == ["dial_outgoing", "reject"]
    failed = [json.loads(one["event"]) for _, one in lines if one.get("delivery") == "failed"]
    assert [message["event"]["UserEvent"] for message in failed] == ["dial_pstn"]
    assert counted(lines, "PublishFailures") == 1, counted(lines, "PublishFailures")
    return "1 of 3 left for replay"


def measure():
    """Memory and CPU of each function: what MemorySize in the template was chosen by."""
    said = []
    cases = [("Outgoing", "call", {}), ("Outgoing", "foreign", {}), ("Incoming", "call", {}), ("Status", "dial", {}), ("Relay", "lines", {})]
    with sns() as (endpoint, topic, _):
        for name, case, env in cases:
            if name in ("Status", "Relay"):
                env = {"AWS_ENDPOINT_URL": endpoint, "DIALTONE_TOPIC_ARN": topic}
            event = events.request("/outgoing", events.dialled("011525555550123")) if case == "foreign" else json.loads((events.FOLDER / f"{name.lower()}/{case}.json").read_text())
            with rie.function(name, **env) as function:
                function.invoke(event)
                first = function.cpu_ms()
                for _ in range(200):
                    function.invoke(event)
                warm = (function.cpu_ms() - first) / 200
                memory = function.memory_kib() / 1024
            size = int(resources("AWS::Serverless::Function")[name]["Properties"]["MemorySize"])
            assert memory < size / 4, f"{name} held {memory:.0f} MB of {size}"
            # AWS gives a whole core at 1769 MB, and shares of it below.
            at = {size: first * 1769 / size for size in (128, 256, 512)}
            said.append(f"{name}/{case}: {memory:.1f} MB at most, first {first:.1f} ms of CPU, then {warm:.2f}; cold "
                        + ", ".join(f"{ms:.0f} ms at {size} MB" for size, ms in at.items()))
    return "\n      " + "\n      ".join(said)
