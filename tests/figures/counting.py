"""Counts system calls and instructions per request.

Each count is the difference of two runs, one with more requests than the other: what start, stop
and 64 connections cost falls out of it, and the work itself remains.
"""

import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

import callgrind
from client import CONNECTIONS
from server import Server

SHORT, LONG = 40, 140
#: The difference between the two runs of a case, in requests.
REQUESTS = (LONG - SHORT) * CONNECTIONS


@dataclass
class Case:
    """The request of a case, and how the server runs."""

    name: str
    path: str
    status: int = 200
    field: str = ""
    options: tuple = ("--quiet",)

    def request(self):
        return f"GET /{self.path} HTTP/1.1\\r\\nHost: h\\r\\n{self.field}\\r\\n"


FULL = ("--quiet", "--http", "full")
#: What a site with all of it has: compressed forms, and 100 rules of which three match.
ALL = (*FULL, "--precompressed", "--headers", "@_headers")
CODED = "Accept-Encoding: gzip\\r\\n"

CASES = [
    Case("1 KB", "1k.bin"),
    Case("1 KB, a line printed", "1k.bin", options=()),
    Case("1 KB, no log", "1k.bin", options=("--quiet", "--no-log")),
    Case("304", "1k.bin", 304, "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT\\r\\n"),
    Case("404", "none.bin", 404),
    Case("100 KB", "100k.bin"),
    Case("304 by tag", "1k.bin", 304, "If-None-Match: *\\r\\n"),
    Case("1 KB, full", "1k.bin", options=FULL),
    Case("206, full", "1k.bin", 206, "Range: bytes=0-1022\\r\\n", FULL),
    Case("404 answered by a fallback", "deep/link", options=("--quiet", "--fallback", "1k.bin")),
    Case("a listing", "folder/", options=("--quiet", "--listing")),
    Case("1 KB, gzip asked for", "1k.bin", field=CODED),
    Case("1 KB, full, compressed", "1k.bin", field=CODED, options=(*FULL, "--precompressed")),
    Case("1 KB, full, 100 rules", "1k.bin", options=(*FULL, "--headers", "@_headers")),
    Case("1 KB, full, all", "1k.bin", field=CODED, options=ALL),
]


def run(site, binary, case, batches, tool):
    """One run under `tool`, from start to stop."""
    server = Server(site, binary, case.options, tool)
    client = [sys.executable, "tests/figures/client.py"]
    client += [str(server.port), str(server.pid()), str(batches), case.request()]
    asked = subprocess.run(client, capture_output=True, text=True, check=False)
    server.stop()
    if asked.returncode or f" {case.status} " not in asked.stdout:
        sys.exit(f"figures: {case.name}: {asked.stdout}{asked.stderr}")


def system_calls(site, binary, case):
    """System calls per request, by name."""
    counts = []
    for batches in (SHORT, LONG):
        path = site.path("strace")
        run(site, binary, case, batches, ["strace", "-c", "-o", path])
        counts.append(strace_counts(path))
    counts[1].subtract(counts[0])
    return {name: count / REQUESTS for name, count in counts[1].most_common() if count > 0}


def strace_counts(path):
    """The columns `calls` and `syscall` of strace's summary."""
    counts = Counter()
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if len(words) >= 5 and words[3].isdigit() and words[-1] != "total":
                counts[words[-1]] = int(words[3])
    return counts


def instructions(site, binary, case):
    """The profile of REQUESTS requests."""
    profiles = []
    for batches in (SHORT, LONG):
        path = site.path("callgrind")
        tool = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={path}"]
        run(site, binary, case, batches, tool)
        profiles.append(callgrind.read(path))
    return profiles[1].less(profiles[0])
