"""Counts what a request and an idle client cost, and compares the counts with the baseline.

Run by run.sh. Nothing here is timed, so it comes out the same on a busy machine.
"""

import argparse
import json
import os
import sys

import callgrind
import counting
import document
import icicle
import idle
from server import Site

BASELINE = "tests/figures/baseline.json"
DOCUMENT = "docs/performance.md"
PICTURE = "docs/instructions.svg"
#: Where the listing and the plot of a run are written.
ARTEFACTS = "target/figures"
#: More than this above the baseline is a failure.
RISE = 0.05
PICTURED = counting.CASES[0]


def measure(binary, counted):
    """All figures by name, and the profile of the pictured case."""
    figures, calls_of, profile = {}, {}, None
    site = Site()
    for case in counting.CASES:
        calls = counting.system_calls(site, binary, case)
        instructions = counting.instructions(site, counted, case)
        figures[f"system calls, {case.name}"] = sum(calls.values())
        figures[f"instructions, {case.name}"] = instructions.total() / counting.REQUESTS
        print(f"{case.name}: {shown(calls)}", flush=True)
        calls_of[case.name] = calls
        if case is PICTURED:
            profile = instructions
    figures["bytes an idle client"] = idle.bytes_each(site, binary)
    figures["bytes of the release binary"] = os.path.getsize(binary)
    return figures, profile


def shown(calls):
    """System calls per request, by name, without the rare ones."""
    return ", ".join(f"{name} {count:.2f}" for name, count in calls.items() if count >= 0.005)


def compare(figures, baseline):
    """A table of figures beside their baseline, and the names of the figures that have risen."""
    rows, risen = [["figure", "baseline", "now", "change"]], []
    for name, value in figures.items():
        known = baseline.get(name)
        change = f"{value / known - 1:+.1%}" if known else "new"
        if known is None or value > known * (1 + RISE):
            risen.append(name)
        rows.append([name, number(known), number(value), change])
    return document.table(rows), risen


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def renew(figures, profile):
    """Makes the current figures the baseline, here and in the document."""
    with open(BASELINE, "w") as file:
        json.dump({name: round(value, 3) for name, value in figures.items()}, file, indent=2)
        file.write("\n")
    with open(PICTURE, "w") as file:
        file.write(icicle.draw(profile, counting.REQUESTS))
    rows = [["figure", "count"], *[[name, number(value)] for name, value in figures.items()]]
    listing = callgrind.listing(profile, counting.REQUESTS)
    text = f"{document.table(rows)}\n\n```text\n{listing}\n```"
    document.replace(DOCUMENT, "counted", text)
    print(f"renewed: {BASELINE}, {PICTURE} and the counted part of {DOCUMENT}")


def save(profile):
    """Writes the listing and the plot of this run."""
    os.makedirs(ARTEFACTS, exist_ok=True)
    with open(f"{ARTEFACTS}/functions.txt", "w") as file:
        file.write(callgrind.listing(profile, counting.REQUESTS, 100) + "\n")
    with open(f"{ARTEFACTS}/instructions.svg", "w") as file:
        file.write(icicle.draw(profile, counting.REQUESTS))
    print(f"saved: {ARTEFACTS}/functions.txt and instructions.svg")


def main():
    parser = argparse.ArgumentParser(prog="tests/figures/run.sh")
    parser.add_argument("--renew", action="store_true", help="make these figures the baseline")
    parser.add_argument("binary")
    parser.add_argument("counted")
    options = parser.parse_args()
    figures, profile = measure(options.binary, options.counted)
    print(f"\n{PICTURED.name}, by function:\n{callgrind.listing(profile, counting.REQUESTS)}\n")
    save(profile)
    if options.renew:
        return renew(figures, profile)
    with open(BASELINE) as file:
        text, risen = compare(figures, json.load(file))
    print(f"\n{text}")
    if risen:
        sys.exit(
            f"\nfigures: more than {RISE:.0%} above {BASELINE}, or not in it: {', '.join(risen)}.\n"
            "If that is what the change is worth, or the compiler is another one, renew the "
            "baseline with\n  tests/figures/run.sh --renew\nand say why in the commit."
        )


main()
