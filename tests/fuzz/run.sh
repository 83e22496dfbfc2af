#!/usr/bin/env bash
# Fuzzes each target for a while, prints how many inputs were tried, and keeps a small corpus.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET...]     SECONDS per target, 1800 by default
#
# SANITIZER=address checks the dependencies (millpond itself has no unsafe code); the default, none,
# tries several times as many inputs. KEEP=no leaves the committed corpus unchanged.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-1800}
shift || true
targets=("${@:-}")
[ -n "${targets[0]}" ] || targets=(request target connection operator labels negotiation header_rules)
sanitizer=${SANITIZER:-none}
files_max=300
bytes_max=$((300 * 1024))

declare -A length=([request]=9000 [target]=2000 [connection]=4000 [operator]=120 [labels]=600
    [negotiation]=300 [header_rules]=2000)

command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz

# libFuzzer's instrumentation needs unstable options; a stable compiler takes them only with
# RUSTC_BOOTSTRAP.
fuzz() {
    if rustup toolchain list 2>/dev/null | grep -q '^nightly'; then
        cargo +nightly fuzz "$@"
    else
        RUSTC_BOOTSTRAP=1 cargo fuzz "$@"
    fi
}
# Tracing every comparison helps to find magic words. The dictionary and the requests of the script
# contain them already, and without tracing the run of a connection takes half the time.
options=(--fuzz-dir tests/fuzz --sanitizer "$sanitizer" --no-trace-compares)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
total=0
summary=()

# keep FROM INTO: copies the smallest inputs, up to the limits. Files crash-*, which were findings,
# stay.
keep() {
    local files bytes size path
    find "$2" -type f ! -name 'crash-*' -delete
    read -r files bytes < <(find "$2" -type f -printf '%s\n' | awk '{ sum += $1 } END { print NR, sum + 0 }')
    while read -r size path; do
        files=$((files + 1))
        bytes=$((bytes + size))
        if [ $files -gt $files_max ] || [ $bytes -gt $bytes_max ]; then return; fi
        cp "$path" "$2/"
    done < <(find "$1" -type f -printf '%s %p\n' | sort -n)
}

for target in "${targets[@]}"; do
    committed=tests/fuzz/corpus/$target
    mkdir -p "$work/$target" "$committed"
    cp -r "$committed/." "$work/$target/"
    printf '\n== %s: %s s, sanitizer %s\n' "$target" "$seconds" "$sanitizer"
    fuzz build "${options[@]}" "$target"
    log=$work/$target.log
    # An input takes a millisecond; one that takes two minutes hangs, even on a busy machine. A
    # crash ends the run and fails the script; its input is kept under tests/fuzz/artifacts.
    fuzz run "${options[@]}" "$target" "$work/$target" -- \
        -max_total_time="$seconds" -max_len="${length[$target]}" -dict=tests/fuzz/http.dict \
        -timeout=120 -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1 ||
        { grep -a -A1 'panicked at' "$log" || true; tail -40 "$log"; exit 1; }
    executions=$(awk '/stat::number_of_executed_units/ { print $2 }' "$log")
    coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
    total=$((total + executions))
    summary+=("$(printf '%-12s %12d executions %9d/s  %s' \
        "$target" "$executions" $((executions / (seconds > 0 ? seconds : 1))) "$coverage")")
    if [ "${KEEP:-yes}" = yes ]; then
        # Keeps a few inputs that together reach every branch that all inputs reach, without
        # counting how often. (cargo fuzz cmin keeps ten times as many, and its smallest reach less.)
        mkdir "$work/$target.few"
        fuzz run "${options[@]}" "$target" "$work/$target.few" "$work/$target" -- \
            -set_cover_merge=1 -use_counters=0 -max_len="${length[$target]}" \
            >"$work/$target.merge" 2>&1 || { tail -20 "$work/$target.merge"; exit 1; }
        keep "$work/$target.few" "$committed"
    fi
done

printf '\n== Summary\n'
printf '%s\n' "${summary[@]}"
printf '%-12s %12d executions\n' total "$total"
