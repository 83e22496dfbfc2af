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
