#!/usr/bin/env bash
# Checks /metrics with Prometheus' own parser and its rules for names.
#
#   tests/admin/promtool.sh
#
# MILLPOND names the binary; without it, the script makes the release build. Installs promtool
# from Debian's package prometheus; skips with a message where that is not possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3
need promtool:prometheus || {
    echo "SKIPPED: no promtool"
    exit 0
}
choose_millpond

scratch
start_millpond --no-log --quiet --admin 127.0.0.1:0 www
until view=$(sed -n 's/^millpond: live view on //p' "$work/err") && [ -n "$view" ]; do
    kill -0 "$server"
done
fetch='import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())'
python3 -c "$fetch" "$url" >"$work/page"
python3 -c "$fetch" "${view}metrics" >"$work/metrics"
promtool check metrics <"$work/metrics"
echo "promtool accepts $(grep -vc '^#' "$work/metrics") samples"
