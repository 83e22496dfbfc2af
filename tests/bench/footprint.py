"""The rows about an unused server: memory, wake-ups, time to start, size."""

import os
import subprocess
import time

import plain
import processes
from idle import IdleClients
from result import Result
from servers import SERVER_CPU, available

IDLE = 15_000
#: lighttpd takes as many connections as half its descriptors.
FEWER = {"lighttpd": 9_000}
STARTS = 51
TARGET = "x86_64-unknown-linux-gnu"


def memory(bench):
    """User memory per idle keep-alive client: the growth of the private pages."""
    rounds, notes = {}, []
    for name in ["millpond", *available()]:
        server, count = bench.starter.start(name), FEWER.get(name, IDLE)
        try:
            # The first few load code and buffers that all later ones share.
            with IdleClients(server, 64):
                before = processes.memory(server.pid)["Private"]
                with IdleClients(server, count):
                    # Until then millpond's log may hold memory for as many rows again.
                    time.sleep(2)
                    after = processes.memory(server.pid)["Private"]
            if count != IDLE:
                notes.append(f"{name} with {count:,}")
            rounds[name] = [(after - before) / count]
        except RuntimeError as error:
            notes.append(f"left out: {error}")
        finally:
            server.stop()
    result = Result("memory", f"user memory per idle client, of {IDLE:,}", "B", rounds, notes=notes)
    result.below(result.title, "millpond", 100)
    return result


def wake_ups(bench):
    """How often the server wakes in ten seconds without a client."""
    rounds = {}
    for count in [0, 1000]:
        server = bench.starter.start("millpond")
        with IdleClients(server, count):
            # The log's last write comes up to a second after its row.
            time.sleep(2)
            before = processes.wake_ups(server.pid)
            time.sleep(10)
            rounds[f"{count:,} idle"] = [processes.wake_ups(server.pid) - before]
        server.stop()
    result = Result("wake-ups", "wake-ups in 10 s, all idle", "", rounds)
    for name in rounds:
        result.below(f"wake-ups in 10 s, {name}, deadlines an hour away", name, 0)
    return result


def first_answer(bench):
    """From exec to the first answer, beside the floor program, which has nothing to set up."""
    helper = os.path.join(bench.target, "floor", "release", "first-answer")
    folder = bench.starter.folder("first-answer")
    answer = os.path.join(folder, "answer")
    server = bench.starter.start("millpond")
    with open(answer, "wb") as file:
        file.write(b"".join(plain.ask_once(server.port, "1k.bin")[1:]))
    server.stop()
    commands = {
        "millpond": bench.starter.millpond_command(["--quiet"], bench.tree.root, folder),
        "floor": [bench.starter.floor, "bytes", answer],
    }
    rounds = {name: [] for name in commands}
    for _ in range(5 if bench.rounds < 5 else STARTS):
        for name, command in commands.items():
            # Both on one processor: this times their work, not the scheduler's choice.
            timed = subprocess.run(
                ["taskset", "-c", SERVER_CPU, helper, "1k.bin", *command],
                check=True,
                capture_output=True,
                text=True,
            )
            rounds[name].append(int(timed.stdout) / 1000)
    result = Result("first-answer", "from exec to the first answer", "µs", rounds)
    result.at_most(f"{result.title}, to the floor program", "millpond", ["floor"], 1.2)
    return result


def at_rest(bench):
    """Memory after the start, without a client. Pages of a file just written count as dirty
    until they are on the disk."""
    os.sync()
    server = bench.starter.start("millpond")
    time.sleep(0.5)
    sizes = processes.memory(server.pid)
    server.stop()
    rounds = {
        "proportional": [sizes["Pss"] / 1000],
        "private dirty": [sizes["Private_Dirty"] / 1000],
    }
    result = Result("rest", "memory at rest", "kB", rounds)
    result.below("at rest: proportional set size", "proportional", 1000)
    result.below("at rest: private dirty", "private dirty", 250)
    return result


def sizes(bench):
    """The release binary, and the static one, built by the command in the README."""
    target = os.path.join(bench.target, "static")
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--target", TARGET]
    flags = {**os.environ, "RUSTFLAGS": "-C target-feature=+crt-static"}
    subprocess.run([*command, "--target-dir", target], check=True, env=flags)
    static = os.path.join(target, TARGET, "release", "millpond")
    rounds = {
        "release binary": [os.path.getsize(bench.release) / 1e6],
        "static binary": [os.path.getsize(static) / 1e6],
    }
    result = Result("sizes", "size of the program", "MB", rounds)
    result.below("release binary", "release binary", 1.2)
    result.below("static standalone binary", "static binary", 2)
    return result


ROWS = {
    "memory": memory,
    "wake-ups": wake_ups,
    "first-answer": first_answer,
    "rest": at_rest,
    "sizes": sizes,
}
