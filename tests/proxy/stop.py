"""SIGTERM with clients in the accept queue: each is answered, closed cleanly or refused.

    stop.py BINARY [ROUNDS]    20 rounds unless told, each with a server of its own
"""

import collections
import errno
import resource
import selectors
import signal
import socket
import subprocess
import sys
import time

import plain
from server import SMALL, Server

BURST = 200
BURSTS = 5
#: Time between two bursts: some of the server's iterations, so that it has begun on the clients.
BETWEEN_S = 0.002
#: No client waits longer: more than the 5 s that the server grants to responses in progress, and
#: than the second after which a SYN is sent again.
PATIENCE_S = 15
REQUEST = plain.request("small.txt")
REFUSED, ANSWERED, CLOSED = "refused", "answered", "closed"
CLEAN = {REFUSED, ANSWERED, CLOSED}


class Client:
    """A client that has begun to connect. Every second one sends its request at once; the others
    are silent, as a browser's spare connections are."""

    def __init__(self, port, number):
        self.unsent = REQUEST if number % 2 else b""
        self.data = b""
        self.outcome = None
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))
        self.advance()

    def advance(self):
        """Sends and reads what can be sent and read; sets the outcome at the end."""
        try:
            self.send()
            while self.outcome is None:
                piece = self.socket.recv(65536)
                self.data += piece
                if is_whole(self.data):
                    self.outcome = ANSWERED
                elif not piece:
                    self.outcome = "cut short" if self.data else CLOSED
        except BlockingIOError:
            pass
        except ConnectionRefusedError:
            self.outcome = REFUSED
        except OSError as error:
            # A socket that is still connecting can be neither read nor written.
            if error.errno != errno.ENOTCONN:
                self.outcome = error.strerror

    def send(self):
        try:
            while self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
        except BrokenPipeError:
            # The server has closed its side: what it said before can be read.
            self.unsent = b""


def is_whole(data):
    head, blank, body = data.partition(b"\r\n\r\n")
    return bool(blank) and head.startswith(b"HTTP/1.1 200 ") and body == SMALL


def stopped_round(server, clients):
    """The server stands still while clients connect: all of them are in the accept queue when it
    learns of the signal."""
    server.process.send_signal(signal.SIGSTOP)
    burst(server, clients, BURST)
    server.process.send_signal(signal.SIGTERM)
    burst(server, clients, BURST)
    server.process.send_signal(signal.SIGCONT)


def running_round(server, clients):
    """The signal comes in the middle of the bursts, and the server runs all the time."""
    for number in range(BURSTS):
        burst(server, clients, BURST // 2)
        if number == BURSTS // 2:
            server.process.send_signal(signal.SIGTERM)
        burst(server, clients, BURST // 2)
        time.sleep(BETWEEN_S)


def burst(server, clients, count):
    for _ in range(count):
        clients.append(Client(server.port, len(clients)))


def await_outcomes(clients):
    end = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        for client in clients:
            if client.outcome is None:
                selector.register(client.socket, interest(client), client)
        while selector.get_map() and time.monotonic() < end:
            for key, _ in selector.select(0.1):
                client = key.data
                client.advance()
                if client.outcome is None:
                    selector.modify(client.socket, interest(client), client)
                else:
                    selector.unregister(client.socket)
    for client in clients:
        client.socket.close()


def interest(client):
    return selectors.EVENT_READ | (selectors.EVENT_WRITE if client.unsent else 0)


def one_round(binary, connect_all):
    """How often each outcome came."""
    server = Server(binary)
    clients = []
    try:
        connect_all(server, clients)
        await_outcomes(clients)
        outcomes = collections.Counter(client.outcome or "no end" for client in clients)
        if (status := exit_status(server)) != 0:
            outcomes[f"exit status {status}"] += 1
    finally:
        server.process.send_signal(signal.SIGCONT)
        server.stop()
    return outcomes


def exit_status(server):
    try:
        return server.process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        return "none in time"


def rows(binary, rounds=20):
    """For both ways to connect: pattern, outcomes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for name, connect_all in [
        ("SIGTERM, all in the accept queue", stopped_round),
        ("SIGTERM in the middle of bursts", running_round),
    ]:
        outcomes = collections.Counter()
        for _ in range(rounds // 2):
            outcomes += one_round(binary, connect_all)
        yield name, outcomes
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def violations(outcomes):
    return collections.Counter({what: n for what, n in outcomes.items() if what not in CLEAN})


def main():
    bad = 0
    for name, outcomes in rows(sys.argv[1], int((sys.argv[2:] or ["20"])[0])):
        print(f"{name}: {dict(outcomes)}", flush=True)
        bad += violations(outcomes).total()
    sys.exit(f"{bad} violations" if bad else 0)


if __name__ == "__main__":
    main()
