#!/usr/bin/env bash
# Sends uploads to two millponds through nginx and HAProxy, and to one directly, while a plain client
# asks for a small file through the same proxy; then ends servers with clients in their accept queue.
# Ends with a table; a violation is a failure.
#
#   tests/proxy/run.sh [--long] [SECONDS...]   how long slow uploads take, 3 and 12 unless told;
#                                              --long adds 28
#   tests/proxy/run.sh --planted               the same against a server that resets uploads and its
#                                              accept queue: fails if a group of rows does not see it
#
# Installs nginx, haproxy, curl and python3 from Debian's packages, or says what is missing and
# skips. Node and Java take part if they are installed. MILLPOND may name another binary to test.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need nginx haproxy curl python3 || { echo "skipped"; exit 0; }

if [ -z "${MILLPOND:-}" ]; then
    cargo build --release --quiet -p millpond || cargo build --release --quiet
    MILLPOND=target/release/millpond
fi
export PYTHONPATH=tests/shared:tests/attack PYTHONDONTWRITEBYTECODE=1
exec python3 tests/proxy/proxy.py "$MILLPOND" "$@"
