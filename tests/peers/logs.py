"""A double of CloudWatch Logs. Says where; then takes `{"group": NAME, "lines": [[MILLISECONDS, TEXT], ...]}`, one a line."""

import json
import logging
import sys

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"
logs = boto3.client(
    "logs",
    endpoint_url=endpoint,
    region_name="us-west-2",
    aws_access_key_id="test",
    aws_secret_access_key="test",
)
print(json.dumps({"endpoint": endpoint}), flush=True)

known = set()
for count, line in enumerate(sys.stdin):
    asked = json.loads(line)
    group, stream = asked["group"], f"stream-{count}"
    if group not in known:
        logs.create_log_group(logGroupName=group)
        known.add(group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    # Sorted, as the API demands of a batch.
    events = [{"timestamp": at, "message": text} for at, text in sorted(asked["lines"])]
    answer = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    print(json.dumps(answer.get("rejectedLogEventsInfo") or {}), flush=True)
