#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# demo.sh LIBRARY: two unmodified servers, unguarded and guarded, asked from this machine and from a second host. Both
# hosts are network namespaces of this script's own; nothing outside them is touched.
set -eu
library=$1
if [ "${2:-}" != inside ]; then
    if [ "$(id -u)" -eq 0 ]; then exec unshare -n "$0" "$library" inside; fi
    exec unshare -Urn "$0" "$library" inside
fi

folder=$(mktemp -d)
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap cleanup EXIT

# The second host: a namespace held open by a process, and a cable to it.
unshare -n sleep 600 &
peer=$!
pids+=("$peer")
until [ "$(readlink "/proc/$peer/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do read -rt 0.05 <> <(:) || true; done
there() { nsenter -t "$peer" -n "$@"; }
ip link set lo up
ip link add cable0 type veth peer name cable1 netns "$peer"
ip link set cable0 up
ip addr add 192.168.77.1/24 dev cable0
ip addr add fd77::1/64 dev cable0 nodad
there ip link set cable1 up
there ip addr add 192.168.77.2/24 dev cable1
there ip addr add fd77::2/64 dev cable1 nodad

ask() { # ask URL [on the second host]: "answers" or "refused"
    local run=()
    [ "${2:-}" != there ] || run=(there)
    if "${run[@]}" curl -gs -o /dev/null --max-time 3 "$1"; then echo answers; else
        [ $? -eq 7 ] && echo refused || echo "no answer"
    fi
}
wait_for() { # wait_for PORT: until the socket table has it
    for _ in $(seq 200); do
        [ -z "$(ss -Hltn "sport = :$1")" ] || return 0
        read -rt 0.05 <> <(:) || true
    done
    echo "demo: nothing listens on port $1" >&2
    cat "$folder"/*.out >&2
    exit 1
}
failed=0
row() { # row NAME PORT FAMILIES WANTED: one line of the table; WANTED is what the second host must get
    local here4 here6=- there4 there6=-
    here4=$(ask "http://127.0.0.1:$2/")
    there4=$(ask "http://192.168.77.1:$2/" there)
    if [ "$3" = both ]; then
        here6=$(ask "http://[::1]:$2/")
        there6=$(ask "http://[fd77::1]:$2/" there)
        [ "$here6 $there6" = "answers $4" ] || failed=1
    fi
    [ "$here4 $there4" = "answers $4" ] || failed=1
    printf '  %-30s %-11s %-11s %-11s %-11s\n' "$1" "$here4" "$here6" "$there4" "$there6"
}
round() { # round TITLE WANTED [VARIABLE=VALUE ...]: start both servers with this environment, ask, stop
    local title=$1 wanted=$2
    shift 2
    env "$@" /usr/bin/python3 -m http.server --directory "$folder" 8000 >"$folder/python.out" 2>"$folder/python.err" &
    local python=$!
    env "$@" node -e "require('http').createServer((q, r) => r.end('hello')).listen(3000)" \
        >"$folder/node.out" 2>"$folder/node.err" &
    local node=$!
    pids+=("$python" "$node")
    wait_for 8000
    wait_for 3000
    printf '%s\n  %-30s %-23s %s\n' "$title" '' 'asked from this machine' 'from the second host'
    printf '  %-30s %-11s %-11s %-11s %-11s\n' 'server' 127.0.0.1 ::1 'by IPv4' 'by IPv6'
    row 'python3 -m http.server 8000' 8000 ipv4 "$wanted"
    row 'node http, listen(3000)' 3000 both "$wanted"
    printf '\n  ss -ltn shows:\n'
    ss -Hltn | awk '{ print "    " $4 }'
    kill "$python" "$node"
    wait "$python" "$node" 2>/dev/null || true
}

echo 'Two unmodified servers; this machine is 192.168.77.1, the second host 192.168.77.2.'
echo
round 'Unguarded:' answers BINDGUARD_MODE=enforce
echo
round 'Guarded, LD_PRELOAD=libbindguard.so:' refused "LD_PRELOAD=$library" BINDGUARD_CONFIG=
printf '\n  and said on stderr:\n'
grep -h '^bindguard' "$folder/python.err" "$folder/node.err" | sed 's/^/    /'
echo
if [ $failed -ne 0 ]; then
    echo 'demo: not as it should be' >&2
    exit 1
fi
echo 'Both servers still answer here, and nobody else reaches them.'
