#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# sigsafe.sh OUT: what the objects of core, guard and preload's hot files import, linked together, is exactly the list
# in sigsafe-symbols.txt; core alone imports exactly pure-symbols.txt. init.c is cold and left out.
set -eu
here=$(dirname "$0") objects=$1/obj/shim
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# imports NAME LIST OBJECT...: both directions, so that the list cannot rot.
imports() {
    local name=$1 list=$2
    shift 2
    ld -r -o "$work/$name.o" "$@"
    nm -u "$work/$name.o" | awk '$NF != "_GLOBAL_OFFSET_TABLE_" { print $NF }' | sort -u >"$work/used"
    if ! awk '/^#/ || NF == 0 { next } NF < 2 { print "no reason given: " $1; bad = 1 } END { exit bad }' "$list"; then
        failed=1
    fi
    awk '!/^#/ && NF { print $1 }' "$list" | sort -u >"$work/listed"
    if comm -23 "$work/used" "$work/listed" | sed "s|^|$name imports, not in ${list##*/}: |" | grep .; then failed=1; fi
    if comm -13 "$work/used" "$work/listed" | sed "s|^|in ${list##*/}, not imported by $name: |" | grep .; then
        failed=1
    fi
    # Thread-local storage may be allocated on first use, even in a signal handler.
    if grep -x __tls_get_addr "$work/used"; then failed=1; fi
}

# The objects of the sources there are: one of a source that is gone may lie about.
sources() {
    find "$@" -name '*.c' ! -path 'shim/preload/init.c' | sort | sed "s|^shim|$objects|; s|c\$|o|"
}

mapfile -t core < <(sources shim/core)
mapfile -t hot < <(sources shim/core shim/guard shim/preload)
imports core "$here/pure-symbols.txt" "${core[@]}"
imports hot "$here/sigsafe-symbols.txt" "${hot[@]}"
exit $failed
