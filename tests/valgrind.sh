#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# valgrind.sh OUT PROGRAM...: runs the tests of the preload programs with every guarded host under memcheck and helgrind.
# A host with an error fails, whatever its test makes of it. tests/valgrind-excluded.txt names the tests that make no
# sense there. Run by `make check-valgrind`.
set -u
here=$(cd "$(dirname "$0")" && pwd)

# valgrind.sh host TOOL LOG HOST...: what BG_WRAP says. The log gets a high descriptor: the host must find 3 free, as bare.
if [ "$1" = host ]; then
    exec 60>"$3.$$"
    exec valgrind --tool="$2" --vgdb=no --error-exitcode=99 --log-fd=60 --suppressions="$here/valgrind.supp" "${@:4}"
fi

out=$1
shift
logs=$out/valgrind
failed=0 ran=0 left_out=0
rm -rf "$logs" && mkdir -p "$logs"
# The random calls would take hours: a hundredth of them.
export BG_SEQUENCES=${BG_SEQUENCES:-1000} CMOCKA_MESSAGE_OUTPUT=TAP

# excluded TOOL TEST: is there a reason not to run it?
excluded() {
    local tool pattern reason
    while read -r tool pattern reason; do
        case $tool in '#'* | '') continue ;; esac
        [ "$tool" = both ] || [ "$tool" = "$1" ] || continue
        # shellcheck disable=SC2254 # a pattern it is
        case $2 in $pattern) echo "# $1 $2: left out, $reason" && return 0 ;; esac
    done <"$here/valgrind-excluded.txt"
    return 1
}

# run TOOL PROGRAM TEST: one test, or `*`, all of the program's.
run() {
    local name=$3 log status
    [ "$name" != '*' ] || name=${2##*/}
    log=$logs/$1.$name.out
    BG_WRAP="$here/valgrind.sh host $1 $logs/$1.$name" \
        timeout -k 10 900 "$2" "$3" >"$log" 2>&1 </dev/null
    status=$?
    if [ $status -eq 0 ] && grep -qa '^ok ' "$log"; then
        ran=$((ran + $(grep -ca '^ok ' "$log")))
        echo "ok - $1 $name"
    else
        echo "not ok - $1 $name, status $status"
        grep -av '^ok ' "$log"
        failed=$((failed + 1))
    fi
}

for program; do
    case $program in *_facts_test | */logged_test) continue ;; esac # no guarded host of their own
    # A test of a table has its name from there: ask the program itself, bare of valgrind.
    mapfile -t names < <("$program" '*' 2>/dev/null </dev/null | sed -nE 's/^(not )?ok [0-9]+ (- |# SKIP )//p')
    for tool in memcheck helgrind; do
        left=()
        for test in "${names[@]}"; do
            if excluded "$tool" "$test"; then left_out=$((left_out + 1)); else left+=("$test"); fi
        done
        [ ${#left[@]} -ne ${#names[@]} ] || left=('*')
        for test in "${left[@]}"; do run "$tool" "$program" "$test"; done
    done
done

shopt -s nullglob
hosts=0 errors=0
for log in "$logs"/*.[0-9]*; do
    hosts=$((hosts + 1))
    grep -q 'ERROR SUMMARY: 0 errors' "$log" && continue
    # A host that was ended by a signal, as some are on purpose, has no summary; errors are told as they happen.
    grep -qE '^==[0-9]+== (Invalid|Conditional|Use of|Syscall param|Possible data race|Thread #|Mismatched)' "$log" ||
        continue
    echo "not ok - $log"
    head -40 "$log"
    errors=$((errors + 1))
done
echo "# figure: $ran tests, $left_out left out, $hosts hosts under memcheck and helgrind, $errors with errors"
echo "$ran passed, $((failed + errors)) failed"
[ $((failed + errors)) -eq 0 ] && [ $hosts -gt 0 ]
