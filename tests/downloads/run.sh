#!/usr/bin/env bash
# Downloads a sparse file of 3 GiB with curl, wget and aria2, each ended in the middle and resumed, and
# compares checksums and the server's log. Then times a range of 1 GiB beside nginx, and lets REDbot look
# at answers of --http full. Times are printed; they are never a failure.
#
#   tests/downloads/run.sh [PART...]     parts: resume, nginx, redbot; all of them by default
#   tests/downloads/run.sh --planted     resumes from a server with --http four: fails if a client's row
#                                        does not see it
#
# Needs about 6 GB in TMPDIR (/tmp), and takes a smaller file, aloud, where there is less. Installs curl,
# wget, aria2, nginx and python3 from Debian's packages and REDbot from PyPI into a folder of its own;
# says what is missing and does without it. MILLPOND may name another binary to test.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/tools.sh
need python3 curl || exit 1
for tool in wget aria2c:aria2 nginx; do
    need "$tool" || echo "SKIPPED: the rows of ${tool%%:*}"
done
choose_millpond
scratch
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(resume nginx redbot)

redbot=""
if [[ " ${parts[*]} " == *" redbot "* ]]; then
    # A fixed version, so that the notes do not change by themselves.
    if python3 -m venv "$work/redbot" && "$work/redbot/bin/pip" install -q redbot==2.7.1; then
        redbot=$work/redbot/bin/redbot
    fi >"$work/pip" 2>&1
    [ -n "$redbot" ] || { cat "$work/pip" >&2; echo "SKIPPED: REDbot cannot be installed"; }
fi

export PYTHONPATH=tests/shared:tests/bench:tests/downloads PYTHONDONTWRITEBYTECODE=1 REDBOT=$redbot
python3 tests/downloads/downloads.py "$(realpath "$MILLPOND")" "$work" "${parts[@]}"
