#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [-j JOBS] [-s VARIANT] PROGRAM... [-- PROGRAM...]: runs cmocka programs, one after another or JOBS at a time, and
# counts. Those behind a `--` start when those before it have ended. Each is run, whichever fails. A skip
# is a failure where BG_MUST_RUN=1, so that none can hide in CI, but for those that tests/skipped.txt has for VARIANT or this kernel: just
# they are skipped there. A test that it has for `caged` may fail where root has not all capabilities, as in containers: that
# is a skip, too. cmocka 1.1.5 prints a skip as `not ok N # SKIP`, 1.1.7 as `ok N # SKIP`, so it is read first. A
# program that ends with status 77 before its first test is skipped whole; it says why.
set -u
here=$(dirname "$0")
[ -n "${BG_ROOTED:-}" ] || BG_ROOTED=1 exec "$here/rooted.sh" "$0" "$@"
passed=0 failed=0 skipped=0 jobs=1 variant=-
while getopts j:s: option; do
    case $option in
    j) jobs=$OPTARG ;;
    s) variant=$OPTARG ;;
    *) exit 1 ;;
    esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { echo 'run.sh: no test program given' >&2; exit 1; }
logs=$(mktemp -d)
# A kernel may execute no i386 programs: asked with one that has been built for the tests.
int80=${1%%/tests/*}/hosts/int80 kernel=-
if [ -x "$int80" ] && { "$int80" >"$logs/int80" 2>&1; [ $? -eq 126 ]; }; then kernel=no-i386; fi
# It may have no eBPF for cgroups: too old, without a description of itself, or closed to us.
bpf=-
version=$(uname -r)
if [ "$(printf '%s\n' 6.1 "$version" | sort -V | head -1)" != 6.1 ] || [ ! -r /sys/kernel/btf/vmlinux ] ||
    ! grep -qw cgroup2 /proc/filesystems || ! PATH=$PATH:/usr/sbin bpftool prog show >/dev/null 2>&1; then bpf=no-bpf; fi
awk -v variant="$variant" -v kernel="$kernel" -v bpf="$bpf" '
    $1 == variant || (kernel != "-" && $1 == kernel) || (bpf != "-" && $1 == bpf) { print $2 }' \
    "$here/skipped.txt" | sort >"$logs/impossible"
# Names of the tests that need a root who has CAP_SYS_ADMIN (21, capability.h), where we are one who has not.
: >"$logs/caged"
if [ "$(id -u)" -eq 0 ] && [ $((0x$(sed -n 's/^CapEff:\t//p' /proc/self/status) >> 21 & 1)) -eq 0 ]; then
    awk '$1 == "caged" { print $2 }' "$here/skipped.txt" | sort >"$logs/caged"
fi
declare -A programs=() started=() # by pid, those that run, and when they did
# shellcheck disable=SC2317 # reached through trap
end() {
    for pid in "${!programs[@]}"; do kill "$pid"; done
    rm -rf "$logs"
}
trap end EXIT
export CMOCKA_MESSAGE_OUTPUT=TAP
# A make that a test starts has the variables of the one that runs us, and none of its flags: it is no part of it, so it
# prints no folders and asks no job server.
case ${MAKEFLAGS:-} in
*' -- '*) MAKEFLAGS="-- ${MAKEFLAGS#* -- }" ;;
*) unset MAKEFLAGS ;;
esac
unset MAKELEVEL MFLAGS

# count PATTERN: lines of the log, which may hold any bytes that a program under test wrote.
count() {
    grep -acE "$1" "$log"
}

# wrong_skips: names of the tests of the log that were skipped though they must not be, or run though they are listed.
wrong_skips() {
    sed -nE 's/^(not )?ok .*# SKIP //p' "$log" | sort | comm -23 - "$logs/impossible"
    sed -nE 's/^(not )?ok [0-9]+ - //p' "$log" | sort | comm -12 - "$logs/impossible"
}

# log_of PROGRAM: rooms have programs of the same name.
log_of() {
    printf '%s' "$logs/${1//\//,}"
}

# report PROGRAM STATUS SECONDS: what it said, and the sums.
report() {
    local log skips bad good wrong caged
    log=$(log_of "$1")
    echo "# ${1##*/tests/}, $3 s"
    cat "$log"
    skips=$(count '^(not )?ok .*# SKIP')
    bad=$(($(count '^not ok ') - $(count '^not ok .*# SKIP')))
    good=$(($(count '^ok ') - $(count '^ok .*# SKIP')))
    # cmocka's status is the number of failed tests, a skip is none: any other non-zero is a crash, a time-out (124), or
    # a program that could not start. A program without a test is a mistake, too. Each is one failure more.
    if [ "$2" -eq 77 ] && [ $((good + bad + skips)) -eq 0 ]; then
        echo "ok # SKIP ${1##*/}" | tee -a "$log"
        skips=1
    elif [ $((good + bad + skips)) -eq 0 ] || { [ "$2" -ne 0 ] && [ "$2" -ne $bad ]; }; then
        echo "not ok - ${1##*/} ended with status $2 after $((good + bad + skips)) tests"
        bad=$((bad + 1))
    fi
    mapfile -t caged < <(sed -nE '/# SKIP/d; s/^not ok [0-9]+ - //p' "$log" | grep -xFf "$logs/caged")
    for test in "${caged[@]}"; do echo "# $test: skipped, it needs a root with all capabilities"; done
    bad=$((bad - ${#caged[@]})) skips=$((skips + ${#caged[@]}))
    if [ "${BG_MUST_RUN:-0}" = 1 ]; then
        bad=$((bad + ${#caged[@]}))
        mapfile -t wrong < <(wrong_skips)
        for test in "${wrong[@]}"; do
            echo "# $test: skipped, or not as tests/skipped.txt has it: a failure, as BG_MUST_RUN=1"
        done
        bad=$((bad + ${#wrong[@]}))
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

# reap: wait for one of those that run. bash forgets a job that a signal ends while it waits for no job, all but its status.
reap() {
    local pid status
    wait -n -p pid "${!programs[@]}" 2>/dev/null
    status=$?
    if [ -z "${pid:-}" ]; then
        for pid in "${!programs[@]}"; do kill -0 "$pid" 2>/dev/null || break; done
        wait "$pid"
        status=$?
    fi
    report "${programs[$pid]}" $status $((SECONDS - ${started[$pid]}))
    unset "programs[$pid]"
}

for program; do
    if [ "$program" = -- ]; then
        while [ ${#programs[@]} -gt 0 ]; do reap; done
        continue
    fi
    log=$(log_of "$program")
    begun=$SECONDS
    if [ "$jobs" -eq 1 ]; then
        timeout -k 10 900 "$program" >"$log" 2>&1 </dev/null
        report "$program" $? $((SECONDS - begun))
        continue
    fi
    [ ${#programs[@]} -lt "$jobs" ] || reap
    # A background job of a script ignores interrupts; programs under test are to see the default.
    env --default-signal=INT,QUIT timeout -k 10 900 "$program" >"$log" 2>&1 </dev/null &
    programs[$!]=$program started[$!]=$begun
done
while [ ${#programs[@]} -gt 0 ]; do reap; done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
