#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# deb.sh FOLDER: the packages in FOLDER in a bare Debian of their own, which debootstrap(8) makes there: installed, used, upgraded
# over a configuration that was changed and over one that was not, removed, purged. No file of theirs is left. As root.
set -eu
folder=$(cd "$1" && pwd)
root=$folder/root
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
[ "$(id -u)" -eq 0 ] || { echo 'deb.sh: expected to be run as root: it makes a Debian to install into' >&2; exit 1; }

# inside COMMAND...: in that Debian, in a network namespace that has loopback alone.
inside() {
    unshare -n chroot "$root" /bin/sh -c "ip link set lo up 2>/dev/null; exec \"\$@\"" sh "$@"
}

# packages: what apt and dpkg do there.
packages() {
    chroot "$root" "$@" >"$folder/log" 2>&1 || { cat "$folder/log"; fail "$*"; }
}

fail() {
    echo "not ok - $*"
    exit 1
}

# files: of that Debian, without what dpkg, apt and ldconfig keep themselves.
files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./var/lib/dpkg -o -path ./var/lib/apt \
        -o -path ./var/cache -o -path ./var/log -o -path ./tmp -o -path ./root \) -prune -o -print |
        grep -v '^\./etc/ld\.so\.cache~*$' | sort)
}

# newer PACKAGE: the package of the next version, with another configuration.
newer() {
    local tree=$folder/newer
    rm -rf "$tree" && dpkg-deb -R "$folder/$1"_*_*.deb "$tree"
    sed -i 's/^Version: .*/&.1/; s/(= \([^)]*\))/(= \1.1)/' "$tree/DEBIAN/control"
    [ ! -e "$tree/etc/bindguard.conf" ] || echo '# newer' >>"$tree/etc/bindguard.conf"
    dpkg-deb -b "$tree" "$root/tmp/$1-newer.deb" >/dev/null
}

[ -e "$folder/root.tar" ] || {
    debootstrap --variant=minbase --include=python3-minimal,iproute2,curl "${DEBIAN_RELEASE:-bookworm}" "$folder/bare" >/dev/null
    tar -C "$folder/bare" -cf "$folder/root.tar" . && rm -rf "$folder/bare"
}
rm -rf "$root" && mkdir "$root" && tar -C "$root" -xf "$folder/root.tar"
mount --make-private --bind "$root" "$root"
mount -t proc none "$root/proc"
trap 'umount "$root/proc" "$root"; rm -rf "$root"' EXIT
cp /etc/resolv.conf "$root/etc/resolv.conf"

# What they need is there before, so that what is left over later is theirs.
packages apt-get -q update
packages apt-get -q -y --no-install-recommends install libbpf1 libmnl0 libsmartcols1 libjansson4 libseccomp2
files >"$folder/before"
cp "$folder"/bindguard_*.deb "$folder"/libbindguard_*.deb "$root/tmp"
packages sh -c 'apt-get -q -y --no-install-recommends install /tmp/*.deb'
echo 'ok - installed'

said=$(inside bindguard run -- python3 -c 'import socket; s = socket.create_server(("", 8000)); print(s.getsockname()[0])' 2>&1)
[[ $said = *'python3'*'tcp 0.0.0.0:8000 -> 127.0.0.1:8000'*127.0.0.1 ]] || fail "run: $said"
said=$(inside env LD_PRELOAD=libbindguard.so python3 -c 'import socket; print(socket.create_server(("", 8000)).getsockname()[0])' 2>&1)
[[ $said = *127.0.0.1 ]] || fail "preload by its name: $said"
# shellcheck disable=SC2016 # for the dynamic linker
said=$(inside env 'LD_PRELOAD=/usr/$LIB/libbindguard.so' python3 -c 'import socket; print(socket.create_server(("", 8000)).getsockname()[0])' 2>&1)
[[ $said = *127.0.0.1 ]] || fail "preload of the program's architecture: $said"
inside bindguard check >/dev/null || fail 'check: /etc/bindguard.conf'
[[ $(inside bindguard list 2>&1) ]] || fail 'list'
for page in man1/bindguard.1 man5/bindguard.conf.5 man5/bindguard-json.5 man7/libbindguard.7; do
    [ -e "$root/usr/share/man/$page.gz" ] || fail "no manual page $page"
done
echo 'ok - works'

newer bindguard
newer libbindguard
packages sh -c 'dpkg -i /tmp/*-newer.deb'
tail -n 1 "$root/etc/bindguard.conf" | grep -qx '# newer' || fail 'a configuration that was not changed is not the newer one'
echo 'ok - upgraded, the configuration too'
packages sh -c 'dpkg -i /tmp/bindguard_*.deb /tmp/libbindguard_*.deb'
echo '# mine' >>"$root/etc/bindguard.conf"
packages sh -c 'dpkg --force-confdef --force-confold -i /tmp/*-newer.deb'
tail -n 1 "$root/etc/bindguard.conf" | grep -qx '# mine' || fail 'a configuration that was changed is lost'
[ -e "$root/etc/bindguard.conf.dpkg-dist" ] || fail 'the newer configuration is not beside the changed one'
echo 'ok - upgraded over a changed configuration'

packages dpkg --remove bindguard libbindguard
[ -e "$root/etc/bindguard.conf" ] || fail 'removed, and the changed configuration with it'
packages dpkg --purge bindguard libbindguard
rm -f "$root/tmp"/*.deb
files | diff "$folder/before" - || fail 'left behind, or taken along: see above'
echo 'ok - removed and purged, no file left'
