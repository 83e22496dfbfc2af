"""SIGKILL at random moments under load, again and again on one log."""

import csv
import os
import random
import shutil
import tempfile
import time
from collections import Counter

import server as millpond

# The loads of a run: (requests in one piece, seconds between the pieces).
LOADS = {
    "calm": [(1, 0.01)],
    "steady": [(10, 0.02), (3, 0.01)],
    "rush": [(200, 0.02), (100, 0.01)],  # rows go out by 64 KiB, long before their second
}


class Kills:
    def __init__(self, binary, tree, seed):
        self.binary, self.tree = binary, tree
        self.root = os.path.join(tree, "root")
        self.log = os.path.join(tree, "Log.csv")
        self.random = random.Random(seed)
        self.required, self.answered = set(), 0
        self.seen = Counter()
        self.read_to = 0
        self.torn = 0
        self.late = 0.0
        self.rows = 0
        self.checked = 0
        self.problems = []

    def run(self, number):
        """A start, a check of the log that the run before has left, a load, a kill."""
        log_before = self.read_end()
        server = millpond.Server(self.binary, self.root, self.log)
        if server.port is None:
            self.problems.append(f"run {number} did not start: {server.said}")
            server.kill()
            return
        self.check_start(number, log_before)
        if number % 10 == 9:
            # A kill during the start, or just after it.
            time.sleep(self.random.uniform(0, 0.02))
            server.kill()
            return
        kind = self.random.choice(list(LOADS))
        loads = [
            millpond.Load(server.port, f"{number}-{kind}-{index}", *load)
            for index, load in enumerate(LOADS[kind])
        ]
        for load in loads:
            load.start()
        time.sleep(self.random.uniform(0.2, 1.3))
        # Taken before the kill: the rows of later answers may be lost.
        killed_at = time.monotonic()
        server.kill()
        for load in loads:
            self.answered += len(load.finish())
            count = load.count_until(killed_at - 1)
            self.required.update(load.target(n) for n in range(count))
            self.measure(load, killed_at)
        if number % 4 == 0:
            self.tear()

    def tear(self):
        """Cuts the last row in half, as a power cut does; a kill alone hardly ever does."""
        with open(self.log, "rb+") as file:
            file.seek(self.read_to)
            rows = file.read().splitlines(keepends=True)
            if not rows:
                return
            last = next(csv.reader([rows[-1].decode()]))
            self.required.discard(last[5])
            file.truncate(millpond.size(self.log) - self.random.randrange(1, len(rows[-1])))

    def read_end(self):
        """The end of the log while no server runs; the next start must keep all but a torn row."""
        if not os.path.exists(self.log):
            return b""
        with open(self.log, "rb") as file:
            file.seek(self.read_to)
            return file.read()

    def check_start(self, number, before):
        """Checks the log after a start: the same as before, without a torn row at its end."""
        whole = before[: before.rfind(b"\n") + 1]
        self.torn += whole != before
        try:
            with open(self.log, "rb") as file:
                file.seek(self.read_to)
                after = file.read()
            if self.read_to > 0 and after != whole:
                raise ValueError(f"{len(before)} bytes have become {len(after)}")
            self.seen.update(millpond.read_rows(self.log, self.read_to))
            self.read_to = millpond.size(self.log)
            self.checked += 1
        except (OSError, ValueError) as error:
            self.problems.append(f"at the start of run {number}: {error}")

    def measure(self, load, killed_at):
        """Records the age of the oldest answer without a row: it must stay below a second."""
        with open(self.log, "rb") as file:
            file.seek(self.read_to)
            text = file.read().decode()
        text = text[: text.rfind("\n") + 1]
        prefix = f"/?{load.name_}-"
        written = sum(f",HEAD,{prefix}" in line for line in text.split("\n"))
        lost = [at for at, count in load.answered if count > written and at <= killed_at]
        if lost:
            self.late = max(self.late, killed_at - min(lost))
        # The rows come in the order of the requests, without a gap.
        found = [line.split(",")[5] for line in text.split("\n") if f",HEAD,{prefix}" in line]
        if found != [load.target(n) for n in range(written)]:
            self.problems.append(f"{load.name_}: rows are missing in between, or out of order")

    def finish(self):
        """A last start with a regular stop; then the whole log is counted."""
        self.last_run()
        try:
            whole = Counter(millpond.read_rows(self.log))
        except ValueError as error:
            self.problems.append(f"at the end: {error}")
            return
        if whole != self.seen:
            self.problems.append("the rows read piece by piece are not the rows of the whole log")
        doubled = [target for target, count in whole.items() if count > 1]
        missing = self.required - whole.keys()
        self.problems += [f"twice: {target}" for target in doubled]
        self.problems += [f"missing: {target}" for target in sorted(missing)]
        self.rows = sum(whole.values())

    def last_run(self):
        before = self.read_end()
        server = millpond.Server(self.binary, self.root, self.log)
        self.check_start("the last", before)
        server.stop()


def run(binary, kills, seed):
    """Returns rows of the table: pattern, tried, violations."""
    tree = make_tree()
    try:
        test = Kills(binary, tree, seed)
        for number in range(kills):
            test.run(number)
        test.finish()
    finally:
        shutil.rmtree(tree)
    print(
        f"kills: {test.answered} answers, {test.rows} rows, {len(test.required)} of them due a "
        f"second before the kill; {test.torn} torn ends cut off; the oldest answer without a row "
        f"was {test.late:.3f} s old"
    )
    for problem in test.problems[:20]:
        print("  violation:", problem)
    return [
        ("SIGKILL under load, then a start", kills, len(test.problems)),
        ("half a row at the end, then a start", test.torn, 0 if test.torn else 1),
        ("logs read after a start", test.checked, kills + 1 - test.checked),
    ]


def make_tree():
    tree = tempfile.mkdtemp(prefix="millpond-faults-")
    os.mkdir(os.path.join(tree, "root"))
    with open(os.path.join(tree, "root", "index.html"), "w") as file:
        file.write("<!DOCTYPE html>\n<title>Index</title>\n")
    return tree
