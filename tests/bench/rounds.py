"""Interleaved rounds: every server in turn, again and again, so that what disturbs the machine
disturbs all of them alike."""

import sys

import plain
import wrk


class Unfit(Exception):
    """A server that gives another answer than the row is about."""


def probe(server, load, status):
    """The length of the answer that every request of the row is to get."""
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
    """Microseconds of processor time a request, by contestant and round; and what is to be said.

    `contestants` has by name what gives a server for the length of a `with`. Each round has a process
    of its own: where the memory of one happens to lie stays the same for all its life, and can make
    up 15 % of what a request costs it.
    """
    names, notes = list(contestants), []
    rounds = {name: [] for name in names}
    for number in range(count):
        # Each round begins with another: nobody is always the one after the heaviest.
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
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
    """Microseconds of processor time a request.

    A request is an answer's worth of bytes where all answers are alike: downloads that are cut
    off at the end of a round have cost something, and count for as much of them as arrived.
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
    # Answers of another length are other answers. The Date is always of one length.
    mean = counted.bytes / counted.requests
    cut_off = load.connections * length / counted.requests
    if not length * 0.99 <= mean <= length * 1.01 + cut_off:
        return f"answers of {mean:.0f} bytes, not {length}"
    return None


def progress(number, count):
    end = "\n" if number == count else ""
    print(f"\r  round {number} of {count}", end=end, file=sys.stderr, flush=True)
