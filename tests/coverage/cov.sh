#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cov.sh SRC OUT IMAGE... -- PROGRAM...: runs the tests, built in OUT with VARIANT=cov, and says what of each room they
# reached, against the goals. An IMAGE holds counters, see counters.c. Fails where a goal is missed. A test that fails is
# named, and what it reached counts. Run by `make cov`.
set -u
src=$1 out=$2
shift 2
images=()
while [ "$1" != -- ]; do images+=("$1") && shift; done
shift
log=$out/coverage.log json=$out/coverage.json failed=0
# ROOM LINES BRANCHES, in per cent; 0 is no goal.
goals='shim/core 100 100
shim/guard 90 90
shim/load 90 90
shim/preload 90 90
shim/seccomp 90 90
launcher 0 0'

rm -rf "$out/counters" "$json" && mkdir -m 1777 "$out/counters" || exit 1
find "$out/obj" -name '*.gcda' -delete
"$src/tests/run.sh" "$@" | tee "$log"

# gcda_of COMMAND...: let an image write what it has counted, added to what the others have.
for image in "${images[@]}" "$@"; do
    case $image in
    *.so) BG_COVERAGE_COLLECT=1 LD_PRELOAD=$image env true ;; # no builtin
    *) BG_COVERAGE_COLLECT=1 "$image" >/dev/null 2>&1 </dev/null ;;
    esac || { echo "cov: the counts of ${image#"$out/"} cannot be read" && failed=1; }
done
gcovr -r "$src" --object-directory "$out/obj" --filter "$src/shim/" --filter "$src/launcher/" --json "$json" \
    "$out/obj/shim" "$out/obj/launcher" || exit 1

# What was not reached: one line of the source each, with the number of branches not taken.
jq -r '.files[] | .file as $file | .lines[] | select(.["gcovr/noncode"] != true) |
    (.branches | map(select(.count == 0)) | length) as $missed | select(.count == 0 or $missed > 0) |
    "\($file):\(.line_number): \(if .count == 0 then "not reached" else "\($missed) of \(.branches | length) branches" end)"' \
    "$json" >"$out/coverage.left"

printf '\n%-20s %16s %7s   %16s %7s   %s\n' room lines '' branches '' goal
while read -r room lines branches; do
    # shellcheck disable=SC2016 # of jq
    sums=$(jq -r --arg room "$room" '[.files[] | select(.file | startswith($room + "/")) | .lines[] |
        select(.["gcovr/noncode"] != true)] |
        [length, (map(select(.count > 0)) | length), (map(.branches | length) | add // 0),
        (map(.branches[] | select(.count > 0)) | length)] | @tsv' "$json")
    awk -v room="$room" -v lines="$lines" -v branches="$branches" '{
        line = $1 ? 100 * $2 / $1 : 0; branch = $3 ? 100 * $4 / $3 : 0
        missed = line < lines || branch < branches
        printf "%-20s %7d of %5d %6.1f%%   %7d of %5d %6.1f%%   ", room, $2, $1, line, $4, $3, branch
        print !branches ? "-" : branches "%" (missed ? ", missed" : "")
        exit missed }' <<<"$sums" || failed=1
done <<<"$goals"
echo "what was not reached, by line: $out/coverage.left"

mapfile -t bad < <(grep -a '^not ok ' "$log" | grep -av '# SKIP')
if [ ${#bad[@]} -gt 0 ]; then
    echo "${#bad[@]} tests failed in this build; what they reached is counted:"
    printf '    %s\n' "${bad[@]}"
fi
exit $failed
