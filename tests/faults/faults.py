"""Faults of the log whose tests take long or need root: see run.sh."""

import sys
import time

import disks
import kills


def main(binary, count="200", seed=None):
    seed = int(seed) if seed else time.time_ns() % 1_000_000
    print(f"{count} kills, seed {seed}")
    began = time.monotonic()
    table = kills.run(binary, int(count), seed) + disks.run(binary)
    print(f"\n{'pattern':<44}{'tried':>8}{'violations':>12}")
    for pattern, tried, violations in table:
        print(f"{pattern:<44}{tried:>8}{violations:>12}")
    print(f"in {time.monotonic() - began:.0f} s")
    return 1 if any(violations for _, _, violations in table) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
