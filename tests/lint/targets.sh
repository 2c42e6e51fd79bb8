#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# targets.sh: each target that .PHONY or a text names has a rule. make calls one that has none "nothing to be done", and
# succeeds. Run from the top.
set -u
failed=0
makefile=$(sed -e ':join' -e '/\\$/N; s/\\\n//; tjoin' Makefile)
rules=$(grep -oE '^[a-z][a-z-]*( [a-z-]+)*:([^=]|$)' <<<"$makefile" | tr -d ':' | tr ' ' '\n' | sort -u)
phony=$(sed -nE 's/^\.PHONY://p' <<<"$makefile" | tr -s ' ' '\n' | grep -E '^[a-z]')
# `make NAME ...` at the start of a line of commands, in back quotes, or behind && or a pipe; .ci/run has `step make NAME`.
mapfile -t texts < <(find . -path ./build -prune -o -name '*.md' -print)
# shellcheck disable=SC2016 # back quotes of Markdown
named=$(grep -ohE '(^ *|`|&& |^step )make( [A-Z]+=[^ `]+| [a-z][a-z-]+)+' "${texts[@]}" .ci/run |
    sed -E 's/.*make//' | tr ' ' '\n' | grep -E '^[a-z]')
if [ -z "$phony" ] || [ -z "$named" ]; then echo 'no targets found' && failed=1; fi
while read -r target; do
    grep -qxF -e "$target" <<<"$rules" || { echo "$target: no rule in the Makefile"; failed=1; }
done < <(sort -u <<<"$phony"$'\n'"$named")
exit $failed
