"""The rows about latency: the effect of large requests on small ones."""

import time
from contextlib import ExitStack, contextmanager

import plain
import wrk
from result import Result
from servers import available

DOWNLOADS = 4


@contextmanager
def all_servers(bench):
    """Millpond and every installed peer, each warmed up."""
    with ExitStack() as stack:
        servers = []
        for name in ["millpond", *available()]:
            servers.append(bench.starter.start(name))
            stack.callback(servers[-1].stop)
            wrk.run(servers[-1], wrk.Load(connections=2))
        yield servers


def p99(bench):
    """The 99th percentile of small requests while four clients fetch 10 MB files as fast as they
    can. The small requests' wrk has real-time priority on the load's processor: otherwise it
    would wait for the downloading wrk, and that wait would count as the server's."""
    rounds = {}
    small, large = wrk.Load(connections=2, seconds=1), wrk.Load("10m.bin", DOWNLOADS, 3)
    with all_servers(bench) as servers:
        for _ in range(bench.rounds):
            for server in servers:
                alone = wrk.finish(wrk.start(server, small, first=True))
                downloads = wrk.start(server, large)
                time.sleep(0.3)
                beside = wrk.finish(wrk.start(server, small, first=True))
                rate = wrk.finish(downloads).bytes / 3e6
                name = server.name
                rounds.setdefault(f"{name}, alone", []).append(alone.p99_us)
                rounds.setdefault(f"{name}, beside downloads", []).append(beside.p99_us)
                rounds.setdefault(f"{name}, downloads (MB/s)", []).append(rate)
    return Result("p99", f"p99 of small requests beside {DOWNLOADS} downloads", "µs", rounds)


def cold(bench):
    """How long a file that must be read from the disk blocks one turn of the loop: the longest
    wait of a small request during the download; and the same with the file in memory."""
    rounds, notes = {}, []
    with all_servers(bench) as servers:
        for _ in range(bench.rounds):
            for server in servers:
                path = bench.tree.cold()
                for state in ["cold", "in memory"]:
                    try:
                        longest, rate = longest_wait(server, path)
                    except OSError as error:
                        notes.append(f"a round dropped: {server.name}: {error}")
                        continue
                    name = f"{server.name}, {state}"
                    rounds.setdefault(name, []).append(longest)
                    rounds.setdefault(f"{name} (MB/s)", []).append(rate)
    title = "longest wait of a small request while a 64 MB file is fetched"
    return Result("cold", title, "ms", rounds, notes=notes)


def longest_wait(server, path):
    """Milliseconds that the slowest small request took, and the file's megabytes per second."""
    small = wrk.start(server, wrk.Load(connections=1, seconds=2), first=True)
    time.sleep(0.3)
    start = time.monotonic()
    length = fetch(server, path)
    rate = length / (time.monotonic() - start) / 1e6
    return wrk.finish(small).worst_us / 1000, rate


def fetch(server, path):
    """Reads an answer to its end and discards it. Returns its length."""
    with plain.connect(server.port) as client:
        client.sendall(plain.request(path, ["Connection: close"]))
        buffer, total = bytearray(1 << 18), 0
        while count := client.recv_into(buffer):
            total += count
        return total


ROWS = {"p99": p99, "cold": cold}
