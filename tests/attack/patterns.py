"""The attacks. Each takes a server and returns the numbers of attempts and of violations."""

import itertools
import os
import random
import select
import socket
import struct
import subprocess

from server import REQUEST, SECRET, SMALL, read_answer

COUNT = 10_000


def slowhttptest(mode, seconds):
    """One of the tool's modes: -H slow head, -B slow body, -X slow read, -R range."""

    def attack(server):
        command = ["slowhttptest", mode, "-c", "1000", "-r", "300", "-l", str(seconds)]
        command += ["-i", "5", "-p", "3", "-u", f"http://127.0.0.1:{server.port}/large.bin"]
        if mode == "-X":
            command += ["-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3"]
        result = subprocess.run(command, capture_output=True, timeout=seconds + 60)
        # This is the tool's own verdict; the plain client measures the server at the same time.
        return 1000, int(result.returncode != 0 or b"service available:" not in result.stdout)

    return attack


def traversal(server):
    """Paths out of the root, in every known encoding of dots and slashes."""
    dots = ["..", "%2e%2e", ".%2e", "%2e.", "..;", "%252e%252e", "..%00", "%c0%ae%c0%ae"]
    dots += ["..\\", "%uff0e%uff0e", "....", "..%01", "%2e%2e%20", "\\..", "..%0d"]
    slashes = ["/", "%2f", "%5c", "\\", "%252f", "%c0%af", "//", "/./", "%u2215", "/%20/"]
    names = ["secret.txt", "etc/passwd", "secret.txt%00.html", "./secret.txt"]
    tried = violations = 0
    for dot, slash, depth, name in itertools.product(dots, slashes, range(1, 5), names):
        target = "/" + (dot + slash) * depth + name
        with server.connect() as client:
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            status, body = read_answer(client)
        tried += 1
        violations += status not in (400, 404) or SECRET in body or b"root:" in body
    return tried, violations


def random_bytes(server):
    """Noise, and requests with a few changed bytes: the answer has one of the server's statuses,
    or the connection ends."""
    noise = random.Random(2130)
    violations = 0
    for number in range(COUNT // 2):
        if number % 2:
            data = noise.randbytes(noise.randrange(1, 3000))
        else:
            changed = bytearray(REQUEST)
            for _ in range(noise.randrange(1, 4)):
                changed[noise.randrange(len(changed))] = noise.randrange(256)
            data = bytes(changed)
        with server.connect() as client:
            try:
                client.sendall(data)
                client.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: client.recv(65536), b""))
            except ConnectionError:
                continue
        violations += bool(answer) and answer[:13] not in (
            b"HTTP/1.1 200 ",
            b"HTTP/1.1 400 ",
            b"HTTP/1.1 404 ",
        )
    return COUNT // 2, violations


def connect_storm(server):
    """Clients that connect in bursts and leave without a request."""
    for _ in range(COUNT // 500):
        for client in [server.connect() for _ in range(500)]:
            client.close()
    with server.connect() as client:
        client.sendall(REQUEST)
        return COUNT, int(read_answer(client) != (200, SMALL))


def resets(prepare):
    """Resets of connections that `prepare` has brought into a state."""

    def attack(server):
        for _ in range(COUNT // 250):
            clients = [server.connect() for _ in range(250)]
            for client in clients:
                prepare(client)
            for client in clients:
                # Closing with a linger time of zero sends a reset (socket(7), SO_LINGER).
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.close()
        with server.connect() as client:
            client.sendall(REQUEST)
            return COUNT, int(read_answer(client) != (200, SMALL))

    return attack


def silent(_):
    pass


def half_a_head(client):
    client.sendall(REQUEST[:20])


def in_mid_answer(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.sendall(b"GET /large.bin HTTP/1.1\r\nHost: h\r\n\r\n")
    select.select([client], [], [], 10)


def idle(client):
    client.sendall(REQUEST)
    read_answer(client)


def closing(client):
    # With a line after the request: without it, the server would close at once.
    client.sendall(REQUEST.replace(b"Host: h", b"Host: h\r\nConnection: close") + b"\r\n")
    read_answer(client)


def idle_hoard(server):
    """Many idle clients: none is refused, and they cost next to nothing."""
    clients = []
    for _ in range(5_000):
        client = server.connect()
        idle(client)
        clients.append(client)
    before = processor_ticks(server)
    select.select([], [], [], 1)
    spent = processor_ticks(server) - before
    for client in clients:
        client.close()
    # In that second the plain client makes a hundred requests, and the first idle clients may reach
    # their deadline. A loop that does not sleep would use the whole second.
    return len(clients), int(spent > 30)


def processor_ticks(server):
    with open(f"/proc/{server.process.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 100 // os.sysconf("SC_CLK_TCK")


def all_patterns(seconds):
    return {
        "slow head (slowhttptest -H)": slowhttptest("-H", seconds),
        "slow body (slowhttptest -B)": slowhttptest("-B", seconds),
        "slow read (slowhttptest -X)": slowhttptest("-X", seconds),
        "range (slowhttptest -R)": slowhttptest("-R", seconds),
        "traversal": traversal,
        "random bytes": random_bytes,
        "connect storm": connect_storm,
        "idle hoard": idle_hoard,
        "resets while silent": resets(silent),
        "resets in mid-head": resets(half_a_head),
        "resets in mid-answer": resets(in_mid_answer),
        "resets while idle": resets(idle),
        "resets while closing": resets(closing),
    }
