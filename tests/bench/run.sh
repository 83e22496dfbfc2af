#!/usr/bin/env bash
# Measures millpond beside a floor program and beside nginx, lighttpd and h2o, and writes tables
# and a chart into docs/performance.md. Takes half an hour on a machine without other load.
#
#   tests/bench/run.sh [--rounds 15] [--quick] [--report] [ROW...]      --help lists the rows
#
# Installs what it needs from Debian's packages. lwan and darkhttpd take part if LWAN and DARKHTTPD
# are the paths of their binaries. Results are kept in target/bench/results.json: rows may be
# measured one by one, and --report writes the tables from that file without measuring.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3 nginx lighttpd h2o wrk taskset:util-linux chrt:util-linux

cargo build -p millpond --release --locked --quiet
cargo build --release --locked --quiet --manifest-path tests/bench/floor/Cargo.toml \
    --target-dir target/floor
export PYTHONPATH=tests/shared
exec python3 tests/bench/bench.py "$@"
