"""Where things are, and the small tools that every step uses."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ["DEPLOY_HOME"])
TARGET = HOME.parent
SAM, CHECKOV = Path(os.environ["DEPLOY_SAM"]), Path(os.environ["DEPLOY_CHECKOV"])
PEERS, MINISTACK = Path(os.environ["DEPLOY_PEERS"]), Path(os.environ["DEPLOY_MINISTACK"])
BUILD = HOME / "build"

TOKEN = "any-secret"
STAGE = "prod"
REGION, ACCOUNT = "us-west-2", "123456789012"
FUNCTIONS = ["Outgoing", "Incoming", "Status", "Relay", "Notify"]


def tools_environment():
    """What the tools may see. Nothing in it leads to a real account."""
    kept = re.compile(r"HOME|PATH|(CARGO|RUSTUP)_\w+|(?i:https?_proxy)|SSL_CERT_(FILE|DIR)")
    keep = {name: value for name, value in os.environ.items() if kept.fullmatch(name)}
    keep["PATH"] = f"{SAM}:{keep['PATH']}"
    return keep | {
        "CARGO_TARGET_DIR": str(TARGET),
        # The tests are about the example network, whatever else lies here.
        "DIALTONE_CONFIG": "examples/dialtone.toml",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
        "no_proxy": "127.0.0.1,localhost",
    }


def run(*command, **more):
    """Runs a tool, and fails with everything it said."""
    done = subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=tools_environment(), text=True, capture_output=True, **more
    )
    assert done.returncode == 0, f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# ── The template ─────────────────────────────────────────────────────────────────────────────────────────────


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, read as the long ones."""


def _tag(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _tag)


def template(path=ROOT / "template.yaml"):
    return yaml.load(path.read_text(), Loader)  # noqa: S506, a SafeLoader


def resources(kind):
    return {name: one for name, one in template()["Resources"].items() if one["Type"] == kind}


def translated(parameters=(), change=lambda template: None):
    """The template as CloudFormation sees it, once AWS's own translator has read it."""
    document = template()
    for name, one in document["Resources"].items():
        for key in ("CodeUri", "ContentUri"):
            if key in one["Properties"]:
                # Where the artifact would have been uploaded to.
                one["Properties"][key] = f"s3://artifacts/{name}"
    change(document)
    values = {"Stage": STAGE, "AuthTokenVersion": "0" * 32, "EmergencyCallerId": "+15035550110"} | dict(parameters)
    question = json.dumps({"template": document, "parameters": values})
    return json.loads(run(SAM / "python", Path(__file__).with_name("translate.py"), input=question))


# ── Processes ────────────────────────────────────────────────────────────────────────────────────────────────


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, check, seconds=30, process=None):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError, KeyError):
            if (found := check()) not in (None, False):
                return found
        assert process is None or process.poll() is None, f"{what}: the process ended with {process.returncode}"
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds} s")


@contextlib.contextmanager
def process(command, env, log):
    """A process of ours, in a group of its own that ends with it."""
    with open(log, "wb") as sink:
        child = subprocess.Popen(
            [str(word) for word in command], env=env, stdout=sink, stderr=sink, cwd=HOME, start_new_session=True
        )
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Answer:
    """An HTTP answer, whatever its status."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {k.lower(): v for k, v in headers.items()}, body

    def __eq__(self, other):
        return vars(self) == vars(other)

    def __repr__(self):
        return f"{self.status} {self.headers} {self.body!r}"


def http(method, url, headers=None, body=None, timeout=30):
    request = urllib.request.Request(url, data=body, headers=headers or {}, method=method)
    try:
        with _direct.open(request, timeout=timeout) as answer:
            return Answer(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read())


def source(*folders):
    """All Rust source below these folders, tests and comments apart."""
    text = "\n".join(path.read_text() for folder in folders for path in sorted((ROOT / folder).rglob("*.rs")) if path.name != "tests.rs")
    return re.sub(r"(?m)^\s*//.*$", "", text)
