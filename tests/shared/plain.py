"""A plain client: one request over a socket, and its answer."""

import re
import socket
import time


#: From linux/in.h; Python 3.11 has no name for it.
IP_BIND_ADDRESS_NO_PORT = 24

#: Clients per source address: this leaves ports for other programs on the machine.
CLIENTS_EACH = 4000


def connect(port, source="127.0.0.1"):
    """A connection with a timeout of half a minute."""
    client = socket.socket()
    client.settimeout(30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # The port is chosen when the destination is known: many sockets may then share it.
    client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    client.bind((source, 0))
    client.connect(("127.0.0.1", port))
    return client


def hold(port, count, path):
    """`count` connections, each with one request that has been answered."""
    text = request(path)
    clients = []
    for number in range(count):
        clients.append(connect(port, f"127.0.0.{1 + number // CLIENTS_EACH}"))
        ask(clients[-1], text)
    return clients


def request(path, fields=()):
    """The bytes of a GET, with the fields that wrk sends as well."""
    lines = [f"GET /{path} HTTP/1.1", "Host: 127.0.0.1", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


def ask(client, text):
    """Sends a request on an open connection. Returns status, head with its blank line, body."""
    client.sendall(text)
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(client)
    head, _, rest = data.partition(b"\r\n\r\n")
    head += b"\r\n\r\n"
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    missing = int(length[1]) - len(rest) if length else 0
    body = [rest]
    while missing > 0:
        piece = receive(client)
        missing -= len(piece)
        body.append(piece)
    return int(head.split()[1]), head, b"".join(body)


def receive(client):
    piece = client.recv(1 << 20)
    if not piece:
        raise ConnectionError("closed in the middle of an answer")
    return piece


def ask_once(port, path, fields=()):
    """The same on a new connection."""
    with connect(port) as client:
        return ask(client, request(path, fields))


def milliseconds(client, text):
    """How long one request takes on an open connection."""
    start = time.monotonic()
    ask(client, text)
    return 1000 * (time.monotonic() - start)
