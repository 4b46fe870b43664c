"""The HTTP of it: who asks, what goes wrong, what is written down."""

import base64
import copy
import hmac
import json
import socket
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import addresses  # noqa: F401  Its routes, and those of the next lines.
import applications  # noqa: F401
import calls  # noqa: F401
import forms
import mappings  # noqa: F401
import other_hosts  # noqa: F401
import pages
import phone_numbers  # noqa: F401
import routes
import sip  # noqa: F401
from account import hexadecimal
from refusals import Refusal, not_found

SECRETS = ("Password", "SipAuthPassword")
MOST = 1 << 20


class Journal:
    """All requests, in the order of their arrival."""

    def __init__(self):
        self._entries = []

    def begin(self, method, path, query, form):
        def masked(pairs):
            return [[name, "***" if name in SECRETS else value] for name, value in pairs]

        password = any(name in SECRETS for name, _ in form + query)
        entry = {"method": method, "path": path, "query": masked(query), "form": masked(form), "password": password}
        entry |= {"processed": False, "status": None, "fault": None}
        self._entries.append(entry)
        return entry

    def entries(self):
        return [dict(entry) for entry in self._entries]


def listen(account, faults, journal, lock):
    """Starts to answer, in threads of its own. Returns the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def log_message(self, *_):
            pass

        def answer_all(self):
            length = int(self.headers.get("Content-Length") or 0)
            if length > MOST or "Transfer-Encoding" in self.headers:
                self.close_connection = True
                return self.send(413, {"code": 20001, "message": "Body too large", "status": 413})
            body = self.rfile.read(length)
            path, _, query = self.path.partition("?")
            pairs = parse_qsl(query, keep_blank_values=True)
            form = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
            with lock:
                entry = journal.begin(self.command, path, pairs, form)
                rule = faults.on(self.command, path, form) or {}
                effect = entry["fault"] = rule.get("effect")
                if effect in ("429", "500-before", "refuse", "drop-before", "late"):
                    status, answer, headers = unprocessed(rule)
                    if effect == "late":
                        # As this request is now: the connection goes on to the next one.
                        late = copy.copy(self).process_late
                        deed = threading.Timer(rule["seconds"], late, (entry, path, pairs, form, body))
                        deed.daemon = True
                        deed.start()
                else:
                    status, answer, headers = self.process(path, pairs, form, body)
                    entry["processed"] = status < 400
                    if effect == "500-after":
                        status, answer, headers = unprocessed(rule)
                entry["status"] = None if effect in ("drop-before", "drop-after") else status
            if effect == "slow":
                time.sleep(rule["seconds"])
            if effect in ("drop-before", "drop-after"):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
            else:
                self.send(status, "<html>Service" if effect == "garbage" else answer, headers)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer_all

        def process_late(self, entry, *request):
            with lock:
                entry["processed"] = self.process(*request)[0] < 400

        def process(self, path, pairs, form, body):
            try:
                self.authenticate(path)
                return *self.route(path, pairs, form, body), {}
            except Refusal as refusal:
                return refusal.status, refusal.body(), {}
            except Exception as error:
                traceback.print_exc()
                return 500, Refusal(0, f"The stand-in is broken: {error!r}", 500).body(), {}

        def authenticate(self, path):
            method, _, value = self.headers.get("Authorization", "").partition(" ")
            try:
                given = base64.b64decode(value, validate=True).decode() if method == "Basic" else ""
            except ValueError:
                given = ""
            allowed = (f"{account.sid}:{account.token}", f"{account.key}:{account.secret}")
            if account.parent:
                allowed += (f"{account.parent['sid']}:{account.parent['token']}",)
            if not any(hmac.compare_digest(given.encode(), one.encode()) for one in allowed):
                raise Refusal(20003, "Authenticate", 401)
            parts = path.split("/")
            owner = parts[3].removesuffix(".json") if path.startswith("/2010-04-01/Accounts/") else account.sid
            if owner != account.sid:
                raise Refusal(20003, "Authenticate", 401)

        def route(self, path, pairs, form, body):
            found, sids, known = routes.find(self.command, path)
            if found is None and known:
                raise Refusal(20004, "Method not allowed", 405)
            if found is None:
                raise not_found(path)
            if found.method == "POST":
                kind = self.headers.get("Content-Type", "").split(";")[0].strip().lower()
                if body and kind != "application/x-www-form-urlencoded":
                    raise Refusal(20001, "The body must be form-encoded")
                if pairs:
                    raise Refusal(20001, f"Parameter {pairs[0][0]} belongs into the body")
                given = form
            else:
                if body:
                    raise Refusal(20001, "A body is not expected")
                given = pairs
            fields = forms.read(given, found.takes, found.code)
            # The first sid of the account's own paths is its own.
            sids = sids[1:] if path.startswith("/2010-04-01/") else sids
            answer = found.handler(account, *sids, fields)
            if isinstance(answer, pages.Page):
                answer.records = list(account.listed(answer.records))
                if path.startswith("/v1/"):
                    answer = pages.v1(answer, account.base, path, pairs, fields)
                else:
                    answer = pages.v2010(answer, path, pairs, fields)
            return found.status, answer

        def send(self, status, answer, headers=None):
            if answer is None or self.command == "HEAD":
                body = b""
            else:
                body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Twilio-Request-Id", hexadecimal("RQ"))
            if status != 204:
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

        def handle_error(self, request, client_address):
            # A client that went away is its own business; anything else is a mistake in here and must be seen.
            if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", 0), Handler)
    account.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


def unprocessed(rule):
    """The answer to a request that a rule keeps from being processed, or pretends so."""
    if rule["effect"] == "429":
        headers = {"Retry-After": str(rule["retry_after"])} if "retry_after" in rule else {}
        return 429, Refusal(20429, "Too Many Requests", 429).body(), headers
    if rule["effect"] == "refuse":
        return rule["status"], Refusal(rule["code"], rule["message"], rule["status"]).body(), {}
    status = rule.get("status", 500)
    return status, Refusal(20500, "An internal server error has occurred", status).body(), {}
