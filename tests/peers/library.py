"""Twilio's own library, on the stand-in of its API: one JSON object a line in, one out.

    {"do": "connect", "base": URL, "username": U, "password": P, "account": AC}             -> {}
    {"at": [["sip"], ["credential_lists", CL], ["credentials"]], "do": "list", "with": {"page_size": 50}}
        -> {"answer": the resource, or a list of them}, or {"status": S, "code": C, "message": M}
"""

import json
import re
import sys

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client


class Redirected(TwilioHttpClient):
    """All of Twilio's hosts are one."""

    def __init__(self, base):
        super().__init__()
        self.base = base

    def request(self, method, url, *rest, **more):
        url = re.sub(r"\Ahttps://[a-z]+\.twilio\.com", self.base, url)
        assert url.startswith(self.base), url
        return super().request(method, url, *rest, **more)


def plain(answer):
    """What a resource says, without what it is made of."""
    if isinstance(answer, (list, tuple)):
        return [plain(one) for one in answer]
    if hasattr(answer, "__dict__"):
        return {name: plain(value) for name, value in vars(answer).items() if not name.startswith("_")}
    return answer


client = None
for line in sys.stdin:
    asked = json.loads(line)
    if asked["do"] == "connect":
        http = Redirected(asked["base"])
        client = Client(asked["username"], asked["password"], account_sid=asked["account"], http_client=http)
        answer = {}
    else:
        where = client
        for name, *of in asked["at"]:
            where = getattr(where, name)
            where = where(*of) if of else where
        try:
            answer = {"answer": plain(getattr(where, asked["do"])(**asked.get("with", {})))}
        except TwilioRestException as error:
            answer = {"status": error.status, "code": error.code, "message": error.msg}
        except TwilioException as error:
            # A page that is refused comes with the answer itself.
            answer = json.loads(error.args[1].text)
    print(json.dumps(answer, default=str), flush=True)
