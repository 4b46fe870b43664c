"""A stand-in for Twilio's REST API: one account that remembers what is done to it. All hosts are one port.

It says where it listens and whose account it is, then takes one JSON object a line and answers each by one:

    {"do": "state"}                          everything that is there
    {"do": "seed", "numbers": [...], ...}    puts things there, as if they had been there before (seeds.py)
    {"do": "change", "collection": "numbers", "sid": S, "fields": {...}}     someone else changed something
    {"do": "remove", "collection": "numbers", "sid": S}                      someone else removed something
    {"do": "configure", "emergency_polls": 2, "emergency_outcome": "registered", "lag": 0,
        "parent": {"sid": S, "token": T}}
    {"do": "journal"}                        all requests so far; passwords are masked
    {"do": "faults", "rules": [...]}         what shall go wrong (faults.py); replaces earlier rules
    {"do": "password", "username": U}        the SHA-256 of the password that U has now

What it knows is what Twilio documents. Where only the refusal is documented and not its number, the code is 20001.
"""

import hashlib
import json
import sys
import threading

from account import Account
from faults import Faults
from seeds import change, configure, remove, seed, state
from server import Journal, listen


def password(account, asked):
    found = [
        credential["_password"]
        for owner in account.credential_lists.values()
        for credential in owner["_credentials"].values()
        if credential["username"] == asked["username"] and asked.get("list", owner["sid"]) == owner["sid"]
    ]
    return {"sha256": [hashlib.sha256(one.encode()).hexdigest() for one in found]}


def main():
    account, faults, journal = Account(), Faults(), Journal()
    lock = threading.Lock()
    port = listen(account, faults, journal, lock)
    commands = {
        "state": state,
        "seed": seed,
        "change": change,
        "remove": remove,
        "configure": configure,
        "password": password,
        "journal": lambda _account, _asked: journal.entries(),
        "faults": lambda _account, asked: faults.replace(asked["rules"]),
    }
    said = {"base": f"http://127.0.0.1:{port}", "sid": account.sid, "token": account.token}
    print(json.dumps(said | {"key": account.key, "secret": account.secret}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            with lock:
                answer = commands[asked.pop("do")](account, asked)
        except Exception as error:  # The test that asked is told, and stops.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
