# SPDX-License-Identifier: MIT
# bash completion of bindguard(1). Works alone, and better with bash-completion, which then completes CMD's own
# arguments. shellcheck shell=bash

# The options of each subcommand; tests/lint/options.sh compares them with launcher/command_options.c.
_bindguard_options() {
    case $1 in
    run) echo '-c --config -t --to --from --confine --pin -n --observe -l --log -f --format -q --quiet -v --verbose --no-follow --strict -e --engine -h --help' ;;
    check | help) echo '-h --help' ;;
    explain) echo '-e --engine -c --config -t --to --from --confine --pin -p --program --command --connect --v6only --json -h --help' ;;
    list) echo '-a --all --json -h --help' ;;
    prove) echo "--unguarded --json --wait $(_bindguard_options run)" ;;
    esac
}

# Does the option take an argument? Of a group of letters, as in -nt, the last one does.
_bindguard_takes_argument() {
    case $2 in
    --*=*) return 1 ;;
    --*) ;;
    -*) set -- "$1" "-${2: -1}" ;;
    esac
    case $1:$2 in
    run:-[ctlfe] | run:--config | run:--to | run:--from | run:--confine | run:--pin | run:--log | run:--format | run:--engine) ;;
    prove:--wait) ;;
    prove:*) _bindguard_takes_argument run "$2" ;;
    explain:-[cept] | explain:--config | explain:--engine | explain:--to | explain:--from | explain:--confine | explain:--pin | explain:--program | explain:--command) ;;
    *) return 1 ;;
    esac
}

# reply PREFIX WORD...: the words that begin with PREFIX.
_bindguard_reply() {
    local prefix=$1
    shift
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$prefix")
}

_bindguard_files() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

_bindguard_interfaces() {
    local path
    for path in /sys/class/net/*; do
        [ -e "$path" ] && echo "${path##*/}"
    done
}

# argument OPTION PREFIX: what may stand behind the option.
_bindguard_argument() {
    case $1 in
    -c | --config) _bindguard_files "$2" ;;
    --from | --confine | --pin)
        local places
        mapfile -t places < <(_bindguard_interfaces)
        [ "$1" = --from ] && places+=(machine)
        _bindguard_reply "$2" "${places[@]}"
        ;;
    -t | --to)
        local interfaces
        mapfile -t interfaces < <(_bindguard_interfaces)
        _bindguard_reply "$2" "${interfaces[@]}" 127.0.0.1 ::1
        ;;
    -l | --log)
        case $2 in
        */*) _bindguard_files "$2" ;;
        *) _bindguard_reply "$2" stderr syslog journal none ;;
        esac
        ;;
    -f | --format) _bindguard_reply "$2" text json ;;
    -e | --engine) _bindguard_reply "$2" auto preload seccomp cgroup ;;
    -p | --program) mapfile -t COMPREPLY < <(compgen -c -- "$2") ;;
    *) COMPREPLY=() ;;
    esac
}

# operand SUBCOMMAND COUNT PREFIX: what may stand behind the options; COUNT operands are before it.
_bindguard_operand() {
    case $1:$2 in
    run:0 | prove:0)
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -c -- "$3")
        ;;
    check:0) _bindguard_files "$3" ;;
    help:0) _bindguard_reply "$3" run check explain list prove help ;;
    explain:0) _bindguard_reply "$3" tcp mptcp udp udplite sctp dccp raw ;;
    explain:1)
        compopt -o nospace 2>/dev/null # the port is to follow
        _bindguard_reply "$3" 0.0.0.0: 127.0.0.1: '[::]:' '[::1]:'
        ;;
    *) COMPREPLY=() ;;
    esac
}

# The words of the line, and where each starts in COMP_WORDS: bash takes `--config=x` and `[::]:80` apart at = and :
_bindguard_words() {
    local i glue=''
    words=() starts=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        local word=${COMP_WORDS[i]}
        if [ ${#words[@]} -gt 0 ] && { [ -n "$glue" ] || [[ $word == [=:]* && ${COMP_LINE:-x} != *" $word"* ]]; }; then
            words[${#words[@]} - 1]+=$word
        else
            words+=("$word") starts+=("$i")
        fi
        glue=
        [[ $word == *[=:] && ${COMP_LINE:-x} != *"$word "* ]] && glue=1
    done
}

# CMD's own arguments are CMD's affair. AT: its index in COMP_WORDS.
_bindguard_command() {
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    else
        _bindguard_files "${COMP_WORDS[COMP_CWORD]}"
    fi
}

# walk: reads the words before the current one; leaves what the current one is to its caller's variables.
_bindguard_walk() {
    local word
    for (( ; at < ${#words[@]} - 1; at++)); do
        word=${words[at]}
        if [ -n "$option" ]; then
            option=
        elif [ "$options" = 1 ] && [ "$word" = -- ]; then
            options=0
        elif [ "$options" = 1 ] && [[ $word == -?* ]]; then
            _bindguard_takes_argument "$subcommand" "$word" && option=$word
        else
            options=0 operands=$((operands + 1))
            [[ $subcommand == @(run|prove) ]] && return
        fi
    done
}

_bindguard() {
    local words starts subcommand=run at=1 options=1 operands=0 option='' current
    _bindguard_words
    current=${words[${#words[@]} - 1]}
    COMPREPLY=()
    case ${words[1]} in
    run | check | explain | list | prove | help) [ ${#words[@]} -gt 2 ] && subcommand=${words[1]} at=2 ;;
    esac
    _bindguard_walk

    if [[ $subcommand == @(run|prove) ]] && [ $operands = 1 ]; then
        _bindguard_command "${starts[at]}"
        return
    elif [ -n "$option" ]; then
        [[ $option == --* ]] || option=-${option: -1}
        _bindguard_argument "$option" "$current"
    elif [ "$options" = 1 ] && [[ $current == --*=* ]]; then
        option=${current%%=*} current=${current#*=}
        _bindguard_argument "$option" "$current"
    elif [ "$options" = 1 ] && [[ $current == -* ]]; then
        # shellcheck disable=SC2046 # words
        _bindguard_reply "$current" $(_bindguard_options "$subcommand") $([ "$at" = 1 ] && echo --version)
    elif [ ${#words[@]} = 2 ]; then
        _bindguard_reply "$current" run check explain list prove help
        [ -n "$current" ] && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -c -- "$current")
    else
        _bindguard_operand "$subcommand" "$operands" "$current"
    fi
    # bash puts a reply in the place of what is behind the last = or : alone.
    local broken=${current%"${current##*[=:]}"}
    COMPREPLY=("${COMPREPLY[@]#"$broken"}")
}

complete -F _bindguard bindguard
