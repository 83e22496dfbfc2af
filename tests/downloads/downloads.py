"""Interrupted downloads, throughput beside nginx, and REDbot's notes.

    downloads.py BINARY FOLDER PART...    see run.sh
"""

import os
import sys

import clients
import lint
import served
import throughput

PARTS = ["resume", "nginx", "redbot"]


def main(binary, work, *parts):
    planted = list(parts) == ["--planted"]
    chosen = ["resume"] if planted else list(parts)
    unknown = [part for part in chosen if part not in PARTS]
    if unknown:
        print(f"unknown part {unknown[0]}; the parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    faults = []
    if "redbot" in chosen and os.environ["REDBOT"]:
        faults += lint.notes(binary, work, os.environ["REDBOT"])
    if "resume" in chosen or "nginx" in chosen:
        tree = served.Tree(work)
        if "resume" in chosen:
            rows = clients.resume_all(binary, tree, "four" if planted else "full")
            wrong = [row for row in rows if (row[1] is None) == planted]
            faults += [f"{name}: {fault or 'did not see --http four'}" for name, fault in wrong]
        if "nginx" in chosen:
            throughput.compare(binary, tree)
    for fault in faults:
        print(f"FAILED: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
