"""A client whose load repeats: the same requests on the same connections, in batches.

Each batch writes one request on every connection and then reads every answer. The server is stopped
(SIGSTOP) while the requests are written, so it finds all of them at once, in one turn of its loop,
as it does under load; nothing depends on the clock or on other load of the machine.

    client.py PORT PID BATCHES REQUEST

REQUEST has its line ends written as \\r\\n. The first answer's status line goes to standard output.
Any answer of another length than the first is an error.
"""

import os
import re
import select
import signal
import socket
import sys
import time

CONNECTIONS = 64


class Client:
    """A few connections that send the same request again and again."""

    def __init__(self, port, pid, request):
        self.pid, self.request = pid, request
        self.sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
        for one in self.sockets:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.first = self.ask_once(self.sockets[0])

    def ask_once(self, one):
        """The first answer, whole: every other answer must have its length."""
        one.sendall(self.request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += receive(one)
        head = answer.partition(b"\r\n\r\n")[0]
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        whole = len(head) + 4 + (int(length[1]) if length else 0)
        while len(answer) < whole:
            answer += receive(one)
        if len(answer) != whole:
            sys.exit(f"client: an answer of {len(answer)} bytes, not {whole}")
        return answer

    def batch(self):
        """One request on each connection, and all the answers."""
        wait_for_state(self.pid, "S")
        os.kill(self.pid, signal.SIGSTOP)
        wait_for_state(self.pid, "Tt")
        for one in self.sockets:
            one.sendall(self.request)
        os.kill(self.pid, signal.SIGCONT)
        for one in self.sockets:
            missing = len(self.first)
            while missing > 0:
                missing -= len(receive(one))
            if missing < 0:
                sys.exit("client: an answer is longer than the first one")

    def close(self):
        """Ends all connections, and waits until the server has ended them as well."""
        for one in self.sockets:
            one.shutdown(socket.SHUT_WR)
        for one in self.sockets:
            select.select([one], [], [], 10)
            one.close()


def wait_for_state(pid, states):
    """Waits until the process is in one of these states (proc(5)): S is asleep, waiting for events;
    T is stopped, and t stopped under strace."""
    while True:
        with open(f"/proc/{pid}/stat") as stat:
            if stat.read().rpartition(")")[2].split()[0] in states:
                return
        time.sleep(0.0005)


def receive(one):
    """Some bytes; the end of the stream is an error here."""
    piece = one.recv(1 << 20)
    if not piece:
        sys.exit("client: the server closed a connection")
    return piece


def main():
    port, pid, batches = map(int, sys.argv[1:4])
    request = sys.argv[4].encode().decode("unicode_escape").encode()
    client = Client(port, pid, request)
    for _ in range(batches):
        client.batch()
    client.close()
    print(client.first.partition(b"\r\n")[0].decode())


if __name__ == "__main__":
    main()
