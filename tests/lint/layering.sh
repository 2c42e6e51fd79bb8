#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# layering.sh: the arrows between the rooms hold, include <- core <- sys <- preload, sys/path.h <- load <- preload/init.c,
# and load, core, sys <- launcher. Run from the top.
set -u
pure='<(string|stdbool|stddef|stdint|errno|arpa/inet|netinet/in)\.h>'
cold='"bindguard/(load|diag)\.h"'
failed=0

# only PATTERN FILE...: each #include of the files is of that kind.
only() {
    local pattern=$1
    shift
    if grep -nE '^[[:space:]]*#[[:space:]]*include' -- "$@" /dev/null |
        grep -vE "include[[:space:]]*($pattern)"; then failed=1; fi
}

# never PATTERN FILE...: no #include of the files is of that kind.
never() {
    local pattern=$1
    shift
    if grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*($pattern)" -- "$@" /dev/null; then failed=1; fi
}

mapfile -t hot < <(find shim/preload -name '*.[ch]' ! -name init.c)
mapfile -t rest < <(find shim include launcher -name '*.[ch]' ! -path 'shim/load/*')
only "$pure|\"bindguard/" include/bindguard/*.h
only "$pure|\"(bindguard|core)/" shim/core/*.[ch]
only '<|"(bindguard|core|sys)/' shim/sys/*.[ch]
only '<|"((bindguard|core|load)/|sys/path\.h)' shim/load/*.[ch]
only '<|"(bindguard|core|sys|preload)/' shim/preload/*.[ch]
only '<|"(bindguard|core|sys|load|launcher)/' launcher/*.[ch]
# Tests use the launcher's network and its tries, and these know nothing of the command that they were written for.
only '<|"(launcher/network[a-z_]*\.h|net/)' tests/net/*.[ch]
only '<|"(launcher/tried\.h|net/|system/)' tests/system/*.[ch]
never '"launcher/(command|prove|run)\.h"' launcher/network*.[ch] launcher/tried.[ch] launcher/prove_{probe,lookup}.c
never "$cold" shim/core/*.[ch] shim/sys/*.[ch] "${hot[@]}"
never '[<"]confuse\.h' "${rest[@]}"
# A drawer has no context of execution.
if find . \( -path ./.git -o -path ./build \) -prune -o -type d \( -name utils -o -name common -o -name misc \) \
    -print | grep .; then failed=1; fi
exit $failed
