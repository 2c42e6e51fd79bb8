#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# deps.sh [demo|TARGET]: installs what build and tests need from Debian, or, `demo`, what the build and `make demo` need, or, for
# the TARGET bench, deb, check-deb and check-kernels, also what that needs; as root or through sudo. Does nothing where all is there.
set -eu
packages=(gcc make libc6-dev binutils git libconfuse-dev libmnl-dev libsmartcols-dev libjansson-dev libseccomp-dev
    python3)
needed=${#packages[@]} # as many as these make the build: without one of them there is nothing to go on with
packages+=(clang bpftool libbpf-dev) # the engine cgroup, without which all the rest is built
[[ ${1:-} = demo || ${1:-} = deb ]] || packages+=(libcmocka-dev iproute2 util-linux procps curl strace file libcap2-bin jq gcovr
    nginx-light redis-server memcached php-cli socat netcat-openbsd
    clang-tools libclang-rt-dev clang-format clang-tidy cppcheck shellcheck codespell mandoc musl-tools valgrind
    golang-go caddy hugo prometheus-node-exporter busybox-static
    perl ruby ruby-webrick gunicorn uvicorn lighttpd haproxy postgresql mosquitto
    dnsmasq-base unbound bind9-dnsutils aria2 wget erlang-base vsftpd lftp openssh-server rpcbind avahi-daemon
    systemd xinetd apache2-bin iperf3 tinyproxy-bin privoxy ncat dovecot-imapd mini-httpd nbd-server
    gdb tini parallel supervisor s6
    chromium)
[ "${1:-}" != bench ] || packages+=(python3-matplotlib wrk redis-tools torsocks proxychains4 authbind faketime)
[[ ${1:-} != *deb ]] || packages+=(debhelper dpkg-dev lintian debootstrap)
[ "${1:-}" != check-kernels ] || packages+=(qemu-system-x86 cpio kmod xz-utils)
# A Node, an npm or a JDK that is there already, of whatever origin, is kept.
command -v node >/dev/null || packages+=(nodejs)
if [[ ${1:-} != demo && ${1:-} != deb ]]; then
    command -v npm >/dev/null || packages+=(npm)
    command -v javac >/dev/null || packages+=(default-jdk-headless)
fi

# installed PACKAGE: is it?
installed() {
    dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# offered PACKAGE: does this release have it?
offered() {
    LC_ALL=C apt-cache policy "$1" | grep -q '^  Candidate: [^(]'
}

missing=()
for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || { echo 'deps: all there'; exit 0; }
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "deps: run as root, or install sudo; missing: ${missing[*]}" >&2; exit 1; }
    exec sudo "$0" "$@"
fi

# No server that comes with a package may start by itself, neither now (policy-rc.d, which invoke-rc.d asks) nor at the
# next boot (its unit is disabled afterwards). What was installed before us is not touched.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    trap 'rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -o DPkg::Lock::Timeout=300 -q)
"${apt[@]}" update
wanted=()
for package in "${missing[@]}"; do
    if offered "$package" || [[ " ${packages[*]:0:needed} " = *" $package "* ]]; then
        wanted+=("$package")
    else
        echo "deps: $package: this release has no such package, the tests that want it are skipped" >&2
    fi
done
[ ${#wanted[@]} -gt 0 ] || exit 0
"${apt[@]}" install -y --no-install-recommends "${wanted[@]}"
for package in "${wanted[@]}"; do
    case $package in
    nginx-light) services=(nginx) ;;
    openssh-server) services=(ssh ssh.socket) ;;
    rpcbind) services=(rpcbind.socket rpcbind) ;;
    dovecot-imapd) services=(dovecot.socket dovecot) ;;
    avahi-daemon) services=(avahi-daemon.socket avahi-daemon) ;;
    erlang-base) services=(epmd.socket epmd) ;;
    redis-server | supervisor | memcached | caddy | prometheus-node-exporter | lighttpd | haproxy | postgresql | mosquitto | \
        unbound | vsftpd | xinetd | privoxy | iperf3 | mini-httpd | nbd-server) services=("$package") ;;
    *) continue ;;
    esac
    for service in "${services[@]}"; do
        # A service that is only a script of init.d may be unknown to systemctl.
        systemctl disable "$service" 2>/dev/null || update-rc.d "${service%.socket}" disable || true
    done
done
