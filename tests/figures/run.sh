#!/usr/bin/env bash
# Counts system calls and instructions per request, bytes per idle client, and the size of the
# binary, and fails if a figure is more than 5 % above tests/figures/baseline.json. The figures are
# counted, not timed: a busy machine does not change them.
#
#   tests/figures/run.sh [--renew]
#
# --renew makes the current figures the baseline, and writes them, the listing by function and the
# plot into docs. Needs strace, valgrind and python3, and installs them from Debian's
# packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need strace valgrind python3

cargo build -p millpond --release --locked --quiet
# The same code with its names, which the release leaves out: they are not counted, only shown.
CARGO_PROFILE_RELEASE_STRIP=none CARGO_PROFILE_RELEASE_DEBUG=line-tables-only \
    cargo build -p millpond --release --locked --quiet --target-dir target/counted
export PYTHONPATH=tests/shared
exec python3 tests/figures/figures.py "$@" target/release/millpond target/counted/release/millpond
