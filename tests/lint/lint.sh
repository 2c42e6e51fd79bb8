#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# lint.sh SRC OUT LIBRARY: runs every lint, says ok or FAIL for each, and fails if one does. OUT has the objects.
set -u
[ $# -eq 3 ] || { echo 'usage: lint.sh SRC OUT LIBRARY' >&2; exit 1; }
cd "$1" || exit 1
out=$2 library=$3 lint=tests/lint failed=0
mapfile -t sources < <(find shim include launcher tests -name '*.[ch]' | sort)
# What is compiled for the kernel, by another compiler and with other headers, is checked by that and by the verifier.
mapfile -t units < <(find shim launcher -name '*.c' ! -name '*.bpf.c' | sort)
mapfile -t scripts < <(find tests -name '*.sh' | sort)
flags=(-std=gnu11 -D_GNU_SOURCE '-DBG_VERSION="x"' '-DBG_SYSCONFDIR="/etc"' '-DBG_LIBDIR="/usr/lib"' -Iinclude -Ishim -I. -isystem "$out/gen")
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# check NAME COMMAND...: one line; what the command said only where it failed.
check() {
    local name=$1
    shift
    if "$@" >"$log" 2>&1; then
        echo "ok   $name"
    else
        echo "FAIL $name"
        grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed |^Use -header-filter' "$log"
        failed=1
    fi
}

# Its checks clang-analyzer-*, for editors, are those that scan-build makes here.
# shellcheck disable=SC2317 # reached through check
tidy() {
    printf '%s\0' "${units[@]}" | xargs -0 -P 2 -I{} clang-tidy --quiet '--checks=-clang-analyzer-*' {} -- "${flags[@]}"
}

# shellcheck disable=SC2317 # reached through check
scan() {
    local reports=$out/scan-build checkers=()
    for checker in nullability optin.portability optin.performance security valist; do
        checkers+=(-enable-checker "$checker")
    done
    # shellcheck disable=SC2016 # for the inner shell
    # object.c is what bpftool has made, in which a leak is seen that there is none of.
    printf '%s\0' "${units[@]}" | grep -zv '^shim/cgroup/object.c$' | scan-build --status-bugs -o "$reports" "${checkers[@]}" \
        -disable-checker security.insecureAPI.DeprecatedOrUnsafeBufferHandling \
        sh -c 'xargs -0 -P 2 -I{} "$CC" "$@" -c -o /dev/null {}' sh "${flags[@]}"
}

check format clang-format --dry-run -Werror "${sources[@]}"
check tidy tidy
check scan-build scan
check cppcheck cppcheck --quiet --enable=warning,portability --error-exitcode=1 --inline-suppr \
    --suppressions-list=$lint/cppcheck-suppressions.txt --std=c11 -i shim/cgroup/guard.bpf.c "${flags[@]:1:7}" shim launcher
check shellcheck shellcheck -x "${scripts[@]}" launcher/completion.bash .ci/run
# nd: a macro of mdoc(7); statics: functions of one file; doas: a command; optin: checkers of clang; chek: "did you mean check?"
check codespell codespell -L nd,statics,doas,optin,chek -S package-lock.json,tests/fuzz/corpus \
    shim include launcher tests conf man .ci ./*.md Makefile
check mandoc mandoc -T lint -W warning man/*.[1-8]
check options $lint/options.sh
check layering $lint/layering.sh
check contracts $lint/contracts.sh "$out"
check sigsafe $lint/sigsafe.sh "$out"
check exports $lint/exports.sh "$library"
check size $lint/size.sh
check words $lint/words.sh
check targets $lint/targets.sh
check breaks $lint/breaks.sh
exit $failed
