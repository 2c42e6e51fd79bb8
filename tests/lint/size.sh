#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# size.sh: a function fits a screen (60 lines, braces included), a file has one subject (300 lines). Run from the top.
set -u
find shim include launcher -name '*.[ch]' -print0 | sort -z | xargs -0 awk '
    FNR == 1 { if (file && lines > 300) { print file ": " lines " lines"; bad = 1 } file = FILENAME; open = 0 }
    { lines = FNR }
    /^\{/ { open = FNR }
    /^\}/ {
        size = FNR - open + 1
        if (open && size > 60) { print FILENAME ":" open ": function of " size " lines"; bad = 1 }
        open = 0
    }
    END { if (lines > 300) { print file ": " lines " lines"; bad = 1 } exit bad }'
