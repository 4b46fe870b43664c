"""What `sam build` made, under AWS's own Runtime Interface Emulator."""

import contextlib
import json
import re
import socket
import time
from pathlib import Path

from world import BUILD, HOME, REGION, SAM, STAGE, TOKEN, free_port, http, process, wait_for

EMULATOR = next((SAM.parent / "lib").glob("python3*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"))


class Function:
    def __init__(self, port, log, child):
        self.port, self.log, self.child = port, log, child

    def invoke(self, event):
        """The answer as JSON, as Lambda would hand it on."""
        url = f"http://127.0.0.1:{self.port}/2015-03-31/functions/function/invocations"
        answer = http("POST", url, {"content-type": "application/json"}, json.dumps(event).encode())
        assert answer.status == 200, answer
        return json.loads(answer.body) if answer.body else None

    def lines(self):
        """What the function itself has logged, whole. The emulator adds lines of its own."""
        text = self.log.read_text()
        found = []
        for line in text.splitlines():
            with contextlib.suppress(ValueError):
                one = json.loads(line[line.index("{"):])
                if "message" in one or "_aws" in one:
                    found.append((line[line.index("{"):], one))
        return found

    def memory_kib(self):
        """The most that the bootstrap ever held."""
        pid = bootstrap_pid(self.child.pid)
        return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1))

    def cpu_ms(self):
        """CPU time of the bootstrap so far, all threads."""
        pid = bootstrap_pid(self.child.pid)
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in Path(f"/proc/{pid}/task").iterdir()) / 1e6


def bootstrap_pid(parent):
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            text = status.read_text()
            if f"PPid:\t{parent}\n" in text and "Name:\tbootstrap\n" in text:
                return int(status.parent.name)
    raise KeyError("the bootstrap")


@contextlib.contextmanager
def function(name, **env):
    """A built function that waits for its first event."""
    port, log = free_port(), HOME / f"rie-{name}.log"
    env = {
        "PATH": "/usr/bin:/bin",
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "60",
        # A layer is mounted at /opt, which is not ours here.
        "DIALTONE_CONFIG": str(BUILD / "Network/dialtone.toml"),
        "DIALTONE_STAGE": STAGE,
        "TWILIO_AUTH_TOKEN": TOKEN,
        # Never the real AWS.
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    } | env
    command = [EMULATOR, "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
               "--runtime-api-address", f"127.0.0.1:{free_port()}", BUILD / name / "bootstrap"]
    with process(command, env, log) as child:
        wait_for(f"the emulator of {name}", lambda: up(port), process=child)
        yield Function(port, log, child)


def up(port):
    with socket.create_connection(("127.0.0.1", port), 0.2):
        return True


def settled(function, seconds=0.3):
    """Lets the last log line arrive."""
    time.sleep(seconds)
    return function.lines()
