#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# contracts.sh OUT: what a room has for others stands in include/bindguard, and a header pairs with the source of its name.
# From real includes and real objects; OUT has them. Run from the top.
#
# - A header of shim/ROOM is included by that room alone; so is one of launcher/ROOM, but for program/ and sockets/, which
#   all of the command share, and run/, of which `prove` has what starts CMD. Tests may include all.
# - A function that X.h declares is defined in X.c or X_*.c, or inline in X.h. calls.h is left out: the intercepted calls are
#   libc's; and command_NAME() of launcher/NAME/, which stand in the one table of subcommands.
# - No two files have one name.
# - What launcher/ROOM/X_Y.c defines for other files begins with its subject: X_Y, X, or ROOM; a plural counts as its singular.
# - *.bpf.[ch] are one program for the kernel, which has no symbols for others, and core's sources in it.
# - The head of a source names it, so that a file that is renamed does not go on under its old name.
# What this does not see: types, macros and variables; a declaration that spans an #ifdef.
set -u
out=$1/obj failed=0
shopt -s nullglob

# say LINE...: a fault.
say() {
    echo "$*"
    failed=1
}

# is_seen_by HEADER FILE: may FILE include HEADER? A header beside its source, or of a room that is shared.
is_seen_by() {
    local header=$1 file=$2 room
    case $header in
    include/*) return 0 ;;
    launcher/program/* | launcher/sockets/*) [[ $file == launcher/* ]] && return ;;
    launcher/run/*) [[ $file == launcher/prove/* || $file == launcher/main.c ]] && return ;;
    launcher/*/*) [ "$file" = launcher/main.c ] && return ;;
    launcher/*) [[ $file == launcher/* ]] && return ;;
    shim/core/*.c) [ "$file" = shim/cgroup/core.bpf.h ] && return ;;
    esac
    room=$(cut -d/ -f1,2 <<<"$header")
    [[ $file == "$room"/* ]]
}

# has_subject FILE SYMBOL: does the name of an external symbol say whose it is? A subject of its own:
# - options_, of struct options, a command line being read: its functions stand beside the tables that they read.
# - command_NAME(), the one function of launcher/NAME/ that main.c calls.
has_subject() {
    local symbol=$2 room stem
    room=$(basename "$(dirname "$1")") stem=$(basename "$1" .c)
    case $1:$symbol in
    launcher/command_options.c:options_* | "launcher/$room/"*":command_$room") return 0 ;;
    esac
    for subject in "$stem" "${stem%%_*}" "$room"; do
        case $symbol in
        "$subject" | "${subject}s" | "${subject}_"* | "${subject%s}_"*) return 0 ;;
        esac
    done
    return 1
}

# declared HEADER: the functions that it declares.
declared() {
    cpp -fpreprocessed -dD -P "$1" 2>/dev/null | sed '/^ *#/d' | tr '\n' ' ' |
        sed -E 's/__attribute__ *\(\([^;{]*\)\)//g; s/\{[^{}]*\}/{}/g; s/\{[^{}]*\}/{}/g; s/\{[^{}]*\}/{}/g; s/[;{}]+/\n/g' |
        grep -vE '^ *(typedef|extern|struct [a-z_]+ *$)|\bstatic\b|=|\(\*' |
        sed -nE 's/^[^(]*[ *]([a-z_][a-z0-9_]*)\(.*\)[^)]*$/\1/p'
}

mapfile -t headers < <(find include shim launcher -name '*.h' ! -name '*.bpf.h' | sort)
mapfile -t files < <(find include shim launcher -name '*.[ch]' | sort)
declare -A defined=()
for file in "${files[@]}"; do
    while read -r included; do
        for place in "include/$included" "shim/$included" "$included"; do
            [ -f "$place" ] || continue
            is_seen_by "$place" "$file" || say "$file includes $place, which is another room's"
            break
        done
    done < <(sed -nE 's/^ *# *include *"([^"]+)".*/\1/p' "$file")
    [[ $file == *.c && $file != *.bpf.c ]] || continue
    [ -f "$out/${file%.c}.o" ] || { say "$file: not built"; continue; }
    while read -r symbol; do
        defined[$symbol]+=" $file"
        [[ $file != launcher/* ]] || has_subject "$file" "$symbol" ||
            say "$file defines $symbol, whose name does not begin with its subject"
    done < <(nm -g --defined-only "$out/${file%.c}.o" | awk '{ print $NF }')
done
for header in "${headers[@]}"; do
    stem=$(basename "$header" .h)
    [ "$stem" != calls ] || continue
    while read -r function; do
        for source in ${defined[$function]:-nowhere}; do
            [[ $header == launcher/command.h && $source == launcher/"${function#command_}"/* ]] && continue
            [[ $(basename "$source" .c) == "$stem" || $(basename "$source") == "$stem"_* ]] ||
                say "$header declares $function(), which is defined in $source"
        done
    done < <(declared "$header")
done
while read -r file; do
    head -3 "$file" | grep -qwF -e "${file##*/}" || say "$file: its head does not name it"
done < <(find include shim launcher tests -name '*.[ch]' | sort)
twice=$(printf '%s\n' "${files[@]##*/}" | sort | uniq -d)
[ -z "$twice" ] || say "names that two files have: $(paste -sd' ' <<<"$twice")"
[ ${#headers[@]} -gt 20 ] || say 'no headers found'
exit $failed
