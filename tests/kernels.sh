#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kernels.sh FOLDER KERNEL... -- COMMAND...: boots each kernel of Debian, as `6.1` or `6.12`, in an emulated machine whose root is
# this machine's, read only with a layer of memory over it, and runs COMMAND there, in this folder. FOLDER keeps the kernels
# from one time to the next. A line for each kernel: its version, and what COMMAND printed last. Fails where one of them does.
set -eu
folder=$1 kernels=()
shift
while [ "$1" != -- ]; do kernels+=("$1"); shift; done
shift
command=$*
for tool in qemu-system-x86_64 busybox cpio modprobe; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null ||
        { echo "kernels.sh: $tool is missing, expected: make deps-kernels" >&2; exit 1; }
done
modules='virtio_pci 9pnet_virtio 9p overlay'

# package_of KERNEL: the Debian package of its newest version.
package_of() {
    apt-cache pkgnames "linux-image-$1." | grep -E "^linux-image-$1\.[0-9]+[^a-z]*(\+deb[0-9]+)?-amd64$" | sort -V | tail -n 1
}

# fetch PACKAGE: its files are in $folder/PACKAGE then.
fetch() {
    [ -e "$folder/$1/done" ] && return
    rm -rf "${folder:?}/$1" && mkdir -p "$folder/$1"
    (cd "$folder" && apt-get -q download "$1" && dpkg-deb -x "$1"_*.deb "$1" && rm -f "$1"_*.deb)
    PATH=$PATH:/usr/sbin depmod -b "$folder/$1" "${1#linux-image-}"
    touch "$folder/$1/done"
}

# first_root PACKAGE: what the kernel finds first. It leaves for this machine's root as soon as that is mounted.
first_root() {
    local version=${1#linux-image-} root=$folder/first
    rm -rf "$root" && mkdir -p "$root/bin" "$root/modules" "$root/proc" "$root/low" "$root/high" "$root/root"
    cp "$(command -v busybox)" "$root/bin/busybox"
    # shellcheck disable=SC2086 # words
    PATH=$PATH:/usr/sbin modprobe -d "$folder/$1" -S "$version" --show-depends -a $modules |
        awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$folder/order"
    while read -r module; do
        cp "$module" "$root/modules"
        case $module in
        *.xz) xz -d "$root/modules/${module##*/}" ;;
        *.zst) zstd -q --rm -d "$root/modules/${module##*/}" ;;
        esac
        basename "$module" | sed 's/\.[xz][^.]*$//; s/^/insmod \/modules\//'
    done <"$folder/order" >"$root/load"
    {
        echo '#!/bin/busybox sh'
        # shellcheck disable=SC2016 # for that shell
        echo 'PATH=/bin; for tool in mount insmod mkdir; do busybox ln -s busybox /bin/$tool; done'
        echo '. /load'
        echo 'mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose root /low'
        echo 'mount -t tmpfs none /high; mkdir /high/upper /high/work'
        echo 'mount -t overlay -o lowerdir=/low,upperdir=/high/upper,workdir=/high/work none /root'
        echo "mkdir -p /root/lib/modules/$version"
        echo "mount --bind '/low$folder/$1/lib/modules/$version' /root/lib/modules/$version"
        # The kernel starts modprobe in the root that is the machine's: a chroot would be none.
        echo "exec busybox switch_root /root /bin/bash '$folder/second'"
    } >"$root/init"
    chmod 755 "$root/init"
    (cd "$root" && find . | cpio -o -H newc --quiet | gzip -1) >"$folder/first.gz"
}

# What the second shell does, in this machine's root.
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
{
    echo 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root'
    echo 'mount -t proc none /proc; mount -t sysfs none /sys; mount -t devtmpfs none /dev'
    echo 'ln -s /proc/self/fd /dev/fd; mkdir -p /dev/pts /dev/shm; mount -t devpts none /dev/pts; mount -t tmpfs none /dev/shm'
    echo 'mount -t tmpfs none /tmp; mount -t tmpfs none /run; mount -t cgroup2 none /sys/fs/cgroup'
    echo 'mount -t bpf none /sys/fs/bpf 2>/dev/null'
    echo 'ip link set lo up; ulimit -n 20000'
    printf 'cd %q\n' "$PWD"
    printf '{ %s; } </dev/null; echo "status $?"; busybox poweroff -f\n' "$command"
} >"$folder/second"
failed=0
for kernel in "${kernels[@]}"; do
    package=$(package_of "$kernel")
    [ -n "$package" ] || { echo "kernels.sh: this Debian has no linux-image-$kernel-amd64" >&2; failed=1; continue; }
    fetch "$package"
    first_root "$package"
    qemu-system-x86_64 -accel tcg,thread=multi -cpu max -smp 2 -m 3072 -nographic -no-reboot -nic none \
        -kernel "$folder/$package/boot/vmlinuz-${package#linux-image-}" -initrd "$folder/first.gz" \
        -append 'console=ttyS0 quiet panic=-1' \
        -virtfs local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap </dev/null 2>&1 |
        tr -d '\r' | tee "$folder/$kernel.log"
    if grep -qx 'status 0' "$folder/$kernel.log"; then verdict='passed'; else verdict='FAILED' failed=1; fi
    echo "Linux ${package#linux-image-}: $verdict: $(grep -a 'passed,' "$folder/$kernel.log" | tail -n 1)"
done
exit $failed
