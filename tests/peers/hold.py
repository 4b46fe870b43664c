"""Holds so many connections to a server open with requests that never end: `{"port": P, "count": N}`, one question a line.

Every second one sends a head without its end, every other one a large body without its end. One that the server closes is opened
again. Answers how many are open.
"""

import json
import resource
import select
import socket
import sys
import time

HEAD = b"POST /outgoing HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 15_000
BODY = b"POST /outgoing HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"a" * 190_000

_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
held = {}


def hold(port, count):
    """Opens what is missing, and sends as much as the server takes at the moment."""
    poll = select.poll()
    while len(held) < count:
        connection = socket.socket()
        connection.setblocking(False)
        connection.connect_ex(("127.0.0.1", port))
        held[connection.fileno()] = (connection, [HEAD if len(held) % 2 else BODY])
    for number in held:
        poll.register(number, select.POLLIN | select.POLLOUT)
    until = time.monotonic() + 1
    while time.monotonic() < until:
        ready = poll.poll(100)
        if not any(number in held and held[number][1][0] for number, _ in ready):
            time.sleep(0.02)
        for number, event in ready:
            if number not in held:
                continue
            connection, rest = held[number]
            try:
                if event & select.POLLIN and not connection.recv(4096):
                    raise ConnectionError
                if event & select.POLLOUT and rest[0]:
                    rest[0] = rest[0][connection.send(rest[0]) :]
            except BlockingIOError:
                continue
            except OSError:
                poll.unregister(number)
                connection.close()
                del held[number]


for line in sys.stdin:
    asked = json.loads(line)
    hold(asked["port"], asked["count"])
    print(json.dumps(len(held)), flush=True)
