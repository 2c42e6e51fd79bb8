#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# size.sh: a function fits a screen (60 lines, braces included), a file has one subject (300 lines; a test's file 400, whatever
# the size of its functions), and a line of a comment, which clang-format leaves as it is, is of 132 columns at most. Run
# from the top.
set -u
# Files of tests that may be longer, and why.
longer='tests/conformance/table.c            one table, a row a case
tests/preload/hosts/client_ways.c    a host is one source, which is built into one program
tests/preload/hosts/leaky.c          the same
tests/preload/hosts/random_calls.c   the same'
failed=0
find shim include launcher -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
    FNR == 1 { if (file && lines > 300) { print file ": " lines " lines"; bad = 1 } file = FILENAME; open = 0 }
    { lines = FNR }
    /^\{/ { open = FNR }
    /^\}/ {
        size = FNR - open + 1
        if (open && size > 60) { print FILENAME ":" open ": function of " size " lines"; bad = 1 }
        open = 0
    }
    END { if (lines > 300) { print file ": " lines " lines"; bad = 1 } exit bad }' || failed=1
while read -r lines file; do
    grep -q "^$file " <<<"$longer" && continue
    [ "$lines" -le 400 ] || { echo "$file: $lines lines"; failed=1; }
done < <(find tests -name '*.[ch]' -exec wc -l {} + | grep -v ' total$')
find shim include launcher tests -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
    length > 132 && /^[ \t]*(\/\*|\*)/ { print FILENAME ":" FNR ": comment of " length " columns"; bad = 1 }
    END { exit bad }' || failed=1
# An exception that none is any more goes.
while read -r file _; do
    [ ! -f "$file" ] || [ "$(wc -l <"$file")" -le 400 ] || continue
    echo "size.sh: $file needs no exception"
    failed=1
done <<<"$longer"
exit $failed
