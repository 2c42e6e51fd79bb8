#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh PROGRAM...: runs cmocka programs one after another and counts. A skip is a failure where BG_MUST_RUN=1, so that
# none can hide in CI; cmocka 1.1.5 prints one as `not ok N # SKIP`, so a skip is read before a failure.
set -u
passed=0 failed=0 skipped=0
[ $# -gt 0 ] || { echo 'run.sh: no test program given' >&2; exit 1; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for program; do
    echo "# ${program##*/tests/}"
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 300 "$program" >"$log" 2>&1 </dev/null
    status=$?
    cat "$log"
    skips=$(grep -cE '^not ok .*# SKIP' "$log")
    bad=$(grep -E '^not ok ' "$log" | grep -cvE '# SKIP')
    good=$(grep -cE '^ok ' "$log")
    # A crash, a time-out or a program without a test is one failure more.
    if [ "$((good + bad + skips))" -eq 0 ] || { [ "$status" -ne 0 ] && [ "$bad" -eq 0 ] && [ "$skips" -eq 0 ]; } ||
        [ "$status" -ge 124 ]; then
        echo "not ok - ${program##*/} ended with status $status"
        bad=$((bad + 1))
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
done
[ "${BG_MUST_RUN:-0}" != 1 ] || { failed=$((failed + skipped)); }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
