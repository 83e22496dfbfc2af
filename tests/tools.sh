# Sourced by the scripts under tests/: installs the tools that they need, and starts servers.

# need COMMAND[:PACKAGE]...: installs missing commands from Debian's packages. PACKAGE is COMMAND by
# default. Prints what is missing, and fails, where that is not possible.
need() {
    local tool package
    for tool in "$@"; do
        package=${tool#*:}
        tool=${tool%%:*}
        command -v "$tool" >/dev/null && continue
        echo "installing $package"
        # RUNLEVEL=1: the installation of a server must not start it (invoke-rc.d(8)).
        { apt-get update && RUNLEVEL=1 apt-get install -y "$package"; } >/dev/null 2>&1
        command -v "$tool" >/dev/null || {
            echo "$tool is missing, and could not be installed" >&2
            return 1
        }
    done
}

# scratch: makes the folder $work. However the script ends, the processes in the list $pids are
# ended, and the folder is removed.
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

# choose_millpond: makes the release build and sets MILLPOND to it, unless MILLPOND names a binary.
choose_millpond() {
    [ -n "${MILLPOND:-}" ] || { cargo build -p millpond --release --locked --quiet && MILLPOND=target/release/millpond; }
}

# start_millpond OPTION...: starts MILLPOND on a free port. Sets $server to its process and $url to
# its address. Its output is in the files out and err of $work.
start_millpond() {
    "$MILLPOND" --listen 127.0.0.1:0 "$@" >"$work/out" 2>"$work/err" &
    server=$!
    pids+=("$server")
    until url=$(sed -n 's/^Listening on port [0-9]*: //p' "$work/out") && [ -n "$url" ]; do
        kill -0 "$server" || { cat "$work/err" >&2; exit 1; }
    done
}
