#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh OUT SECONDS TARGET...: fuzzes each target, two at a time, says how much was executed, and fails if one fails.
# New inputs go to OUT/fuzz/corpus/TARGET, those that fail to OUT/fuzz/found/TARGET-*. More options of libFuzzer:
# BG_FUZZ_OPTIONS.
set -u
[ $# -ge 3 ] || { echo 'usage: run.sh OUT SECONDS TARGET...' >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
export here fuzz=$1/fuzz seconds=$2
shift 2

# one TARGET: one line, and the fuzzer's own words where it failed.
one() {
    local target=$1 log=$fuzz/$1.log status executed started
    local seeds=() options=(-max_total_time="$seconds" -print_final_stats=1 -timeout=10
        -rss_limit_mb=2048)
    mkdir -p "$fuzz/corpus/$target" "$fuzz/found"
    [ -x "$fuzz/$target" ] || { echo "FAIL $target: no such target"; return 1; }
    [ ! -d "$here/corpus/$target" ] || seeds+=("$here/corpus/$target")
    case $target in # bytes that there is a use for
    sockaddr) options+=(-max_len=140) ;;
    notify) options+=(-max_len=96) ;;
    event | netlink | interface) options+=(-max_len=2048) ;;
    esac
    [ "$target" != config ] || seeds+=("$here/../../conf")
    [ ! -e "$here/$target.dict" ] || options+=(-dict="$here/$target.dict")
    started=$SECONDS
    # shellcheck disable=SC2086 # options, several
    "$fuzz/$target" "${options[@]}" ${BG_FUZZ_OPTIONS-} -artifact_prefix="$fuzz/found/$target-" \
        "$fuzz/corpus/$target" "${seeds[@]}" >"$log" 2>&1
    status=$?
    executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ $status -eq 0 ]; then
        echo "ok   $target: ${executed:-0} executions in $((SECONDS - started)) s"
    else
        echo "FAIL $target: status $status after ${executed:-?} executions"
        grep -aE -m1 -A40 'broken:|ERROR|runtime error|No such' "$log" || tail -n 40 "$log"
    fi
    return $status
}
export -f one

# shellcheck disable=SC2016 # for the inner shell
printf '%s\0' "$@" | xargs -0 -P 2 -I{} bash -c 'one "$1"' one {}
