#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bench.sh OUT [ROUNDS]: nanoseconds a bind(2): bare, with the least listener there can be (floor), that listener woken on
# the same processor (floor-sync, Linux 6.6, as the engine does), and under the engine; interleaved, medians of ROUNDS.
# Budget (spec section 9): what the engine adds is at most 13 / 9.4 = 1.38 times what the floor adds.
set -eu
out=$1 rounds=${2:-9} count=4000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export BINDGUARD_CONFIG='' BINDGUARD_LOG=none

median() { sort -n "$1" | sed -n "$((rounds / 2 + 1))p"; }

for address in 127.0.0.1 0.0.0.0; do
    rm -f "$work"/*
    for ((i = 0; i < rounds; i++)); do
        "$out/bench/bind_loop" $address 8123 $count >>"$work/bare"
        "$out/bench/floor" "$out/bench/bind_loop" $address 8123 $count >>"$work/floor"
        SYNC=1 "$out/bench/floor" "$out/bench/bind_loop" $address 8123 $count >>"$work/sync"
        "$out/supervise_cli" "$out/bench/bind_loop" $address 8123 $count >>"$work/engine"
    done
    bare=$(median "$work/bare") floor=$(median "$work/floor") sync=$(median "$work/sync") engine=$(median "$work/engine")
    awk -v a=$address -v b="$bare" -v f="$floor" -v s="$sync" -v e="$engine" 'BEGIN {
        printf "%-9s bare %d ns; added: floor %d, floor-sync %d, engine %d; engine/floor %.2f\n", a, b, f - b, s - b, e - b,
            (e - b) / (f - b) }'
done
