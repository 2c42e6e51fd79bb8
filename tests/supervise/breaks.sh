#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# breaks.sh OUT [PATTERN...]: proves that the tests of the engine `seccomp` can fail, or those of another program of the
# launcher. breaks.txt, in the form of tests/breaks/*.txt, names breaks: each changes one source in a copy, and the tests it
# names must fail with the program built from it; PATTERN chooses breaks by name. Run by `make check-supervise-breaks` and
# `make check-prove-breaks`, from the top.
#
# BG_OBJECTS: the objects and the archive of the program; BG_LIBS: its libraries; BG_FLAGS: further flags.
# BG_PROGRAM, BG_BREAKS: program and list of breaks, where they are not those of the engine.
set -u
out=$1
shift
patterns=("$@")
[ $# -gt 0 ] || patterns=('*')
engine=${BG_PROGRAM:-$out/supervise_cli} breaks=${BG_BREAKS:-tests/supervise/breaks.txt}
work=$out/breaks/$(basename "$engine")
caught=0 missed=0
mkdir -p "$work"
read -ra objects <<<"$BG_OBJECTS"
compiler=$(<"$out/flags")
cp -p "$engine" "$work/engine"
trap 'cp -p "$work/engine" "$engine.new" && mv "$engine.new" "$engine"' EXIT

# build NAME FILE SCRIPT: the engine with FILE broken, in the place of the good one.
build() {
    local copy=$work/$1.c object=$work/$1.o
    sed -E -z "$3" "$2" >"$copy" || return 1
    if cmp -s "$copy" "$2"; then
        echo "not ok - $1: the script changes nothing in $2"
        return 1
    fi
    eval "$compiler $BG_FLAGS -w -c -o '$object' '$copy'" || return 1
    local original=$out/obj/${2%.c}.o linked=("$object")
    for o in "${objects[@]}"; do [ "$o" = "$original" ] || linked+=("$o"); done
    eval "$compiler -w -o '$work/broken' ${linked[*]} $BG_LIBS" && mv "$work/broken" "$engine"
}

# expect NAME PROGRAM TEST: the test fails, or is ended, with the broken engine.
expect() {
    local log=$work/$1.log
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 5 300 "$out/tests/$2" "$3" >"$log" 2>&1 </dev/null
    local status=$?
    if grep -qaE '^not ok [0-9]+ - ' "$log" || [ $status -ge 124 ]; then
        echo "ok - $1 is seen by $3"
        caught=$((caught + 1))
    else
        echo "not ok - $1: $2 $3 does not see it, status $status"
        missed=$((missed + 1))
    fi
}

while read -r key rest; do
    case $key in
    break) name=$rest wanted=0
        for pattern in "${patterns[@]}"; do
            # shellcheck disable=SC2254 # it is a pattern
            case $name in $pattern) wanted=1 ;; esac
        done ;;
    file) file=$rest ;;
    sed) script=$rest ;;
    test)
        [ "$wanted" = 1 ] || continue
        read -ra words <<<"$rest"
        if build "$name" "$file" "$script"; then
            for test in "${words[@]:1}"; do expect "$name" "${words[0]}" "$test"; done
        else
            missed=$((missed + 1))
        fi
        ;;
    esac
done <"$breaks"
echo "$caught passed, $missed failed"
[ $missed -eq 0 ]
