#!/usr/bin/env bash
# Measures the cost of N idle keep-alive clients, for N up to a million and more.
#
#   tests/bench/million/run.sh [N...]      10000 100000 1000000 by default
#
# A process here may not have as many descriptors as a million takes, so the server and the swarm
# run in a guest with a kernel of its own, which QEMU emulates in software. That is slow (reckon
# with 1 ms of one processor for each client: 20 minutes for a million), but the guest's clock counts
# instructions, so a busy machine does not change the figures.
#
# Needs root for no more than Debian's packages: qemu-system-x86 and busybox-static are installed
# if they are missing; the kernel is only unpacked below target/. A million takes 12 GiB of memory.
# Writes target/million/N.json, and a table and a plot into docs/performance.md.
set -euo pipefail
cd "$(dirname "$0")/../../.."

if [ $# -eq 0 ]; then set -- 10000 100000 1000000; fi
for count in "$@"; do
    [[ $count =~ ^[1-9][0-9]{0,7}$ ]] || {
        echo "'$count' is not a number of clients; usage: tests/bench/million/run.sh [N...]" >&2
        exit 2
    }
done

here=tests/bench/million
work=$PWD/target/million
mkdir -p "$work"
source tests/tools.sh
need python3 cpio
source "$here/guest.sh"

install_emulator
unpack_kernel "$work"
commit=$(git describe --always --dirty --exclude '*' 2>/dev/null || echo "outside of git")
build_static
pack_initramfs "$work"
for count in "$@"; do
    run_guest "$work" "$count"
    python3 "$here/report.py" read "$work/$count.console" "$work/$count.json" "$commit"
done
python3 "$here/report.py" write "$work" docs
