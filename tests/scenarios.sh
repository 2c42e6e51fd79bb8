#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# scenarios.sh OUT PROGRAM...: runs the preload tests and writes two tables: OUT/scenarios/all.md, what each scenario measured
# and the deliberate breaks (tests/breaks/*.txt) that it was seen to fail by; and OUT/scenarios/SCENARIOS.md, a line a
# program, which is published as tests/SCENARIOS.md. Run by `make scenarios`, from the top.
set -u
out=$1/scenarios
shift
failed=0
mkdir -p "$out"
log=$out/log all=$out/all.md summary=$out/SCENARIOS.md

# breaks_of PROGRAM TEST: names of the breaks that name the test.
breaks_of() {
    awk -v program="$1" -v test="$2" '
        $1 == "break" { name = $2 }
        $1 == "test" && $2 == program { for (i = 3; i <= NF; i++) if ($i == test) print name }
    ' tests/breaks/*.txt | sort -u
}

# subject_of PROGRAM: the first sentence of its source.
subject_of() {
    sed -n '2,/\*\//{ s/^ \* //; s| *\*/.*||; p; /\*\//q }' "tests/$1.c" | paste -sd' ' | sed -E 's/^[^ ]+ - //; s/[.;] .*|\.$//'
}

made="Made by \`make scenarios\` on $(date -u +%F), Linux $(uname -r | cut -d- -f1), $(getconf GNU_LIBC_VERSION)."
cat >"$all" <<EOF
# Scenarios under the preload

$made Each scenario is a test of \`tests/preload\`; the last column names the deliberate breaks of the library
(\`tests/breaks\`) under which it was seen to fail: \`make check-breaks\` repeats that.
EOF
cat >"$summary" <<EOF
# Scenarios under the preload

$made A scenario is a test of \`tests/preload\`: a program that is run
under the guard, most often bare as well. The last column counts the deliberate breaks of the library (\`tests/breaks\`) under
which one of them was seen to fail. \`make scenarios\` runs them again and writes what each measured, and its breaks.

| program | scenarios of | how many | breaks |
|---|---|---|---|
EOF
for program; do
    name=${program##*/tests/} count=0 bad=0 seen=''
    printf '\n## %s\n\n| scenario | result | figures of this run | fails when |\n|---|---|---|---|\n' "${name#*/}" >>"$all"
    CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 900 "$program" >"$log" 2>&1 </dev/null || failed=1
    figures=
    while IFS= read -r line; do
        case $line in
        '# figure: '*) figures+=${figures:+; }${line#'# figure: '} ;;
        'ok '*' - '* | 'not ok '*' - '* | 'ok '*'# SKIP'* | 'not ok '*'# SKIP'*)
            result=${line%% [0-9]*}
            case $line in *'# SKIP'*) result=skipped ;; esac
            test=${line##* }
            breaks=$(breaks_of "$name" "$test")
            printf '| %s | %s | %s | %s |\n' "$test" "$result" "${figures//|/\\|}" "${breaks//$'\n'/, }" >>"$all"
            count=$((count + 1)) figures='' seen+=$breaks$'\n'
            [ "$result" = ok ] || bad=$((bad + 1))
            ;;
        esac
    done < <(tr -d '\000' <"$log")
    printf '| %s | %s | %d%s | %d |\n' "${name#*/}" "$(subject_of "$name")" $count "$([ $bad -eq 0 ] || echo ", $bad not ok")" \
        "$(sort -u <<<"$seen" | grep -c .)" >>"$summary"
done
rm -f "$log"
echo "wrote $all, and $summary for tests/"
exit $failed
