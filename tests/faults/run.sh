#!/usr/bin/env bash
# Starts a millpond and kills it under load, again and again on one log, and makes the log's disk
# read-only. Ends with a table; a violation is a failure.
#
#   tests/faults/run.sh [KILLS, 200 by default] [SEED]
#
# Needs python3. The tests with disks need root; without it they are skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3

cargo build -p millpond --release --quiet
export PYTHONDONTWRITEBYTECODE=1
exec python3 tests/faults/faults.py "${CARGO_TARGET_DIR:-target}/release/millpond" "$@"
