#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# options.sh: each subcommand's options, as the tables of launcher/command_options.c have them, are those of bindguard(1) and of
# the completion. Run from the top.
set -u
failed=0
tables=$(tr -s '\n\t\\ ' '    ' <launcher/command_options.c)
# What two tables share is a macro there.
shared=${tables#*'#define RUN_OPTIONS '} shared=${shared%% static const *}
tables=${tables// RUN_OPTIONS, / $shared, }
# shellcheck source=launcher/completion.bash
. launcher/completion.bash

# Lines `-c --config FILE`; `-` for a letter that there is not.
in_table() {
    grep -o "option_spec ${1}_options\[\] = {.*" <<<"$tables" | sed 's/ {0},\? };.*//; s/HELP_OPTION/{ '"'h', \"help\", NULL, \"\"}/" |
        grep -oE "\{ ?('.'|0), \"[a-z0-9-]+\", (NULL|\"[A-Z]+\")" |
        sed -E "s/\{ ?('(.)'|0), \"([^\"]+)\", (NULL|\"([A-Z]+)\")/-\2 --\3 \5/; s/ \$//" | sort
}

in_manual() {
    sed -n "/^\.Ss bindguard $1\( .*\)\{0,1\}\$/,/^\.S[sh] /p" man/bindguard.1 |
        sed -nE 's/^\.It Fl (.) , Fl -([a-z0-9-]+)( Ar ([A-Z]+))?$/-\1 --\2 \4/p; s/^\.It Fl -([a-z0-9-]+)( Ar ([A-Z]+))?$/- --\1 \3/p' |
        sed 's/ $//' | sort
}

# The argument's name is not known there, only whether there is one.
in_completion() {
    local option
    COMP_WORDS=(bindguard "$1" -) COMP_CWORD=2 COMP_LINE="bindguard $1 -"
    _bindguard
    for option in "${COMPREPLY[@]}"; do
        if _bindguard_takes_argument "$1" "$option"; then
            printf '%s +\n' "$option"
        else
            printf '%s\n' "$option"
        fi
    done | sort
}

# same WHAT EXPECTED FOUND
same() {
    if ! diff <(printf '%s\n' "$2") <(printf '%s\n' "$3"); then
        echo "$1: < is what launcher/command_options.c has, > what is there"
        failed=1
    fi
}

mapfile -t subcommands < <(grep -oE 'option_spec [a-z]+_options\[\]' <<<"$tables" | sed -E 's/.* ([a-z]+)_.*/\1/')
[ ${#subcommands[@]} -ge 4 ] || { echo 'fewer than 4 subcommands found'; failed=1; }
for subcommand in "${subcommands[@]}"; do
    options=$(in_table "$subcommand")
    [ -n "$options" ] || { echo "no options found of $subcommand"; failed=1; }
    same "bindguard(1), $subcommand" "$options" "$(in_manual "$subcommand")"
    # One line for each form: `-c +` and `--config +`.
    forms=$(awk '{ sign = NF > 2 ? " +" : ""; if ($1 != "-") print $1 sign; print $2 sign }' <<<"$options" | sort)
    same "completion, $subcommand" "$forms" "$(in_completion "$subcommand")"
    grep -q "^\.Cm $subcommand\$\|^\.Op Cm $subcommand\$" man/bindguard.1 ||
        { echo "bindguard(1): $subcommand is not in the synopsis"; failed=1; }
done
COMP_WORDS=(bindguard '') COMP_CWORD=1 COMP_LINE='bindguard '
_bindguard
same 'completion, subcommands' "$(printf '%s\n' "${subcommands[@]}" | sort)" "$(printf '%s\n' "${COMPREPLY[@]}" | sort)"
exit $failed
