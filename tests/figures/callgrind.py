"""Reads what `valgrind --tool=callgrind` writes: instructions by function and by call.

The format is in valgrind's manual, "Callgrind Format Specification": names are given once as
`(7) name` and later as `(7)`; a line `calls=` is followed by the cost of what was called.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

NAME = re.compile(r"\((\d+)\)(?: (.*))?")


@dataclass
class Profile:
    """Instructions, by function name. `within` holds what calls cost, callees included."""

    alone: Counter = field(default_factory=Counter)
    within: Counter = field(default_factory=Counter)

    def total(self):
        """The number of instructions that were run."""
        return self.alone.total()

    def less(self, other):
        """The work of this run beyond the other one: a longer run less a shorter one leaves the
        work itself, without start and stop."""
        both = Profile(Counter(self.alone), Counter(self.within))
        both.alone.subtract(other.alone)
        both.within.subtract(other.within)
        return both


def read(path):
    """The profile in the file at `path`."""
    profile, names, function, callee = Profile(), {}, None, None
    with open(path) as lines:
        for line in lines:
            key, equals, rest = line.partition("=")
            if equals and key == "fn":
                function = name(names, rest)
            elif equals and key == "cfn":
                callee = name(names, rest)
            elif line[:1] in "0123456789+-*" and function is not None:
                cost = int(line.split()[1]) if " " in line else 0
                if callee is None:
                    profile.alone[function] += cost
                else:
                    profile.within[function, callee] += cost
                    callee = None
    return profile


def name(names, text):
    """The name that `text` gives or refers to."""
    number, given = NAME.match(text.strip()).groups()
    if given:
        names[number] = shortened(given)
    return names[number]


def shortened(function):
    """A function's name without hashes, recursion depth and generic types."""
    function = re.sub(r"'\d+$", "", function)
    function = re.sub(r"::h[0-9a-f]{16}$", "", function)
    return function.replace("<impl millpond::connection::Connection<E>>", "Connection")


def listing(profile, requests, rows=25):
    """The functions that cost most, as text: instructions per request, and their share."""
    total = profile.total()
    lines = [f"{'a request':>10}  {'share':>6}  function (what it was inlined into counts there)"]
    for function, cost in profile.alone.most_common(rows):
        lines.append(f"{cost / requests:10.1f}  {cost / total:6.1%}  {function}")
    lines.append(f"{total / requests:10.1f}  {1:6.1%}  all")
    return "\n".join(lines)
