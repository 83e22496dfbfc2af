# Sourced by the scripts under tests/: sees to the tools that they need.

# need PACKAGE...: installs what is not there from Debian's packages, each of which brings a command
# of its own name; says what is missing, and fails, where that can't be done.
need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null && continue
        echo "installing $tool"
        { apt-get update && apt-get install -y "$tool"; } >/dev/null 2>&1
        command -v "$tool" >/dev/null || {
            echo "$tool is missing, and could not be installed" >&2
            return 1
        }
    done
}
