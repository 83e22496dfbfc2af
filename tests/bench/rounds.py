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


def measure(servers, load, status, count):
    """Microseconds of processor time a request, by server and round; and what is to be said.

    A request is an answer's worth of bytes where all answers are alike: downloads that are cut
    off at the end of a round have cost something, and count for as much of them as arrived.
    """
    notes, fit, lengths = [], [], {}
    for server in servers:
        try:
            lengths[server.name] = probe(server, load, status)
            wrk.run(server, load)
            fit.append(server)
        except (Unfit, OSError, RuntimeError) as error:
            notes.append(f"left out: {error}")
    rounds = {server.name: [] for server in fit}
    for number in range(count):
        # Each round begins with another server: nobody is always the one after the heaviest.
        turn = number % len(fit)
        for server in fit[turn:] + fit[:turn]:
            before = server.nanoseconds()
            counted = wrk.run(server, load)
            spent = server.nanoseconds() - before
            wrong = objection(counted, load, status, lengths[server.name])
            if wrong:
                notes.append(f"{server.name}, a round dropped: {wrong}")
                continue
            requests = counted.requests
            if not load.requests:
                requests = counted.bytes / lengths[server.name]
            rounds[server.name].append(spent / requests / 1000)
        progress(number + 1, count)
    for server in fit:
        if not rounds[server.name]:
            del rounds[server.name]
    return rounds, notes


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
