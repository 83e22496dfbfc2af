"""The result of a row, as it is saved and as the report reads it."""

import json
import os
import statistics
import time
from dataclasses import asdict, dataclass, field


@dataclass
class Goal:
    """A value that must not exceed its limit, both in the row's unit or as a ratio."""

    text: str
    measured: float
    limit: float
    unit: str

    @property
    def met(self):
        return self.measured <= self.limit


@dataclass
class Result:
    """One row: the values of every server in every round."""

    row: str
    title: str
    unit: str
    rounds: dict
    goals: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    date: str = field(default_factory=lambda: time.strftime("%Y-%m-%d"))
    machine: dict = field(default_factory=dict)

    def median(self, name):
        return statistics.median(self.rounds[name])

    def spread(self, name):
        """The middle half of the rounds, or all of a few, as a share of the median."""
        values = self.rounds[name]
        low, high = min(values), max(values)
        if len(values) >= 4:
            low, _, high = statistics.quantiles(values, n=4)
        return (high - low) / self.median(name)

    def at_most(self, text, name, against, limit):
        """A goal in terms of the best of others in the same row."""
        present = [other for other in against if other in self.rounds]
        if name in self.rounds and present:
            best = min(self.median(other) for other in present)
            self.goals.append(Goal(text, self.median(name) / best, limit, "×"))

    def below(self, text, name, limit):
        """A goal in the row's own unit."""
        self.goals.append(Goal(text, self.median(name), limit, self.unit))


def save(path, result):
    """Adds a result to those of earlier runs; it replaces an earlier one of the same row."""
    saved = load(path)
    saved[result.row] = result
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        json.dump([asdict(each) for each in saved.values()], file, indent=1)


def load(path):
    """Results by row, as they were saved."""
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        rows = json.load(file)
    for row in rows:
        row["goals"] = [Goal(**goal) for goal in row["goals"]]
    return {row["row"]: Result(**row) for row in rows}
