#!/usr/bin/env bash
# Opens the built-in site in a real headless Chromium, as a person would, and compares the log with
# the files that a browser must fetch. Saves a screenshot at the given path.
#
#   tests/browser/run.sh [SCREENSHOT.png]
#
# MILLPOND names the binary; without it, the script makes the release build. Installs Chromium
# from Debian's packages; skips with a message where that is not possible.
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
# The options keep Chromium from contacting its maker's servers.
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
# Without the icon: Chromium requests it last, and may exit before that.
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
