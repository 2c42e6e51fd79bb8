#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# deps.sh: installs what build and tests need from Debian, as root or through sudo. Does nothing where all is there.
set -eu
packages=(gcc make libc6-dev binutils git libconfuse-dev libcmocka-dev
    libmnl-dev libsmartcols-dev libjansson-dev libseccomp-dev
    iproute2 util-linux procps curl strace file libcap2-bin
    python3 jq nginx-light redis-server memcached php-cli socat netcat-openbsd
    clang-14 libclang-rt-14-dev clang-format clang-tidy cppcheck shellcheck codespell mandoc musl-tools valgrind
    golang-go caddy hugo prometheus-node-exporter busybox-static)
# A Node or a JDK that is there already, of whatever origin, is kept.
command -v node >/dev/null || packages+=(nodejs)
command -v javac >/dev/null || packages+=(default-jdk-headless)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
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
"${apt[@]}" install -y --no-install-recommends "${missing[@]}"
for package in "${missing[@]}"; do
    case $package in
    nginx-light) service=nginx ;;
    redis-server | memcached | caddy | prometheus-node-exporter) service=$package ;;
    *) continue ;;
    esac
    if command -v systemctl >/dev/null; then
        systemctl disable "$service" || true
    elif command -v update-rc.d >/dev/null; then
        update-rc.d "$service" disable || true
    fi
done
