#!/usr/bin/env bash
# Opens the built-in site in a real headless Chromium, as a person would, and holds the log
# against what a browser must have fetched. Leaves a screenshot where it is told to.
#
#   tests/browser/run.sh [SCREENSHOT.png]
#
# MILLPOND names the binary; without it, the release build is made. Installs Chromium from Debian's
# packages; says so and skips where that is not possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need chromium python3 || {
    echo "SKIPPED: no browser to open the page in"
    exit 0
}

choose_millpond
scratch
start_millpond --log "$work/Log.csv" www

screenshot=${1:-$work/page.png}
# The switches keep Chromium from looking for servers of its maker's.
timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$work/profile" --window-size=1200,2400 --virtual-time-budget=5000 \
    --screenshot="$screenshot" "$url" >"$work/chromium" 2>&1 ||
    { cat "$work/chromium" >&2; exit 1; }
kill -INT "$server"
wait "$server"
pids=()

[ -s "$screenshot" ] || { echo "no screenshot was taken" >&2; exit 1; }
python3 - "$work/Log.csv" <<'PYTHON'
import csv, re, sys

rows = list(csv.DictReader(open(sys.argv[1], newline="")))
page = open("www/index.html", encoding="utf-8").read()
# Not the icon: Chromium asks for it after all else, and may be done before.
linked = re.findall(r'<((?:img|link)[^>]*)(?:src|href)="([^"#]+)"', page)
wanted = {"index.html"} | {target for tag, target in linked if 'rel="icon"' not in tag}
fetched = {row["file"] for row in rows if row["status"] == "200" and row["outcome"] == "complete"}
missing = wanted - fetched
bad = [row for row in rows if row["status"] not in ("200", "304")]
connections = {row["client_port"] for row in rows}
print(f"{len(rows)} requests on {len(connections)} connections, files: {sorted(fetched)}")
if missing or bad:
    sys.exit(f"not fetched: {sorted(missing)}; not answered well: {bad}")
if len(connections) >= len(rows):
    sys.exit("no connection was used twice")
PYTHON
