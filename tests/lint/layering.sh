#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# layering.sh: the arrows between the rooms hold: core <- guard <- preload and seccomp; core <- load <- preload/init.c and
# seccomp; core and load <- cgroup; all but preload <- launcher. A contract, include/bindguard/X.h, is of the room that has X.c, or X_*.c; one that
# has no source is of none, and all may see it. load sees one of guard's: path.h. Run from the top.
set -u
pure='<(string|stdbool|stddef|stdint|errno|arpa/inet|netinet/in|linux/filter)\.h>'
failed=0

# owner FILE: the room of a contract, "" for none.
owner() {
    local name=${1##*/} source
    for source in shim/*/"${name%.h}".c shim/*/*/"${name%.h}".c shim/*/"${name%.h}"_*.c; do
        [ -f "$source" ] && cut -d/ -f2 <<<"$source" && return
    done
}

# sees ROOMS FILE...: of contracts, the files include those of ROOMS, and of none.
sees() {
    local rooms=" $1 " file header room
    shift
    for file; do
        while read -r header; do
            room=$(owner "$header")
            [ -z "$room" ] || [[ $rooms == *" $room "* || $rooms == *" ${header##*/} "* ]] ||
                { echo "$file includes $header, of $room"; failed=1; }
        done < <(sed -nE 's/^ *# *include *"(bindguard\/[^"]+)".*/\1/p' "$file")
    done
}

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
mapfile -t guard < <(find shim/guard -name '*.[ch]')
mapfile -t cgroup < <(find shim/cgroup -name '*.[ch]' ! -name core.bpf.h)
mapfile -t command < <(find launcher -name '*.[ch]')
only "$pure|\"bindguard/" include/bindguard/*.h
only "$pure|\"(bindguard|core)/" shim/core/*.[ch]
only '<|"(bindguard|guard)/' "${guard[@]}"
only '<|"(bindguard|load)/' shim/load/*.[ch]
only '<|"(bindguard|preload)/' shim/preload/*.[ch]
only '<|"(bindguard|seccomp)/' shim/seccomp/*.[ch]
only '<|"(bindguard|cgroup)/' "${cgroup[@]}"
only '<|"(bindguard|core)/' shim/cgroup/core.bpf.h # a program for the kernel is one source: core's are a part of it
only '<|"(bindguard|launcher)/' "${command[@]}"
sees core shim/core/*.[ch]
sees 'core guard' "${guard[@]}"
sees 'core load path.h' shim/load/*.[ch]
sees 'core guard' "${hot[@]}"
sees 'core guard load' shim/preload/init.c
sees 'core guard load seccomp' shim/seccomp/*.[ch]
sees 'core load cgroup' shim/cgroup/*.[ch]
sees 'core guard load seccomp cgroup' "${command[@]}"
# Tests use the command's network and its results, and these know nothing of the command that they were written for.
only '<|"(launcher/prove/network[a-z_]*\.h|net/)' tests/net/*.[ch]
only '<|"(launcher/(prove/prove_results|sockets/[a-z_]+)\.h|bindguard/words\.h|net/|system/)' tests/system/*.[ch]
never '"launcher/(command|prove/prove|run/run)\.h"' launcher/prove/network*.[ch] launcher/prove/prove_results.[ch] \
    launcher/prove/prove_{probe,lookup}.c
never '[<"]confuse\.h' "${rest[@]}"
# A drawer has no context of execution.
if find . \( -path ./.git -o -path ./build \) -prune -o -type d \( -name utils -o -name common -o -name misc \) \
    -print | grep .; then failed=1; fi
exit $failed
