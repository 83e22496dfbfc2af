#!/usr/bin/env bash
# Attacks a millpond of its own on loopback, with slowhttptest and with patterns of our own, while
# a plain client measures what it notices of it. Ends with a table; a violation is a failure.
#
#   tests/attack/run.sh [SECONDS for each mode of slowhttptest, 10 unless told]
#
# Installs slowhttptest and python3 from Debian's packages, or says what is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need slowhttptest python3

cargo build -p millpond --release --quiet
exec python3 tests/attack/attack.py target/release/millpond "${1:-10}"
