"""The load: one wrk, pinned, and what it counted."""

import json
import os
import subprocess
from dataclasses import dataclass, replace

from servers import LOAD_CPU

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Load:
    """What wrk is asked to do: a path below the root, or a list of them in a file."""

    path: str = "1k.bin"
    connections: int = 64
    seconds: int = 1
    #: How long a new process is warmed up.
    warm_up: int = 1
    fields: tuple = ()
    requests: str = ""


@dataclass
class Count:
    """What wrk saw."""

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
    """The same, to have opened and kept what is opened and kept."""
    run(server, replace(load, seconds=load.warm_up))


def start(server, load, first=False):
    """Starts wrk; with `first` it goes before all else on its processor (sched(7), SCHED_FIFO)."""
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
