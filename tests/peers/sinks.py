"""Where notices of calls for help go: a webhook, which checks signatures by Python's own HMAC, and a mail server.

Says on which ports they listen. Answers `{"ask": "heard"}` with everything that came; `{"webhook": 503}` makes the
webhook answer that from now on.
"""

import hashlib
import hmac
import json
import socket
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

SECRET = b"a secret of the tests"
heard = {"webhook": [], "refused": 0, "mail": []}
state = {"code": 200}
lock = threading.Lock()


class Webhook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        time, signature = (part.split("=", 1)[1] for part in self.headers["X-Dialtone-Signature"].split(","))
        expected = hmac.new(SECRET, f"{time}.".encode() + body, hashlib.sha256).hexdigest()
        with lock:
            code = state["code"]
            if code == 200:
                heard["webhook"].append({"is_signed": hmac.compare_digest(signature, expected), **json.loads(body)})
            else:
                heard["refused"] += 1
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Mail:
    async def handle_DATA(self, server, session, envelope):
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with lock:
            heard["mail"].append(
                {
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "subject": mail["Subject"],
                    "body": mail.get_content(),
                }
            )
        return "250 OK"


webhook = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
threading.Thread(target=webhook.serve_forever, daemon=True).start()
# The controller connects to itself to see whether it is up, so it needs a port that is known beforehand.
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
mail = Controller(Mail(), hostname="127.0.0.1", port=port)
mail.start()
print(json.dumps({"webhook": webhook.server_port, "smtp": port}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    with lock:
        state["code"] = question.get("webhook", state["code"])
        print(json.dumps(heard), flush=True)
