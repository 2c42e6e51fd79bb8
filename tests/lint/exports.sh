#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# exports.sh LIBRARY: it exports the intercepted calls and nothing else, needs libc alone, whichever, and its code stays
# read-only.
set -eu
library=$1 failed=0
[ -f "$library" ] || { echo "$library: not built"; exit 1; }
dynamic=$(readelf -dW "$library")
segments=$(readelf -lW "$library")

calls='bind bindresvport connect execl execle execlp execv execve execveat'
calls+=' execvp execvpe fexecve listen posix_spawn posix_spawnp sctp_bindx'

# same WHAT EXPECTED FOUND
same() {
    [ "$2" = "$3" ] || { echo "$1: expected '$2', found '$3'"; failed=1; }
}

exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort | paste -sd' ')
same exports "$calls" "$exported"
same NEEDED libc.so.6 "$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic" | paste -sd' ')"
same TEXTREL '' "$(grep -o TEXTREL <<<"$dynamic" | head -1 || true)"
# glibc's alone: a program that has another libc, musl, could not load the library.
same "glibc's C23 forms" '' "$(nm -D --undefined-only "$library" | grep -o '__isoc23_[a-z]*' | paste -sd' ')"
same 'stack flags' RW "$(awk '$1 == "GNU_STACK" { print $(NF - 1) }' <<<"$segments")"
exit $failed
