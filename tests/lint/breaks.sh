#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# breaks.sh: each break of tests/breaks still changes the source that it names, by each command of its script, into one that
# compiles, and names test programs that there are. One that a change has passed by proves nothing, and nobody sees it before `make check-breaks` runs, which
# takes long. Run from the top.
set -u
failed=0 checked=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# say LINE: a fault.
say() {
    echo "$*"
    failed=1
}

for list in tests/breaks/*.txt; do
    while read -r key rest; do
        case $key in
        break) name=$rest ;;
        file) file=$rest ;;
        sed)
            checked=$((checked + 1))
            cp "$file" "$work/$checked.c"
            while read -r command; do
                cp "$work/$checked.c" "$work/before"
                sed -E -z "$command" "$work/before" >"$work/$checked.c" || say "$list: $name: $file cannot be changed"
                ! cmp -s "$work/$checked.c" "$work/before" || say "$list: $name changes nothing in $file by $command"
            done < <(sed -E 's#(/g?); s/#\1\ns/#g' <<<"$rest")
            # A part of the program for the kernel is no source of its own, and is compiled by another compiler.
            if [[ $file == *.bpf.[ch] ]]; then
                mkdir -p "$work/$checked/cgroup"
                cp shim/cgroup/*.bpf.[ch] "$work/$checked/cgroup"
                mv "$work/$checked.c" "$work/$checked/cgroup/${file##*/}"
                clang -target bpf "-D__$(uname -m)__" -idirafter "/usr/include/$(uname -m)-linux-gnu" -g -fsyntax-only -w \
                    -I"$work/$checked" -Iinclude -Ishim "$work/$checked/cgroup/guard.bpf.c" ||
                    say "$list: $name: $file does not compile"
                continue
            fi
            echo "$list: $name: $file does not compile" >"$work/$checked.fault"
            ;;
        test)
            [ -f "tests/${rest%% *}.c" ] || say "$list: $name: no program tests/${rest%% *}.c"
            ;;
        esac
    done <"$list"
done
[ $checked -gt 0 ] || say 'no breaks found'
# shellcheck disable=SC2016 # for the inner shell
find "$work" -maxdepth 1 -name '*.c' -print0 | xargs -0 -P 2 -I{} sh -c '
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE "-DBG_VERSION=\"x\"" "-DBG_SYSCONFDIR=\"/etc\"" "-DBG_LIBDIR=\"/usr/lib\"" \
        -Iinclude -Ishim -I. -Itests -w -Werror=implicit-function-declaration -fsyntax-only "$1" 2>/dev/null ||
        { cat "${1%.c}.fault"; exit 1; }' sh {} || failed=1
exit $failed
