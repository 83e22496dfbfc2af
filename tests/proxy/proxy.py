"""Uploads through proxies and without, and a server's end, in one table.

    proxy.py BINARY [--long] [--planted] [SECONDS...]    see run.sh
"""

import argparse
import collections
import contextlib
import itertools
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time

import direct
import stop
from plain_client import PlainClient
from proxies import HAProxy, Nginx
from server import SMALL, Server
from uploads import MB, Upload, upload

SIZES = (2, 8, 100)
#: With Expect and without, with Content-Length and chunked.
WAYS = list(itertools.product((False, True), repeat=2))
#: Fast uploads are repeated for so long, so that the plain client has asked some fifty times.
FAST_S = 1
#: Slow uploads of all sizes run at once if they take longer; one size after the other if not.
TOGETHER_S = 5
#: What a proxy notices late, it notices within so many seconds: more than HAProxy's check interval.
SETTLE_S = 0.3


class Table:
    """Prints rows as they come, and keeps what was violated in each."""

    def __init__(self):
        print(f"{'pattern':48} {'tried':>6} {'violations':>10} {'plain p99':>11}")
        self.violated = {}

    def add(self, pattern, tried, violations, client=None):
        p99 = f"{client.p99_ms():.1f} ms" if client else "-"
        print(f"{pattern:48} {tried:6} {violations.total():10} {p99:>11}", flush=True)
        if violations:
            self.violated[pattern] = violations

    def print_violated(self):
        for pattern, violations in self.violated.items():
            print(f"\n{pattern}:")
            for what, count in violations.most_common():
                print(f"  {count:6} × {what}")


def losses(client):
    return collections.Counter(f"plain client: {failure}" for failure in client.failures)


def uploads_of(port, seconds, sizes):
    jobs = itertools.product(sizes, WAYS)
    return [Upload(port, size * MB, seconds, *way) for size, way in jobs]


def one_by_one(pool, jobs):
    end, outcomes = time.monotonic() + FAST_S, []
    while not outcomes or time.monotonic() < end:
        outcomes += [pool.apply(upload, [job]) for job in jobs]
    return outcomes


def proxy_rows(seconds):
    """Name, sizes in MB, seconds."""
    for size in SIZES:
        yield f"{size} MB at once", (size,), 0
    for slow in seconds:
        for sizes in [SIZES] if slow > TOGETHER_S else [(size,) for size in SIZES]:
            yield f"{', '.join(map(str, sizes))} MB in {slow:g} s", sizes, slow


def through_proxy(table, pool, proxy, seconds):
    for name, sizes, slow in proxy_rows(seconds):
        jobs = uploads_of(proxy.port, slow, sizes)
        with PlainClient(proxy.port, "small.txt", SMALL) as client:
            outcomes = pool.map(upload, jobs, 1) if slow else one_by_one(pool, jobs)
            time.sleep(SETTLE_S)
        violations = losses(client)
        for outcome in outcomes:
            # How the proxy ends the connection after the answer is its own affair.
            if outcome.status != 400:
                said = outcome.error or "no error"
                violations[f"upload: status {outcome.status}, {said}"] += 1
        violations.update(f"{proxy.name}: {what}" for what in proxy.failures().elements())
        missing = 2 - proxy.nodes_that_answer()
        if missing:
            violations["nodes that get no requests any more"] += missing
        table.add(f"{proxy.name}: {name}", len(outcomes), violations, client)
        if violations:
            proxy.recover()


def without_proxy(table, pool, node):
    for run in direct.groups().values():
        with PlainClient(node.port, "small.txt", SMALL) as client:
            said = run(pool, node.port)
        for name, statuses in said.items():
            wrong = collections.Counter({k: n for k, n in statuses.items() if k != "400"})
            table.add(f"direct: {name}", statuses.total(), wrong + losses(client), client)
            # Its losses count once.
            client.failures.clear()


def server_ends(table, binary, rounds):
    for name, outcomes in stop.rows(binary, rounds):
        table.add(name, outcomes.total(), stop.violations(outcomes))


def node_ends(table, nodes):
    statuses = collections.Counter(f"exit status {node.stop()[0]}" for node in nodes)
    del statuses["exit status 0"]
    table.add("both nodes end with status 0", len(nodes), statuses)


#: Groups of rows, by how their names begin, each of which must see the planted server's faults. curl
#: and Java are not among them: most times they read the answer before they meet the reset.
GROUPS = ("nginx, streaming", "nginx, buffering", "HAProxy", "direct: http.client")
GROUPS += ("direct: socket, 100 MB", "direct: socket, 64 KB", "SIGTERM, all", "SIGTERM in")


def unseen(table):
    return [group for group in GROUPS if not any(row.startswith(group) for row in table.violated)]


def run(binary, seconds, rounds):
    with contextlib.ExitStack() as stack:
        # Before any thread: the pool's processes are forks of this one.
        pool = stack.enter_context(multiprocessing.Pool(len(SIZES) * len(WAYS), leave_signals))
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=parent_folder()))
        nodes = []
        for _ in range(2):
            nodes.append(Server(binary))
            stack.callback(nodes[-1].stop)
            nodes[-1].write("www/index.html", SMALL)
        table = Table()
        for kind, name, *options in [
            (Nginx, "streaming", False),
            (Nginx, "buffering", True),
            (HAProxy, "haproxy"),
        ]:
            proxy = kind(os.path.join(folder, name), nodes, *options)
            with contextlib.closing(proxy):
                through_proxy(table, pool, proxy, seconds)
        without_proxy(table, pool, nodes[0])
        server_ends(table, binary, rounds)
        node_ends(table, nodes)
        return table


def parent_folder():
    """Memory, if it holds all bodies of a row twice: nginx, which waits for its disk, would otherwise
    be slow in the server's place."""
    needed = 2 * len(WAYS) * sum(SIZES) * MB
    memory = "/dev/shm"
    fits = os.path.isdir(memory) and shutil.disk_usage(memory).free > needed
    return memory if fits else None


def leave_signals():
    """The pool ends its processes itself."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("seconds", nargs="*", type=float)
    options = parser.parse_intermixed_args()
    # What was started ends also when this process is told to.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    start = time.monotonic()
    if options.planted:
        planted = os.path.join(os.path.dirname(__file__), "planted.py")
        table = run(planted, options.seconds or [1], 4)
        missing = unseen(table)
        table.print_violated()
        print(f"\n{time.monotonic() - start:.0f} s")
        sys.exit(f"not seen by: {'; '.join(missing)}" if missing else 0)
    seconds = options.seconds or [3, 12]
    table = run(options.binary, seconds + [28] * options.long, 20)
    table.print_violated()
    total = sum(violations.total() for violations in table.violated.values())
    print(f"\n{time.monotonic() - start:.0f} s")
    sys.exit(f"{total} violations" if total else 0)


main()
