#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# breaks.sh OUT [TOPIC...]: proves that tests can fail. tests/breaks/TOPIC.txt names breaks: each changes one source of
# the shim in a copy, and the tests it names must fail under that library. Run by `make check-breaks`, from the top.
#
#     break NAME            what is broken, in words with hyphens
#     file  shim/....c
#     sed   SCRIPT          sed -E -z; it must change something
#     test  PROGRAM TEST... of build/VARIANT/tests, for example preload/leaks_test listen_without_bind
#
# BG_LINK: the linker's options; BG_OBJECTS: the objects of the library.
set -u
out=$1
shift
if [ $# -gt 0 ]; then topics=("$@"); else topics=(tests/breaks/*.txt); fi
work=$out/breaks
caught=0 missed=0
mkdir -p "$work"
read -ra objects <<<"$BG_OBJECTS"
compiler=$(<"$out/flags")

# build NAME FILE SCRIPT: the library with FILE broken, in $work/NAME.so.
build() {
    local copy=$work/$1.c object=$work/$1.o
    sed -E -z "$3" "$2" >"$copy" || return 1
    if cmp -s "$copy" "$2"; then
        echo "not ok - $1: the script changes nothing in $2"
        return 1
    fi
    eval "$compiler -w -c -o '$object' '$copy'" || return 1
    local original=$out/obj/${2%.c}.o linked=("$object")
    for o in "${objects[@]}"; do [ "$o" = "$original" ] || linked+=("$o"); done
    eval "$compiler $BG_LINK -o '$work/$1.so' ${linked[*]}"
}

# expect NAME PROGRAM TEST: the test fails, or is ended, under the broken library.
expect() {
    local log=$work/$1.log
    BG_LIBRARY=$work/$1.so CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 600 "$out/tests/$2" "$3" >"$log" 2>&1 </dev/null
    local status=$?
    if grep -qaE "^not ok .* $3\$" "$log" || [ $status -ge 124 ]; then
        echo "ok - $1 is seen by $3"
        caught=$((caught + 1))
    else
        echo "not ok - $1: $2 $3 does not see it, status $status"
        missed=$((missed + 1))
    fi
}

for topic in "${topics[@]}"; do
    [ -f "$topic" ] || topic=tests/breaks/$topic.txt
    while read -r key rest; do
        case $key in
        break) name=$rest ;;
        file) file=$rest ;;
        sed) script=$rest ;;
        test)
            read -ra words <<<"$rest"
            if build "$name" "$file" "$script"; then
                for test in "${words[@]:1}"; do expect "$name" "${words[0]}" "$test"; done
            else
                missed=$((missed + 1))
            fi
            ;;
        esac
    done <"$topic"
done
echo "$caught passed, $missed failed"
[ $missed -eq 0 ]
