"""A millpond that the test starts, and clients that give each request a target of its own."""

import csv
import os
import re
import signal
import socket
import subprocess
import threading
import time

COLUMNS = (
    "connected_at,requested_at,client_ip,client_port,method,target,file,status,bytes,"
    "duration_us,outcome"
)


class Server:
    """The real binary, ended by its process id."""

    def __init__(self, binary, root, log):
        self.said = []
        self.process = subprocess.Popen(
            [binary, "--listen", "127.0.0.1:0", "--quiet", "--keep-alive-requests", "0"]
            + ["--log", log, root],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        self.port = int(found[1]) if found else None

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))

    def end(self, number):
        """Sends a signal that ends it. Returns its exit status."""
        self.process.send_signal(number)
        status = self.process.wait(20)
        self.listener.join(20)
        self.process.stdout.close()
        self.process.stderr.close()
        return status

    def stop(self):
        return self.end(signal.SIGINT)

    def kill(self):
        return self.end(signal.SIGKILL)

    def has_said(self, words, within=10):
        """Whether a line of standard error contains these words within `within` seconds."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            if any(words in line for line in self.said):
                return True
            time.sleep(0.01)
        return False


class Load(threading.Thread):
    """Asks for /?NAME-0, /?NAME-1 … until `finish` is called, or the server has gone."""

    def __init__(self, port, name, batch, pause):
        super().__init__()
        self.port, self.name_, self.batch, self.pause = port, name, batch, pause
        self.answered = []  # (time of the answer, how many were answered by then)
        self.stopped = threading.Event()

    def target(self, number):
        return f"/?{self.name_}-{number}"

    def run(self):
        sent = done = 0
        try:
            with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
                rest = b""
                while not self.stopped.is_set():
                    piece = range(sent, sent + self.batch)
                    sent += self.batch
                    text = "".join(
                        f"HEAD {self.target(n)} HTTP/1.1\r\nHost: h\r\n\r\n" for n in piece
                    )
                    connection.sendall(text.encode())
                    while done < sent:
                        received = connection.recv(1 << 16)
                        if not received:
                            return
                        rest += received
                        done += rest.count(b"\r\n\r\n")
                        rest = rest[rest.rfind(b"\r\n\r\n") + 4 :] if b"\r\n\r\n" in rest else rest
                        self.answered.append((time.monotonic(), done))
                    self.stopped.wait(self.pause)
        except OSError:
            pass

    def finish(self):
        """Ends the load. Returns all targets that were answered."""
        self.stopped.set()
        self.join(20)
        return [self.target(n) for n in range(self.count_until(float("inf")))]

    def count_until(self, moment):
        """How many requests were answered by then."""
        return max((count for at, count in self.answered if at <= moment), default=0)


def read_rows(log, offset=0):
    """The targets of the rows from this byte on; ValueError if a row is not whole."""
    with open(log, newline="", encoding="utf-8") as file:
        text = file.read() if offset == 0 else (file.seek(offset), file.read())[1]
    if offset == 0:
        header, _, text = text.partition("\n")
        if header != COLUMNS:
            raise ValueError(f"the header is {header!r}")
    if text and not text.endswith("\n"):
        raise ValueError(f"half a row at the end: {text[-200:]!r}")
    targets = []
    for row in csv.reader(text.splitlines(keepends=True), strict=True):
        if len(row) != 11 or row[4] != "HEAD" or row[7] != "200" or row[10] != "complete":
            raise ValueError(f"not a whole row: {row}")
        targets.append(row[5])
    return targets


def size(path):
    return os.stat(path).st_size
