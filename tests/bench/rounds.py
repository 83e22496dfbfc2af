"""Interleaved rounds: one server after the other, again and again, so that a disturbance of the
machine affects all of them alike."""

import sys

import plain
import wrk


class Unfit(Exception):
    """A server whose answer is not the one that the row measures."""


def probe(server, load, status):
    """The length of the answer that every request of the row must get."""
    path = load.path
    if load.requests:
        with open(load.requests) as file:
            path = file.readline().strip("/\n")
    # Twice: the first may find nothing cached.
    for _ in range(2):
        answered, head, body = plain.ask_once(server.port, path, load.fields)
    if answered != status:
        raise Unfit(f"{server.name} answers {answered}, not {status}")
    return len(head) + len(body)


def measure(contestants, load, status, count):
    """Microseconds of processor time per request, by contestant and round; and notes.

    `contestants` maps names to functions that return a context manager of a server. Each round
    starts a new process: the position of its memory stays the same while it runs, and can account
    for 15 % of the cost of a request.
    """
    names, notes = list(contestants), []
    rounds = {name: [] for name in names}
    for number in range(count):
        # Each round begins with another server: none always runs right after the heaviest.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            try:
                with contestants[name]() as server:
                    rounds[name].append(one_round(server, load, status))
            except (Unfit, OSError, RuntimeError) as error:
                notes.append(f"{name}, a round dropped: {error}")
                if number == 0:
                    names.remove(name)
        if not names:
            break
        progress(number + 1, count)
    return {name: values for name, values in rounds.items() if values}, notes


def one_round(server, load, status):
    """Microseconds of processor time per request.

    Where all answers are alike, requests are counted by received bytes: a download that is cut off
    at the end of a round has cost something, and counts for the part that arrived.
    """
    length = probe(server, load, status)
    wrk.warm_up(server, load)
    before = server.nanoseconds()
    counted = wrk.run(server, load)
    spent = server.nanoseconds() - before
    wrong = objection(counted, load, status, length)
    if wrong:
        raise Unfit(wrong)
    requests = counted.requests if load.requests else counted.bytes / length
    return spent / requests / 1000


def objection(counted, load, status, length):
    """What is wrong with a round, if anything."""
    if counted.errors:
        return f"{counted.errors} socket errors"
    if counted.refused != (counted.requests if status >= 400 else 0):
        return f"{counted.refused} of {counted.requests} answers with a status from 400 on"
    if load.requests:
        return None
    # An answer of another length is another answer: the Date has a fixed length.
    mean = counted.bytes / counted.requests
    cut_off = load.connections * length / counted.requests
    if not length * 0.99 <= mean <= length * 1.01 + cut_off:
        return f"answers of {mean:.0f} bytes, not {length}"
    return None


def progress(number, count):
    end = "\n" if number == count else ""
    print(f"\r  round {number} of {count}", end=end, file=sys.stderr, flush=True)
