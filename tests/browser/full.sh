#!/usr/bin/env bash
# Opens what a site needs beyond plain files in a real headless Chromium: an mp4 and a webm are sought at
# 90 %, a single-page application's deep link reloads, a font crosses origins, hashed assets are not
# asked for again on a new visit, a listing works on a telephone. Holds the server's log against each.
# Prints a line for each check; a check that fails ends the script with status 1.
#
#   tests/browser/full.sh
#   tests/browser/full.sh --planted   takes from each server the option that its check is about, such as
#                                     --http full: fails if a check does not see it
#
# MILLPOND names the binary; without it, the script makes the release build. Installs Chromium, Node.js
# and ffmpeg from Debian's packages and playwright-core from npm; skips with a message where that is not
# possible.
set -euo pipefail
cd "$(dirname "$0")/../.."

case "${1:-}" in
"") planted="" ;;
--planted) planted=planted ;;
*) echo "usage: $0 [--planted]" >&2; exit 2 ;;
esac

source tests/tools.sh
need chromium node:nodejs npm ffmpeg fc-match:fontconfig || {
    echo "SKIPPED: a browser or ffmpeg is missing"
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
cp tests/browser/full.mjs tests/browser/servers.mjs "$work"
mkdir "$work/files"
cp "$(fc-match -f '%{file}' sans:fontformat=TrueType)" "$work/files/font.ttf"

# video CODEC OPTION... FILE: 24 s of blue, then 6 s of red: the colour says where a seek went. The noise
# makes some megabytes of it, more than Chromium fetches before it is told to play or seek.
video() {
    ffmpeg -v error -f lavfi -i "color=c=0x2040c0:s=192x108:r=10:d=24" \
        -f lavfi -i "color=c=0xc02020:s=192x108:r=10:d=6" \
        -filter_complex "[0][1]concat=n=2,noise=alls=50:allf=t" -pix_fmt yuv420p -g 10 -c:v "$@"
}
video libx264 -preset ultrafast -crf 24 "$work/files/sample.mp4"
video libvpx -deadline realtime -cpu-used 8 -b:v 2M -crf 4 "$work/files/sample.webm"

timeout 120 node "$work/full.mjs" "$(realpath "$MILLPOND")" "$work/files" $planted
