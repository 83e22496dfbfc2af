#!/usr/bin/env bash
# Measures the effect of viewers on clients: loop lag, and a plain client's waiting time, with many
# idle connections and no viewer, with one, and with ten. Takes about a minute.
#
#   tests/bench/viewers.sh [--idle 15000] [--seconds 10]
#
# MILLPOND names the binary; without it, the script makes the release build. Prints a table, and
# fails if the 99th percentile of a turn with ten viewers is beyond 5 ms, or any turn beyond 100 ms.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3
choose_millpond
export MILLPOND PYTHONPATH=tests/shared
exec python3 tests/bench/viewers.py "$@"
