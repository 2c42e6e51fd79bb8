#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# breaks.sh OUT [TOPIC...]: proves that tests can fail. tests/breaks/*.txt name breaks: each changes one source in a copy, and
# the tests it names must fail with what is built from it. A TOPIC is a list, without its .txt, or a pattern of names of
# breaks. Run by `make check-breaks`, from the top.
#
#     of    PRODUCT         what the breaks of this list are built into, a line of BG_PRODUCTS; without it, the library
#     break NAME            what is broken, in words with hyphens
#     file  SOURCE          for example shim/core/decide.c; a part of shim/cgroup/guard.bpf.c, for the kernel
#     sed   SCRIPT          sed -E -z; it must change something
#     test  PROGRAM TEST... of build/VARIANT/tests, for example preload/leaks_test listen_without_bind; a TEST may be a pattern
#
# BG_BPF: how guard.bpf.c is compiled, and bpftool.
# BG_PRODUCTS: a line each, PRODUCT FILE WORD...: what the compiler links FILE from. A broken library is named to the tests;
# any other broken product lies in the place of the good one as long as it is tested.
set -u
out=$1
shift
topics=("$@")
[ $# -gt 0 ] || topics=('*')
work=$out/breaks
caught=0 missed=0 replaced=''
mkdir -p "$work"
compiler=$(<"$out/flags")
export BG_MUST_RUN=1 # a broken engine is no reason to skip

# restore: the good product, in its place.
restore() {
    [ -z "$replaced" ] || mv "$work/good" "$replaced"
    replaced=''
}
trap restore EXIT

# is_wanted LIST NAME: by one of the topics.
is_wanted() {
    local topic
    for topic in "${topics[@]}"; do
        # shellcheck disable=SC2254 # it is a pattern
        case $2 in $topic) return 0 ;; esac
        [ "$1" != "$topic" ] || return 0
    done
    return 1
}

# compile_bpf NAME FILE: the object of the product that has the broken FILE in its program for the kernel, as $work/NAME.o.
compile_bpf() {
    local tree=$work/$1.tree
    rm -rf "$tree" && mkdir -p "$tree/cgroup" "$tree/gen/cgroup"
    cp shim/cgroup/*.bpf.[ch] "$tree/cgroup" && cp "$work/$1.c" "$tree/cgroup/${2##*/}"
    eval "${BG_BPF%|*} -w -iquote '$tree' -c -o '$tree/guard.bpf.o' '$tree/cgroup/guard.bpf.c'" || return 1
    eval "${BG_BPF##*|} gen skeleton '$tree/guard.bpf.o' name guard_bpf" >"$tree/gen/cgroup/guard.skel.h" || return 1
    eval "$compiler -isystem '$tree/gen' -I. -w -c -o '$work/$1.o' shim/cgroup/object.c"
}

# build PRODUCT NAME FILE SCRIPT: the product with FILE broken, as $work/NAME.built.
build() {
    local copy=$work/$2.c object=$work/$2.o original=$out/obj/${3%.c}.o words linked=()
    sed -E -z "$4" "$3" >"$copy" || return 1
    if cmp -s "$copy" "$3"; then
        echo "not ok - $2: the script changes nothing in $3"
        return 1
    fi
    if [[ $3 == *.bpf.[ch] ]]; then
        original=$out/obj/shim/cgroup/object.o
        compile_bpf "$2" "$3" || return 1
    else
        eval "$compiler -I. -w -c -o '$object' '$copy'" || return 1
    fi
    read -ra words < <(sed -n "s/^$1 //p" <<<"$BG_PRODUCTS")
    [ ${#words[@]} -gt 1 ] || { echo "not ok - $2: no product $1"; return 1; }
    # Before the archives: what is there already is not taken from them.
    linked=("$object")
    for word in "${words[@]:1}"; do [ "$word" = "$original" ] || linked+=("$word"); done
    eval "$compiler -w -o '$work/$2.built' ${linked[*]}" || return 1
    [ "$1" != library ] || return 0
    replaced=${words[0]}
    cp -p "$replaced" "$work/good" && mv "$work/$2.built" "$replaced"
}

# expect PRODUCT NAME PROGRAM TEST: the test fails, or is ended, with the broken product.
expect() {
    local log=$work/$2.log with=(CMOCKA_MESSAGE_OUTPUT=TAP)
    [ -x "$out/tests/$3" ] || { echo "not ok - $2: no program $3" && missed=$((missed + 1)) && return; }
    [ "$1" != library ] || with+=("BG_LIBRARY=$work/$2.built")
    env "${with[@]}" timeout -k 5 600 "$out/tests/$3" "$4" >"$log" 2>&1 </dev/null
    local status=$?
    if grep -qaE '^not ok [0-9]+ - ' "$log" || [ $status -ge 124 ]; then
        echo "ok - $2 is seen by $4"
        caught=$((caught + 1))
    else
        echo "not ok - $2: $3 $4 does not see it, status $status"
        missed=$((missed + 1))
    fi
}

for list in tests/breaks/*.txt; do
    product=library topic=$(basename "$list" .txt) name='' built=''
    while read -r key rest; do
        case $key in
        of) product=$rest ;;
        break) name=$rest ;;
        file) file=$rest ;;
        sed) script=$rest ;;
        test)
            is_wanted "$topic" "$name" || continue
            if [ "$built" != "$name" ]; then
                restore
                built=$name
                build "$product" "$name" "$file" "$script" || { missed=$((missed + 1)) && built=failed; }
            fi
            [ "$built" = "$name" ] || continue
            read -ra words <<<"$rest"
            for test in "${words[@]:1}"; do expect "$product" "$name" "${words[0]}" "$test"; done
            ;;
        esac
    done <"$list"
    restore
done
echo "$caught passed, $missed failed"
[ $missed -eq 0 ] && [ $caught -gt 0 ]
