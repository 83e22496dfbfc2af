"""Loop lag with many idle connections, and no, one or ten viewers of the live view."""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import plain

#: Beyond these limits clients would notice the live view.
TURN_P99 = 5e-3
TURN_LONGEST = 100e-3

#: The pause between two requests of the plain client, in seconds.
PAUSE = 0.002


@contextmanager
def server(folder):
    """Millpond with a live view: the ports of the files and of the view."""
    command = [os.environ["MILLPOND"], "--no-log", "--quiet", "--keep-alive", "600"]
    command += ["--keep-alive-requests", "0", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    with subprocess.Popen(
        [*command, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            files = int(re.search(r"port (\d+)", process.stdout.readline())[1])
            for line in process.stderr:
                if found := re.search(r"live view on http://127\.0\.0\.1:(\d+)/", line):
                    yield process, files, int(found[1])
                    break
        finally:
            process.kill()


class Viewer(threading.Thread):
    """A viewer that reads every picture. It ends with its socket."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.stream = plain.connect(port)
        self.stream.sendall(f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        self.bytes = 0

    def run(self):
        while piece := self.stream.recv(1 << 16):
            self.bytes += len(piece)

    def leave(self):
        """Ends the stream, which ends the thread; only then may the socket be closed."""
        self.stream.shutdown(socket.SHUT_RDWR)
        self.join()
        self.stream.close()


def state(port):
    with plain.connect(port) as client:
        text = f"GET /state HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        return json.loads(plain.ask(client, text)[2])


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def classes(before, after):
    """Upper bound in seconds → number of turns within it, between two states."""
    pairs = zip(before["loop"]["lag_counts"], after["loop"]["lag_counts"], strict=True)
    return [((new["up_to_us"] or 1e7) / 1e6, new["turns"] - old["turns"]) for old, new in pairs]


def quantile(counts, share):
    wanted, so_far = share * sum(count for _, count in counts), 0
    for bound, count in counts:
        so_far += count
        if so_far >= wanted:
            return bound
    return counts[-1][0]


def measure(process, files, admin, viewers, seconds):
    """One row of the table."""
    watching = [Viewer(admin) for _ in range(viewers)]
    for viewer in watching:
        viewer.start()
    time.sleep(1)
    client, text = plain.connect(files), plain.request("small")
    before = state(admin)
    used = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().split()[13:15]))
    waits, longest, second = [], 0, time.monotonic() + 1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        waits.append(plain.milliseconds(client, text))
        time.sleep(PAUSE)
        if time.monotonic() > second:
            second += 1
            longest = max(longest, state(admin)["loop"]["last_second"]["longest_turn_seconds"])
    after = state(admin)
    used = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().split()[13:15])) - used
    counts = classes(before, after)
    client.close()
    for viewer in watching:
        viewer.leave()
    return {
        "viewers": viewers,
        "turn p50": quantile(counts, 0.5),
        "turn p99": quantile(counts, 0.99),
        "turn longest": longest,
        "client p50": percentile(waits, 0.5),
        "client p99": percentile(waits, 0.99),
        "client longest": max(waits),
        "processor": used / os.sysconf("SC_CLK_TCK") / seconds,
        "rate": sum(viewer.bytes for viewer in watching) / max(1, viewers) / (seconds + 1),
    }


def table(rows, idle):
    print(f"\nwith {idle} idle connections, a client with a request every {PAUSE * 1000:.0f} ms, and this many viewers:\n")
    print("| viewers | turn p50 ≤ | turn p99 ≤ | longest turn | client p50 | client p99 | client longest | processor | KiB/s per viewer |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        turns = [f"{1000 * row[name]:.2f} ms" for name in ["turn p50", "turn p99", "turn longest"]]
        waits = [f"{row[name]:.2f} ms" for name in ["client p50", "client p99", "client longest"]]
        rest = [f"{100 * row['processor']:.1f} %", f"{row['rate'] / 1024:.0f}"]
        print("| " + " | ".join([str(row["viewers"]), *turns, *waits, *rest]) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--idle", type=int, default=15_000)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "small").write_bytes(b"x" * 1000)
        with server(folder) as (process, files, admin):
            clients = plain.hold(files, asked.idle, "small")
            found = state(admin)["connections"]["idle"]
            assert found == asked.idle, f"{found} are idle"
            rows = [measure(process, files, admin, viewers, asked.seconds) for viewers in [0, 1, 10]]
            for client in clients:
                client.close()
    table(rows, asked.idle)
    last = rows[-1]
    if last["turn p99"] > TURN_P99 or last["turn longest"] > TURN_LONGEST:
        sys.exit("\nlooking on is felt")


main()
