"""How long a range of 1 GiB takes, from millpond and from nginx, in turns."""

import os
import shutil
import socket
import statistics
import time
from types import SimpleNamespace

import servers
import served

ROUNDS = 7
# The kernel drops what was received instead of copying it (tcp(7)): the client must not be what is timed.
DROP = socket.MSG_TRUNC


def compare(binary, tree):
    if not shutil.which("nginx"):
        return
    length = min(served.GIB, tree.size // 2)
    starter = servers.Starter(SimpleNamespace(work=tree.work, root=tree.root), binary, None)
    folder = starter.folder("millpond")
    options = ["--quiet", "--http", "full"]
    command = starter.millpond_command(options, tree.root, folder)
    with servers.Server("millpond", command, folder=folder) as millpond, starter.start("nginx") as nginx:
        both = [millpond, nginx]
        times = {server.name: [] for server in both}
        works = {server.name: [] for server in both}
        # The first round fills the page cache, and is not counted.
        for round_number in range(ROUNDS + 1):
            # Each goes first as often as the other.
            for server in both if round_number % 2 else reversed(both):
                before = server.nanoseconds()
                taken = fetch(server.port, length)
                if round_number > 0:
                    times[server.name].append(taken)
                    works[server.name].append((server.nanoseconds() - before) / 1e9)
    print(f"one range of {length >> 20} MiB, {ROUNDS} times in turns, median (least to most):")
    for name, taken in times.items():
        speeds = sorted(length / served.GIB / seconds for seconds in taken)
        print(
            f"  {name:9} {statistics.median(speeds):.2f} GiB/s ({speeds[0]:.2f} to {speeds[-1]:.2f}), "
            f"{statistics.median(works[name]):.3f} s of processor time"
        )
    ratio = statistics.median(times["nginx"]) / statistics.median(times["millpond"])
    work = statistics.median(works["millpond"]) / statistics.median(works["nginx"])
    print(f"  millpond / nginx: {ratio:.2f} of the speed, {work:.2f} of the processor time")


def fetch(port, length):
    """Seconds for one range, to its last byte. The client is on its own processor."""
    os.sched_setaffinity(0, {int(servers.LOAD_CPU)} & os.sched_getaffinity(0) or os.sched_getaffinity(0))
    start = served.GIB if length == served.GIB else 0
    request = (
        f"GET /{served.NAME} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Range: bytes={start}-{start + length - 1}\r\n\r\n"
    )
    room = bytearray(1 << 20)
    with socket.create_connection(("127.0.0.1", port)) as client:
        begun = time.monotonic()
        client.sendall(request.encode())
        head = client.recv(4096, socket.MSG_PEEK)
        while b"\r\n\r\n" not in head:
            time.sleep(0.0001)
            head = client.recv(4096, socket.MSG_PEEK)
        if not head.startswith(b"HTTP/1.1 206 "):
            raise RuntimeError(f"no 206: {head[:60]}")
        left = head.index(b"\r\n\r\n") + 4 + length
        while left > 0:
            count = client.recv_into(room, min(left, len(room)), DROP)
            if count == 0:
                raise RuntimeError(f"the answer ended {left} bytes early")
            left -= count
        return time.monotonic() - begun
