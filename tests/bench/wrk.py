"""The load: one wrk, pinned, and what it counted."""

import json
import os
import subprocess
from dataclasses import dataclass, replace

from servers import LOAD_CPU

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Load:
    """The requests of wrk: a path below the root, or a file with a list of paths."""

    path: str = "1k.bin"
    connections: int = 64
    seconds: int = 1
    #: How long a new process is warmed up.
    warm_up: int = 1
    fields: tuple = ()
    requests: str = ""


@dataclass
class Count:
    """The counts of wrk."""

    requests: int
    bytes: int
    refused: int
    errors: int
    p50_us: float
    p99_us: float
    worst_us: float


def run(server, load):
    """Runs wrk against a server, to its end."""
    return finish(start(server, load))


def warm_up(server, load):
    """Runs wrk once, so that files are open and cached before the measurement."""
    run(server, replace(load, seconds=load.warm_up))


def start(server, load, first=False):
    """Starts wrk; with `first` it has real-time priority on its processor (sched(7), SCHED_FIFO)."""
    priority = ["chrt", "-f", "10"] if first else []
    command = ["taskset", "-c", LOAD_CPU, *priority, "wrk", "-t1", f"-c{load.connections}"]
    command += [f"-d{load.seconds}s", "--timeout", "10s"]
    for field in load.fields:
        command += ["-H", field]
    command += ["-s", os.path.join(HERE, "wrk.lua"), server.url(load.path)]
    environment = {**os.environ, "REQUESTS": load.requests}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def finish(process):
    """Waits for a wrk and reads the line that wrk.lua writes."""
    output, _ = process.communicate()
    line = next((line for line in output.splitlines() if line.startswith("{")), None)
    if process.returncode or line is None:
        raise RuntimeError(f"wrk failed: {output!r}")
    return Count(**json.loads(line))
