"""An upload over a plain socket that reads while it sends, at a pace of its own."""

import re
import select
import socket
import time
from typing import NamedTuple

import plain

MB = 1_000_000

#: Bodies are made of this piece, again and again; none is stored whole.
PIECE = b"millpond" * 8192

#: Slow uploads send what is due at once and then pause until the next tick. Without ticks they would
#: send a few bytes at a time, and a dozen of them would take both processors from what is tested.
TICK_S = 0.1

#: A client that expects 100 Continue sends its body after so many seconds without an answer.
EXPECT_S = 1

#: An upload that has no end so many seconds after its last byte was due has failed.
PATIENCE_S = 20


class Upload(NamedTuple):
    port: int
    size: int
    #: The time that the body takes; 0 sends as fast as the socket accepts it.
    seconds: float
    expects: bool = False
    chunked: bool = False
    #: Whether the client ends its side after the body and waits for the peer's end. A proxy may take
    #: the early end for a client that has left; a server must not.
    half_closes: bool = False


class Outcome(NamedTuple):
    #: The status of the final answer; 0 if its head was not read to the blank line.
    status: int
    #: Whether the head was read before the last byte of the body was sent.
    early: bool
    #: What went wrong with the connection, in the system's words; "" if nothing.
    error: str


def upload(job):
    """Sends the body to its last byte, although the answer has come: a proxy that streams does."""
    sender = Sender(job)
    try:
        sender.run()
    except OSError as error:
        sender.error = error.strerror or str(error)
        # After an error of send, what the peer said before may still be in the socket.
        sender.read_what_is_left()
    finally:
        sender.client.close()
    return Outcome(sender.status(), sender.early, sender.error)


class Sender:
    def __init__(self, job):
        self.job = job
        self.client = plain.connect(job.port)
        self.data = b""
        self.peer_ended = False
        self.early = False
        self.error = ""

    def run(self):
        job = self.job
        self.client.sendall(head(job))
        if job.expects:
            self.await_data(EXPECT_S)
            if self.status():
                return
        self.client.setblocking(False)
        self.send_body()
        self.client.settimeout(PATIENCE_S)
        if job.half_closes:
            self.client.shutdown(socket.SHUT_WR)
        while not self.peer_ended and (job.half_closes or not self.status()):
            self.receive()

    def send_body(self):
        job, start = self.job, time.monotonic()
        end = start + job.seconds + PATIENCE_S
        produced, pending = 0, b""
        while produced < job.size or pending:
            now = time.monotonic()
            if now > end:
                raise TimeoutError("the body was not taken in time")
            tick = (now - start) // TICK_S + 1
            share = min(1, tick * TICK_S / job.seconds) if job.seconds else 1
            due = int(job.size * share)
            if not pending and produced < due:
                piece = PIECE[: due - produced]
                produced += len(piece)
                pending = framed(job, piece, produced == job.size)
            until_tick = start + tick * TICK_S - now
            reads = [] if self.peer_ended else [self.client]
            writes = [self.client] if pending else []
            readable, writable, _ = select.select(reads, writes, [], until_tick)
            if readable:
                self.receive()
                self.early = self.early or self.status() != 0
            if writable:
                pending = pending[self.client.send(pending) :]

    def await_data(self, seconds):
        if select.select([self.client], [], [], seconds)[0]:
            self.receive()

    def receive(self):
        piece = self.client.recv(65536)
        self.peer_ended = not piece
        self.data += piece

    def read_what_is_left(self):
        self.client.settimeout(1)
        try:
            while not self.peer_ended:
                self.receive()
        except OSError:
            pass

    def status(self):
        """The final status, if its head is complete; a 100 before it is skipped."""
        data = re.sub(rb"^(HTTP/1\.1 1\d\d.*?\r\n\r\n)+", b"", self.data, flags=re.DOTALL)
        found = re.match(rb"HTTP/1\.[01] (\d{3}) .*?\r\n\r\n", data, re.DOTALL)
        return int(found[1]) if found else 0


def head(job):
    framing = "Transfer-Encoding: chunked" if job.chunked else f"Content-Length: {job.size}"
    lines = ["POST /upload HTTP/1.1", "Host: 127.0.0.1", framing]
    lines += ["Expect: 100-continue"] if job.expects else []
    return "\r\n".join([*lines, "", ""]).encode()


def framed(job, piece, is_last):
    if not job.chunked:
        return piece
    end = b"0\r\n\r\n" if is_last else b""
    return b"%x\r\n%b\r\n%b" % (len(piece), piece, end)
