"""A plain client: one request over a socket, and what came back."""

import re
import socket
import time


def connect(port):
    client = socket.create_connection(("127.0.0.1", port), 30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def request(path, fields=()):
    """The bytes of a GET, with the fields that wrk sends as well."""
    lines = [f"GET /{path} HTTP/1.1", "Host: 127.0.0.1", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


def ask(client, text):
    """Sends a request on an open connection: status, head with its blank line, body."""
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
    """The same on a connection of its own."""
    with connect(port) as client:
        return ask(client, request(path, fields))


def milliseconds(client, text):
    """How long one request takes on an open connection."""
    start = time.monotonic()
    ask(client, text)
    return 1000 * (time.monotonic() - start)
