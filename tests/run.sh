#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh PROGRAM...: runs cmocka programs one after another and counts. A skip is a failure where BG_MUST_RUN=1, so that
# none can hide in CI; cmocka 1.1.5 prints one as `not ok N # SKIP`, so a skip is read before a failure.
set -u
passed=0 failed=0 skipped=0
[ $# -gt 0 ] || { echo 'run.sh: no test program given' >&2; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# count PATTERN: lines of the log, which may hold any bytes that a program under test wrote.
count() {
    grep -acE "$1" "$log"
}

for program; do
    echo "# ${program##*/tests/}"
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 300 "$program" >"$log" 2>&1 </dev/null
    status=$?
    cat "$log"
    skips=$(count '^not ok .*# SKIP')
    bad=$(($(count '^not ok ') - skips))
    good=$(count '^ok ')
    # cmocka's status is the number of failed tests, a skip is none: any other non-zero is a crash, a time-out (124), or
    # a program that could not start. A program without a test is a mistake, too. Each is one failure more.
    if [ $((good + bad + skips)) -eq 0 ] || { [ $status -ne 0 ] && [ $status -ne $bad ]; }; then
        echo "not ok - ${program##*/} ended with status $status after $((good + bad + skips)) tests"
        bad=$((bad + 1))
    fi
    if [ "${BG_MUST_RUN:-0}" = 1 ] && [ "$skips" -gt 0 ]; then
        echo "# $skips skipped: a failure, as BG_MUST_RUN=1"
        bad=$((bad + skips)) skips=0
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
