#!/usr/bin/env bash
# Kills a millpond of its own again and again under load, on one log, and takes the log's disk
# away from it. Ends with a table; a violation is a failure.
#
#   tests/faults/run.sh [KILLS, 200 unless told] [SEED]
#
# Needs python3; the disks need root, and are skipped aloud without.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3

cargo build -p millpond --release --quiet
export PYTHONDONTWRITEBYTECODE=1
exec python3 tests/faults/faults.py "${CARGO_TARGET_DIR:-target}/release/millpond" "$@"
