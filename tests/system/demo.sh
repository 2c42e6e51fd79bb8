#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# demo.sh COMMAND: two unmodified servers, unguarded and guarded, tried from this machine and from a second one by
# `bindguard prove`, COMMAND, in network namespaces of its own; nothing outside them is touched.
set -u
command=$1 failed=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export BINDGUARD_CONFIG=
script="require('http').createServer().listen(3000)"

prove() { # prove STATUS WORD...: what `bindguard prove WORD...` says; it must end with that status
    local wanted=$1 status=0
    shift
    echo "\$ bindguard prove ${*/#"$script"/\"$script\"}"
    "$command" prove "$@" || status=$?
    [ $status -eq "$wanted" ] || failed=1
    echo
}
prove 1 --unguarded -- python3 -m http.server 8000
prove 1 --unguarded -- node -e "$script"
prove 0 -- python3 -m http.server 8000
prove 0 -- node -e "$script"
if [ $failed -ne 0 ]; then
    echo 'demo: not as it should be' >&2
    exit 1
fi
echo 'Both servers still answer here, and nobody else reaches them.'
