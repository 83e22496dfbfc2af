#!/usr/bin/env bash
# Shows millpond-swarm against nginx and against millpond: idle clients, and requests that come at
# about the end of the idle time. Prints the key lines of each report, and leaves the pages.
#
#   tests/swarm/nginx.sh [CONNECTIONS [FOLDER]]      10000 connections, pages in target/swarm
#
# Both servers keep idle connections for 5 seconds and say so. nginx is installed from Debian's
# packages if it can be.
set -euo pipefail
cd "$(dirname "$0")/../.."

connections=${1:-10000}
pages=${2:-target/swarm}
source tests/tools.sh
PATH=$PATH:/usr/sbin
need nginx curl

# One by one, so that neither gets what only the other asks of a crate that both use.
cargo build -p millpond --release --quiet
cargo build -p millpond-swarm --release --quiet
mkdir -p "$pages"
scratch

mkdir "$work/www"
head -c 1024 /dev/zero >"$work/www/index.html"
# nginx changes its user when root starts it.
chmod 755 "$work" "$work/www"

# Tries ports until nginx can listen on one: it has no way to ask for any that is free.
start_nginx() {
    local port
    for port in $(shuf -i 20000-29999 -n 20); do
        cat >"$work/nginx.conf" <<CONFIG
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 19900; }
http {
    access_log off;
    keepalive_timeout 5s 5s;
    keepalive_requests 1000000;
    client_header_timeout 10s;
    server { listen 127.0.0.1:$port backlog=4096; root $work/www; }
}
CONFIG
        nginx -p "$work" -c "$work/nginx.conf" 2>"$work/error" &
        nginx=$!
        # Whether it has ended, or listens.
        until curl -so "$work/answer" "http://127.0.0.1:$port/"; do
            kill -0 "$nginx" 2>/dev/null || continue 2
        done
        pids+=("$nginx")
        url=http://127.0.0.1:$port/
        return
    done
    cat "$work/error" >&2
    exit 1
}

# swarm NAME: the run that is compared, and its key lines.
swarm() {
    local report="$pages/$1.txt"
    target/release/millpond-swarm "$url" --connections "$connections" --hold 8s --quiet \
        --mix idle=9,late=1 --late 1s --html "$pages/$1.html" --json "$pages/$1.json" \
        --expect 'survive@4s>=99.9%' --expect 'late-lost==0' --expect 'closed-early==0' \
        >"$report" || true
    echo "== $1"
    grep -E '^ramp|still alive|closed|reset|refused|shortage|age in|^  all  |idle time|first |bytes for|MET|met ' \
        "$report"
}

start_nginx
swarm nginx
MILLPOND=target/release/millpond
start_millpond --quiet --no-log --keep-alive 5 "$work/www"
swarm millpond
echo "reports: $pages/{nginx,millpond}.{txt,json,html}"
