#!/usr/bin/env bash
# Prints the counted figures of README and docs: system calls a request, memory a connection,
# size of the binary. Counted, not timed: they come out the same on a busy machine.
#
#   tests/figures/run.sh [IDLE_CONNECTIONS]      15000 unless told
#
# Needs strace, wrk and python3; installs what is missing from Debian's packages if it can.
set -euo pipefail
cd "$(dirname "$0")/../.."

idle=${1:-15000}
source tests/tools.sh
need strace wrk python3

cargo build --release --quiet
binary=target/release/millpond
work=$(mktemp -d)
pids=()
# Ends what was started here, by process id, whatever happens.
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT

mkdir "$work/www"
head -c 1024 /dev/urandom >"$work/www/1k.bin"
head -c 10485760 /dev/urandom >"$work/www/10m.bin"
: >"$work/www/index.html"

# start [PROGRAM...]: starts the server, under PROGRAM if given, and sets $url and $server.
start() {
    rm -f "$work/out"
    "$@" "$PWD/$binary" --listen 127.0.0.1:0 --quiet --log "$work/Log.csv" \
        --keep-alive 600 --keep-alive-requests 0 "$work/www" >"$work/out" 2>"$work/err" &
    server=$!
    pids+=("$server")
    until url=$(sed -n 's/^Listening on port [0-9]*: //p' "$work/out" 2>/dev/null) && [ -n "$url" ]; do
        kill -0 "$server" || { cat "$work/err" >&2; exit 1; }
    done
}

# system_calls FILE SECONDS: counts system calls while wrk asks for FILE on 64 connections.
system_calls() {
    start strace -c -o "$work/strace"
    local traced
    traced=$(pgrep -P "$server")
    wrk -t1 -c64 -d"$2s" "$url$1" >/dev/null
    kill -INT "$traced"
    wait "$server" || true
    local requests
    requests=$(sed -n 's/.* and \([0-9]*\) responses.*/\1/p' "$work/err")
    echo
    echo "system calls a request, $1, 64 keep-alive connections, $requests requests:"
    awk -v requests="$requests" '
        $4 ~ /^[0-9]+$/ && $NF != "total" { count[$NF] = $4; total += $4 }
        END {
            for (name in count)
                if (count[name] / requests >= 0.005)
                    printf "  %-12s %7.3f\n", name, count[name] / requests | "sort -k2 -rn"
            close("sort -k2 -rn")
            printf "  %-12s %7.3f\n", "all", total / requests
        }' "$work/strace"
}

system_calls 1k.bin 5
system_calls 10m.bin 5

start
echo
python3 tests/figures/idle.py "${url}1k.bin" "$server" "$idle"
kill -INT "$server"
wait "$server"

echo
printf 'release binary: %d bytes\n' "$(stat -c %s "$binary")"
