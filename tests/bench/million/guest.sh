# Sourced by run.sh: builds and runs the guest.

# A static program: the C library is linked in. Cargo must be told the target, or it would link the
# procedural macros statically too, which is impossible. The second
# flag packs the table of relocations, 140 KB of it, into 2.
static_flags='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs'
static_target=x86_64-unknown-linux-gnu

# Checks packages, unlike `need`, which checks commands: the package busybox is not static.
install_emulator() {
    local packages="qemu-system-x86 busybox-static"
    dpkg-query -W $packages >/dev/null 2>&1 && type qemu-system-x86_64 busybox >/dev/null 2>&1 && return
    echo "installing $packages"
    { apt-get update && apt-get install -y --no-install-recommends $packages; } >/dev/null 2>&1 ||
        {
            echo "$packages are missing, and could not be installed from Debian's packages" >&2
            return 1
        }
}

# unpack_kernel WORK: sets $kernel. The package is only unpacked: installing it would change what
# this machine boots.
unpack_kernel() {
    local package
    kernel=$(ls "$1"/kernel/boot/vmlinuz-* 2>/dev/null | head -n 1 || true)
    [ -z "$kernel" ] || return 0
    echo "unpacking linux-image-cloud-amd64"
    # That package is empty; the package with the kernel is its dependency.
    apt-get update >/dev/null 2>&1 || true
    package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null |
        sed -n 's/.*Depends: \(linux-image-\)/\1/p' | head -n 1)
    (cd "$1" && rm -f ./*.deb && apt-get download "$package" >/dev/null 2>&1 &&
        dpkg -x "$package"_*.deb kernel) || {
        echo "Debian's linux-image-cloud-amd64 could not be downloaded" >&2
        return 1
    }
    kernel=$(ls "$1"/kernel/boot/vmlinuz-* | head -n 1)
}

build_static() {
    echo "building the static programs"
    local package
    # One by one, so that neither gets what only the other asks of a crate that both use.
    for package in millpond millpond-swarm; do
        RUSTFLAGS="$static_flags" cargo build -p "$package" --release --locked --quiet \
            --target "$static_target"
    done
}

# pack_initramfs WORK: the guest's only disk, an archive that its kernel unpacks into memory.
pack_initramfs() {
    local root="$1/root" programs="target/$static_target/release"
    rm -rf "$root"
    mkdir -p "$root"/{bin,dev,proc,sys,tmp,www}
    cp "$(command -v busybox)" "$programs/millpond" "$programs/millpond-swarm" "$root/bin/"
    cp tests/bench/million/init "$root/init"
    chmod +x "$root/init"
    head -c 1024 /dev/zero | tr '\0' x >"$root/www/1k.bin"
    (cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$1/initramfs.gz"
}

# run_guest WORK N: leaves what the guest printed in WORK/N.console.
run_guest() {
    # Both ends of a connection take about 8 KB of the kernel's memory; the programs a little.
    local mebibytes=$((1024 + $2 * 11 / 1024)) available
    available=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
    [ "$mebibytes" -le "$available" ] || {
        echo "$2 clients take a guest of $mebibytes MiB, and there are $available MiB" >&2
        return 1
    }
    echo "$2 idle clients, in a guest of $mebibytes MiB"
    # One instruction is one nanosecond; while every process sleeps, time jumps to the next
    # timer. The tables of sockets have a fixed size: sized by the guest's memory, their chains
    # would be sixteen long for a million sockets.
    qemu-system-x86_64 -accel tcg -icount shift=0,sleep=off -smp 1 -m "${mebibytes}M" \
        -nographic -vga none -nic none -no-reboot -kernel "$kernel" -initrd "$1/initramfs.gz" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off init_on_alloc=0 \
thash_entries=2097152 idle_clients=$2" </dev/null 2>&1 |
        tee "$1/$2.console" | sed -un 's/^.*@ progress /  /p; s/^.*@ error /  /p'
}
