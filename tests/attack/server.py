"""A millpond to attack, and a plain client that measures the effect on others."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

REQUEST = b"GET /small.txt HTTP/1.1\r\nHost: h\r\n\r\n"
SMALL = b"small " * 100
SECRET = b"the secret outside the root"


class Server:
    """The real binary in a temporary tree, ended by its process id."""

    def __init__(self, binary, *options):
        self.tree = tempfile.TemporaryDirectory()
        self.root = os.path.join(self.tree.name, "www")
        os.mkdir(self.root)
        self.write("www/small.txt", SMALL)
        self.write("www/large.bin", os.urandom(1 << 20) * 8)
        self.write("secret.txt", SECRET)
        self.errors = open(os.path.join(self.tree.name, "errors"), "w+")
        self.process = subprocess.Popen(
            [binary, "--listen", "127.0.0.1:0", "--quiet", *options]
            + ["--log", os.path.join(self.tree.name, "Log.csv"), self.root],
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )
        line = self.process.stdout.readline().decode()
        self.port = int(re.search(r"port (\d+)", line)[1])

    def write(self, name, content):
        with open(os.path.join(self.tree.name, name), "wb") as file:
            file.write(content)

    def connect(self, timeout=10):
        client = socket.create_connection(("127.0.0.1", self.port), timeout)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1])

    def stop(self):
        """Stops it. Returns its exit status and last line."""
        self.process.send_signal(signal.SIGINT)
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "killed"
        self.errors.seek(0)
        last = self.errors.read().strip().splitlines()[-1]
        self.tree.cleanup()
        return status, last


def read_answer(client):
    """Reads one answer with a Content-Length: status and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = client.recv(65536)
        if not piece:
            return None, data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    while len(body) < length:
        piece = client.recv(65536)
        if not piece:
            return None, body
        body += piece
    return int(head.split()[1]), body


class TimedClient(threading.Thread):
    """A client in the background that notes how many seconds each request took, until it is left."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seconds = []
        self.ends = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.join()

    def p99_ms(self):
        ordered = sorted(self.seconds)
        return 1000 * ordered[int(0.99 * (len(ordered) - 1))]


class PlainClient(TimedClient):
    """Asks for a small file on a new connection a hundred times a second, and times it all:
    connect, request, answer."""

    def __init__(self, server):
        super().__init__()
        self.server = server
        self.failures = 0

    def run(self):
        while not self.ends.wait(0.01):
            start = time.monotonic()
            try:
                with self.server.connect() as client:
                    client.sendall(REQUEST)
                    answered = read_answer(client) == (200, SMALL)
            except OSError:
                answered = False
            self.failures += not answered
            self.seconds.append(time.monotonic() - start)
