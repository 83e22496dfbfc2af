"""Runs every pattern against one server and prints the results.

    attack.py BINARY SECONDS [WORD]    only the patterns whose name contains WORD
"""

import re
import resource
import sys
import time

from patterns import all_patterns
from server import PlainClient, Server

# How much the server may have grown after any pattern: several times the memory of all slots, and
# as much as a leak of 60 bytes per connection adds up to over the 79,000 connections.
GROWTH_MAX_KIB = 4096


def settled(server, descriptors):
    """Waits until the server holds no more descriptors than before; at most 15 s, which is more
    than any of its deadlines here."""
    end = time.monotonic() + 15
    while server.descriptors() > descriptors and time.monotonic() < end:
        time.sleep(0.1)
    return server.descriptors() - descriptors


def main():
    binary, seconds = sys.argv[1], int(sys.argv[2])
    word = sys.argv[3] if len(sys.argv) > 3 else ""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(binary, "--stall-timeout", "5", "--head-timeout", "5", "--keep-alive", "5")
    with PlainClient(server) as client:
        time.sleep(5)
    quiet = client.p99_ms()
    descriptors, resident = server.descriptors(), server.resident_kib()
    print(f"before the attacks: p99 {quiet:.1f} ms, {descriptors} descriptors, {resident} KiB resident")
    print(f"{'pattern':30} {'tried':>7} {'violations':>10} {'plain p99':>10} {'failed':>7} {'fds':>4} {'KiB':>6}")
    bad = 0
    for name, attack in all_patterns(seconds).items():
        if word not in name:
            continue
        with PlainClient(server) as client:
            tried, violations = attack(server)
        left = settled(server, descriptors)
        grown = server.resident_kib() - resident
        print(
            f"{name:30} {tried:7} {violations:10} {client.p99_ms():7.1f} ms "
            f"{client.failures:7} {left:+4} {grown:+6}",
            flush=True,
        )
        bad += violations + client.failures + max(left, 0) + (grown > GROWTH_MAX_KIB)
    status, last = server.stop()
    print(last)
    accepted, reasons = re.search(r"after (\d+) connections \((.*?)\)", last).groups()
    total = sum(int(count) for count in re.findall(r" (\d+)", reasons))
    print(f"connections accepted {accepted}, close reasons counted {total}")
    bad += status != 0 or total != int(accepted)
    sys.exit(f"{bad} violations" if bad else 0)


main()
