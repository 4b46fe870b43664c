"""The steps of tests/deploy/run."""

import hashlib
import re
import sys
import time
import traceback

import agreement
import cloud
import events
import fallback
import notices
import peers
from world import BUILD, CHECKOV, FUNCTIONS, ROOT, SAM, run


def lint():
    run(SAM / "sam", "validate", "--lint", "--template", ROOT / "template.yaml")
    return "sam validate --lint"


def cfnlint():
    run(SAM / "cfn-lint", ROOT / "template.yaml")


def checkov():
    run(CHECKOV / "checkov", "--config-file", ROOT / ".checkov.yaml", "-f", ROOT / "template.yaml")
    accepted = len(re.findall(r"CKV\w+", (ROOT / ".checkov.yaml").read_text() + (ROOT / "template.yaml").read_text()))
    return f"{accepted} findings accepted, each with its reason"


def build():
    """Builds for this machine; deployed is arm64, unless the parameter says otherwise."""
    run(SAM / "sam", "build", "--template", ROOT / "template.yaml", "--build-dir", BUILD, "--parameter-overrides", "Architecture=x86_64")
    run("cargo", "build", "--package", "dialtone")
    assert (BUILD / "Network/dialtone.toml").read_bytes() == (ROOT / "examples/dialtone.toml").read_bytes()
    noted = (BUILD / "Network/dialtone.toml.sha256").read_text().split()
    assert noted[0] == hashlib.sha256((BUILD / "Network/dialtone.toml").read_bytes()).hexdigest(), noted
    sizes = []
    for name in FUNCTIONS:
        bootstrap = BUILD / name / "bootstrap"
        # Amazon Linux 2023 has glibc 2.34.
        text = bootstrap.read_bytes()
        newest = max(tuple(map(int, v.split(b"."))) for v in re.findall(rb"GLIBC_(2\.\d+)", text))
        assert newest <= (2, 34), f"{name} wants glibc {newest}"
        assert bootstrap.stat().st_mode & 0o111
        sizes.append(f"{name} {len(text) / 1e6:.1f} MB")
    return ", ".join(sizes)


def group(checks):
    def step():
        said, failed = [], []
        for check in checks:
            try:
                word = check()
                said.append(word or check.__name__)
            except AssertionError as error:
                failed.append(f"{check.__name__}: {error}")
        assert not failed, "\n".join(failed)
        return "; ".join(said)
    return step


STEPS = {
    "lint": lint,
    "cfnlint": cfnlint,
    "checkov": checkov,
    "agreement": group(agreement.CHECKS),
    "events": events.check,
    "fallback": group([fallback.small, fallback.spellings, fallback.countries, fallback.strangers, fallback.signatures, fallback.counts]),
    "build": build,
    "emulator": peers.emulator,
    "relay": peers.relay,
    "outage": peers.outage,
    "partial": peers.partial,
    "notices": notices.notices,
    "measure": peers.measure,
    "cloud": cloud.end_to_end,
}


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(STEPS))
        return 0
    if arguments == ["events", "--write"]:
        events.write()
        return 0
    unknown = [name for name in arguments if name not in STEPS]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are {', '.join(STEPS)}", file=sys.stderr)
        return 2
    passed = failed = 0
    for name in arguments or STEPS:
        started = time.monotonic()
        try:
            said, good = STEPS[name]() or "", True
        except AssertionError as error:
            said, good = str(error) or traceback.format_exc(), False
        except Exception:
            said, good = traceback.format_exc(), False
        passed, failed = passed + good, failed + (not good)
        print(f"{'PASS' if good else 'FAIL'}  {name:<10} {time.monotonic() - started:6.1f} s  {said}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.modules["steps"] = sys.modules["__main__"]
    sys.exit(main(sys.argv[1:]))
