# Sourced by the scripts under tests/: sees to the tools that they need.

# need COMMAND[:PACKAGE]...: installs what is not there from Debian's packages, each of which brings
# a command of its own name, unless told; says what is missing, and fails, where that can't be done.
need() {
    local tool package
    for tool in "$@"; do
        package=${tool#*:}
        tool=${tool%%:*}
        command -v "$tool" >/dev/null && continue
        echo "installing $package"
        # RUNLEVEL=1: a server that is installed is not to be started (invoke-rc.d(8)).
        { apt-get update && RUNLEVEL=1 apt-get install -y "$package"; } >/dev/null 2>&1
        command -v "$tool" >/dev/null || {
            echo "$tool is missing, and could not be installed" >&2
            return 1
        }
    done
}

# scratch: makes $work, a folder that is removed when the script ends, however it ends; the processes
# in the list $pids end before it.
scratch() {
    work=$(mktemp -d)
    pids=()
    trap end_scratch EXIT
}

end_scratch() {
    local pid
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}

# choose_millpond: sets MILLPOND to the release build, which is made, unless it names a binary.
choose_millpond() {
    [ -n "${MILLPOND:-}" ] || { cargo build -p millpond --release --locked --quiet && MILLPOND=target/release/millpond; }
}

# start_millpond OPTION...: starts MILLPOND on a port of its own; sets $server to its process and $url
# to its address, and leaves what it prints in out and err of $work.
start_millpond() {
    "$MILLPOND" --listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/err" &
    server=$!
    pids+=("$server")
    until url=$(sed -n 's/^Listening on port [0-9]*: //p' "$work/out") && [ -n "$url" ]; do
        kill -0 "$server" || { cat "$work/err" >&2; exit 1; }
    done
}
