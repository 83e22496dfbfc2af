#!/usr/bin/env bash
# Holds /metrics against Prometheus' own reader and its rules for names.
#
#   tests/admin/promtool.sh
#
# MILLPOND names the binary; without it, the release build is made. Installs promtool from Debian's
# package prometheus; says so and skips where that is not possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3
need promtool:prometheus || {
    echo "SKIPPED: no promtool"
    exit 0
}
[ -n "${MILLPOND:-}" ] || { cargo build --release --quiet && MILLPOND=target/release/millpond; }

work=$(mktemp -d)
server=
cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

"$MILLPOND" --no-log --quiet --listen 127.0.0.1:0 --admin 127.0.0.1:0 www >"$work/out" 2>"$work/err" &
server=$!
until url=$(sed -n 's/^millpond: live view on //p' "$work/err") && [ -n "$url" ]; do
    kill -0 "$server" || { cat "$work/err" >&2; exit 1; }
done
files=$(sed -n 's/^Listening on port [0-9]*: //p' "$work/out")
fetch='import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())'
python3 -c "$fetch" "$files" >"$work/page"
python3 -c "$fetch" "${url}metrics" >"$work/metrics"
promtool check metrics <"$work/metrics"
echo "promtool has nothing to say against $(grep -vc '^#' "$work/metrics") samples"
