"""The rows in which wrk sends requests and processor time is counted."""

import os
from contextlib import contextmanager
from functools import partial

import plain
from idle import IdleClients
from result import Result
from rounds import measure
from servers import available
from wrk import Load

UNIT = "µs"
#: The modification time that tree.py gives every file.
NOT_NEWER = "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT"
IDLE = [0, 1000, 5000, 15000]


def row(bench, name, title, load, status=200, floor=None, variants=()):
    """Measures millpond, its variants, the floor and every installed peer."""
    servers = ["millpond", *variants, *available()]
    contestants = {server: partial(bench.starter.start, server) for server in servers}
    if floor:
        contestants["floor"] = floor_program(bench, load, floor)
    rounds, notes = measure(contestants, load, status, bench.rounds)
    return Result(name, title, UNIT, rounds, notes=notes)


def floor_program(bench, load, mode):
    """Starts a floor program that sends the same bytes as millpond."""
    with bench.starter.start("millpond") as millpond:
        _, head, body = plain.ask_once(millpond.port, load.path, load.fields)
    path = os.path.join(bench.starter.folder("floor"), "answer")
    with open(path, "wb") as file:
        file.write(head if mode == "file" else head + body)
    files = [os.path.join(bench.tree.root, load.path)] if mode == "file" else []
    return partial(bench.starter.start_floor, mode, path, *files)


def small(bench):
    variants = ["millpond lines", "millpond no log"]
    title = "1 KB, keep-alive, 64 connections"
    result = row(bench, "small", title, Load(), floor="bytes", variants=variants)
    result.at_most(title, "millpond", ["floor"], 1.05)
    result.at_most(f"{title}: ahead of every peer", "millpond", available(), 1)
    lines = "the same, request lines to standard output"
    result.at_most(lines, "millpond lines", ["floor"], 1.10)
    result.at_most("the log, as a ratio to no log", "millpond", ["millpond no log"], 1.03)
    return result


def not_modified(bench):
    result = row(bench, "304", "304", Load(fields=(NOT_NEWER,)), 304, "bytes")
    result.at_most("304", "millpond", ["floor"], 1.05)
    return result


def not_found(bench):
    result = row(bench, "404", "404", Load("no-such-file"), 404, "bytes")
    result.at_most("404", "millpond", ["floor"], 1.05)
    return result


def medium(bench):
    result = row(bench, "100k", "100 KB", Load("100k.bin", 16), floor="file")
    return sendfile_goals(result)


def large(bench):
    result = row(bench, "10m", "10 MB", Load("10m.bin", 4), floor="file")
    return sendfile_goals(result)


def sendfile_goals(result):
    result.at_most(f"{result.title}, to the sendfile floor", "millpond", ["floor"], 1.10)
    result.at_most(f"{result.title}: ahead of every peer", "millpond", available(), 1)
    return result


def connections(bench):
    title = "a new connection per request"
    load = Load(fields=("Connection: close",))
    variants = ["millpond defer"]
    result = row(bench, "new", title, load, floor="close", variants=variants)
    better = f"{title}, to the better of h2o and the floor"
    result.at_most(better, "millpond", ["floor", "h2o"], 1.05)
    result.at_most(f"{better}, with --defer-accept", "millpond defer", ["floor", "h2o"], 1.05)
    return result


def mixed(bench):
    title = "mixed tree: 10,000 files, Zipf"
    # Most of the 10,000 files are requested seldom, and each must have been looked up by then.
    load = Load("", requests=bench.tree.mixed(), warm_up=5)
    result = row(bench, "mixed", title, load)
    result.at_most(f"{title}: ahead of every peer", "millpond", available(), 1)
    return result


@contextmanager
def among(bench, count):
    """A millpond with this many idle clients."""
    with bench.starter.start("millpond") as server, IdleClients(server, count):
        yield server


def beside_idle(bench):
    """The cost of a request beside N idle clients."""
    contestants = {f"beside {count:,} idle": partial(among, bench, count) for count in IDLE}
    rounds, notes = measure(contestants, Load(), 200, bench.rounds)
    result = Result("beside", "1 KB beside N idle clients", UNIT, rounds, notes=notes)
    for count in IDLE[1:]:
        text = f"a request beside {count:,} idle clients, to one beside none"
        result.at_most(text, f"beside {count:,} idle", [f"beside {IDLE[0]:,} idle"], 1.05)
    return result


ROWS = {
    "small": small,
    "304": not_modified,
    "404": not_found,
    "100k": medium,
    "10m": large,
    "new": connections,
    "mixed": mixed,
    "beside": beside_idle,
}
