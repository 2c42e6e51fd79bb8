#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# breaks.sh: each break of tests/breaks and its like still changes the source that it names. One that a change of that
# source has passed by proves nothing, and nobody sees it before `make check-breaks` runs, which takes long. Run from the top.
set -u
failed=0 checked=0
mapfile -t lists < <(find tests -name '*breaks.txt' -o -path 'tests/breaks/*.txt')
for list in "${lists[@]}"; do
    while read -r key rest; do
        case $key in
        break) name=$rest ;;
        file) file=$rest ;;
        sed)
            checked=$((checked + 1))
            sed -E -z "$rest" "$file" | cmp -s - "$file" || continue
            echo "$list: $name changes nothing in $file"
            failed=1
            ;;
        esac
    done <"$list"
done
[ $checked -gt 0 ] || { echo 'no breaks found'; failed=1; }
exit $failed
