"""Measures millpond beside the floor and its peers, and writes docs/performance.md's tables.

Run by run.sh, which builds and installs; `bench.py --help` gives the options.
"""

import argparse
import os
import shutil
import sys

import footprint
import full
import latency
import loads
import machine
import report
import result
from servers import Starter
from tree import Tree

ROWS = {**loads.ROWS, **footprint.ROWS, **latency.ROWS, **full.ROWS}


class Bench:
    """What every row needs."""

    def __init__(self, options):
        self.rounds = 3 if options.quick else options.rounds
        self.target = os.path.abspath("target")
        work = os.path.join(self.target, "bench", "work")
        shutil.rmtree(work, ignore_errors=True)
        self.tree = Tree(work)
        self.release = os.path.join(self.target, "release", "millpond")
        self.floor = os.path.join(self.target, "floor", "release", "floor")
        self.starter = Starter(self.tree, self.release, self.floor)


def arguments():
    parser = argparse.ArgumentParser(prog="tests/bench/run.sh")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="15 by default")
    parser.add_argument("--quick", action="store_true", help="3 rounds: to see that it works")
    parser.add_argument("--report", action="store_true", help="only write the tables again")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all of: {' '.join(ROWS)}")
    options = parser.parse_args()
    unknown = [row for row in options.rows if row not in ROWS]
    if unknown:
        parser.error(f"no row '{unknown[0]}'; there are {' '.join(ROWS)}")
    return options


def main():
    options = arguments()
    path = os.path.join("target", "bench", "results.json")
    if not options.report:
        bench = Bench(options)
        about = machine.describe(bench.rounds)
        for name in options.rows or ROWS:
            print(f"{name}", file=sys.stderr)
            measured = ROWS[name](bench)
            measured.machine = about
            result.save(path, measured)
        shutil.rmtree(bench.tree.work)
    results = result.load(path)
    if not results:
        sys.exit("bench: nothing was measured yet; run it without --report")
    report.write([results[name] for name in ROWS if name in results])


if __name__ == "__main__":
    main()
