#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scenarios.sh PROGRAM...: runs the preload tests and prints their scenarios as a Markdown table: what each run measured,
# and the deliberate break (tests/breaks/*.txt) that each was seen to fail by. `make scenarios` writes it into
# tests/SCENARIOS.md. Run from the top.
set -u
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# breaks_of PROGRAM TEST: names of the breaks that name the test.
breaks_of() {
    awk -v program="$1" -v test="$2" '
        $1 == "break" { name = $2 }
        $1 == "test" && $2 == program { for (i = 3; i <= NF; i++) if ($i == test) print name }
    ' tests/breaks/*.txt | sort -u | paste -sd' ' | sed 's/ /, /g'
}

cat <<EOF
# Scenarios under the preload

Made by \`make scenarios\` on $(date -u +%F), Linux $(uname -r | cut -d- -f1), $(getconf GNU_LIBC_VERSION). Each scenario is a
test of \`tests/preload\`; the last column names the deliberate breaks of the library (\`tests/breaks\`) under which it was
seen to fail: \`make check-breaks\` repeats that.
EOF
for program; do
    name=${program##*/tests/}
    printf '\n## %s\n\n| scenario | result | figures of this run | fails when |\n|---|---|---|---|\n' "${name#*/}"
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 900 "$program" >"$log" 2>&1 </dev/null || failed=1
    figures=
    while IFS= read -r line; do
        case $line in
        '# figure: '*) figures+=${figures:+; }${line#'# figure: '} ;;
        'ok '*' - '* | 'not ok '*' - '* | 'ok '*'# SKIP'* | 'not ok '*'# SKIP'*)
            result=${line%% [0-9]*}
            case $line in *'# SKIP'*) result=skipped ;; esac
            test=${line##* }
            printf '| %s | %s | %s | %s |\n' "$test" "$result" "${figures//|/\\|}" "$(breaks_of "$name" "$test")"
            figures=
            ;;
        esac
    done < <(tr -d '\000' <"$log")
done
exit $failed
