#!/usr/bin/env bash
# Starts a millpond and attacks it on loopback, with slowhttptest and with the patterns in
# patterns.py, while a plain client measures the effect on its requests. Ends with a table; a
# violation is a failure.
#
#   tests/attack/run.sh [SECONDS for each mode of slowhttptest, 10 by default]
#
# Installs slowhttptest and python3 from Debian's packages, or says what is missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need slowhttptest python3

cargo build -p millpond --release --quiet
exec python3 tests/attack/attack.py target/release/millpond "${1:-10}"
