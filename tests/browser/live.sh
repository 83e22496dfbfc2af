#!/usr/bin/env bash
# Opens the live view in a real headless Chromium, puts clients into known states, and compares the
# page with them; restarts the server, and waits until the page reconnects. Takes the screenshots of
# docs/live.
#
#   tests/browser/live.sh [FOLDER FOR PICTURES, target/live by default]
#
# MILLPOND names the binary; without it, the script makes the release build. Installs Chromium and
# Node.js from Debian's packages and playwright-core from npm; skips with a message where that is
# not possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need chromium node:nodejs npm || {
    echo "SKIPPED: no browser to open the page in"
    exit 0
}
choose_millpond

scratch
# A fixed version, so that the test does not change by itself; this package contains no browser.
npm install --silent --no-audit --no-fund --prefix "$work" playwright-core@1.56.1 >"$work/npm" 2>&1 || {
    cat "$work/npm" >&2
    echo "SKIPPED: playwright-core cannot be installed"
    exit 0
}
cp tests/browser/live.mjs tests/browser/clients.mjs "$work"
pictures=${1:-target/live}
mkdir -p "$pictures"
timeout 300 node "$work/live.mjs" "$(realpath "$MILLPOND")" "$(realpath "$pictures")"
