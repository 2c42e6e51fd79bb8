#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# targets.sh: each target that has a line of help, that a text names or that a room of tests wants makes something. make calls
# one that does not "nothing to be done", and succeeds. Run from the top.
set -u
failed=0
# make's own view of the rules, a paragraph each: those with a recipe or prerequisites.
made=$(MAKEFLAGS='' make -pRrq FORCE 2>/dev/null |
    awk -v RS= '!/^# Not a target/ && match($0, /(^|\n)[a-z][a-z-]*:( [^\n]|[^=\n]*\n(#[^\n]*\n)*\t)/) {
        line = substr($0, RSTART); sub(/^\n/, "", line); sub(/:.*/, "", line); print line }')
helped=$(sed -nE 's/^([a-z-]+):[^#]*## .*/\1/p' Makefile tests/tests.mk)
rooms=$(printf '%s\n' tests/*/*_test.c | sed -E 's|tests/([^/]*)/.*|check-\1|' | sort -u)
# `make NAME ...` at the start of a line of commands, in back quotes, or behind && or a pipe; .ci/run has `step make NAME`.
mapfile -t texts < <(find . -path ./build -prune -o -name '*.md' -print)
# shellcheck disable=SC2016 # back quotes of Markdown
named=$(grep -ohE '(^ *|`|&& |^step )make( [A-Z]+=[^ `]+| [a-z][a-z-]+)+' "${texts[@]}" .ci/run |
    sed -E 's/.*make//' | tr ' ' '\n' | grep -E '^[a-z]')
if [ -z "$helped" ] || [ -z "$named" ]; then echo 'no targets found' && failed=1; fi
while read -r target; do
    grep -qxF -e "$target" <<<"$made" || { echo "$target: no rule makes it"; failed=1; }
done < <(sort -u <<<"$helped"$'\n'"$named"$'\n'"$rooms")
while read -r target; do
    grep -qxF -e "$target" <<<"$helped" || { echo "$target: a room of tests without a line of help"; failed=1; }
done <<<"$rooms"
exit $failed
