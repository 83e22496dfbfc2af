"""The rows of `--http full` and its options, beside nginx with the same switched on."""

from functools import partial

from loads import UNIT
from result import Result
from rounds import measure
from wrk import Load

SERVERS = ["millpond full", "nginx"]


def row(bench, name, title, load, status=200):
    contestants = {server: partial(bench.starter.start, server) for server in SERVERS}
    rounds, notes = measure(contestants, load, status, bench.rounds)
    return Result(name, title, UNIT, rounds, notes=notes)


def part(bench):
    load = Load("100k.bin", 16, fields=("Range: bytes=1000-51199",))
    return row(bench, "206", "206: 50,200 bytes of 100 KB", load, 206)


def compressed(bench):
    load = Load("page.html", fields=("Accept-Encoding: gzip",))
    return row(bench, "gzip", "a page of 1 KB, its gzip form of 600 bytes", load)


def listing(bench):
    return row(bench, "listing", "a listing of ten files", Load("folder/"))


def fallback(bench):
    load = Load("app/orders/7", fields=("Accept: text/html",))
    return row(bench, "fallback", "1 KB by the fallback", load)


ROWS = {"206": part, "gzip": compressed, "listing": listing, "fallback": fallback}
