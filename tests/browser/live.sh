#!/usr/bin/env bash
# Opens the live view in a real headless Chromium, puts clients into known states, and holds what
# the page shows against them; stops the server and starts it anew, and sees the page come back.
# Takes the pictures that are in docs/live.
#
#   tests/browser/live.sh [FOLDER FOR PICTURES, target/live unless told]
#
# MILLPOND names the binary; without it, the release build is made. Installs Chromium and Node.js
# from Debian's packages and playwright-core from npm; says so and skips where that is not possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need chromium node:nodejs npm || {
    echo "SKIPPED: no browser to open the page in"
    exit 0
}
choose_millpond

scratch
# Of one version, so that the test does not change by itself; it brings no browser of its own.
npm install --silent --no-audit --no-fund --prefix "$work" playwright-core@1.56.1 >"$work/npm" 2>&1 || {
    cat "$work/npm" >&2
    echo "SKIPPED: playwright-core can't be had"
    exit 0
}
cp tests/browser/live.mjs tests/browser/clients.mjs "$work"
pictures=${1:-target/live}
mkdir -p "$pictures"
timeout 300 node "$work/live.mjs" "$(realpath "$MILLPOND")" "$(realpath "$pictures")"
