# SPDX-License-Identifier: MIT
"""What a call costs: socket + bind + close, and connect where nothing was rewritten."""
import os

from measure import FORWARD, LIBRARY, Refused, WORK, added, env, guarded, instructions, interleave, median, number, peers, program
from measure import ROUNDS, ratio, system_calls
from report import bar, row

COUNT = 4000


def extra(count_of, argv, preload, environment):
    """What one bind more costs: the difference between 300 and 100 of them."""
    few, many = (count_of(argv[:3] + [str(count)] + argv[4:], preload, environment) for count in (100, 300))
    return (many - few) / 200


def counted(argv, environment):
    """System calls and instructions of one round under the guard, over those of a bare one."""
    def by_callgrind(line, preload, environment):
        return instructions(line, {**environment, **({"LD_PRELOAD": preload} if preload else {})})

    plain = {k: v for k, v in environment.items() if k != "LD_PRELOAD"}
    return tuple(extra(count, argv, LIBRARY, plain) - extra(count, argv, "", plain)
                 for count in (system_calls, by_callgrind))


def bind(what, address, place, calls, probes=0, **variables):
    """@calls: getsockopt(2) and the like that the guard makes; @probes: sockets that it binds and closes to ask for conflicts."""
    argv = [program("bind_bench"), address, "9010", str(COUNT), place]
    numbers = interleave({"bare": number(argv, env()), "forwards bind": number(argv, env(FORWARD)),
                          "guarded": number(argv, guarded(**variables)),
                          "asking": number(argv + [str(calls), str(probes)], env())})
    section, changed = "socket + bind + close", address != "127.0.0.1"
    got, more, asking = ratio(numbers, "guarded", "bare"), *(added(numbers, n, "bare") / 1000 for n in ("guarded", "asking"))
    more_calls, more_instructions = counted(argv, guarded(**variables))
    row(section, f"{what}, address on the {place}: guarded / bare, wall",
        f"{got:.2f} ×, {more:+.2f} µs on {median(numbers, 'bare') / 1000:.2f} µs", "≤ 4 µs more" if changed else "≤ 1.05 ×",
        more <= 4 if changed else got <= 1.05,
        f"with {calls} getsockopt(2) {f'and {probes} socket + bind + close ' if probes else ''}more and no guard it is "
        f"{asking:+.2f} µs")
    row(section, f"{what}, address on the {place}: forwards bind / bare, wall",
        f"{ratio(numbers, 'forwards bind', 'bare'):.2f} ×")
    row(section, f"{what}, address on the {place}: system calls more", f"+{more_calls:.0f}",
        "" if changed else "≤ 1", None if changed else more_calls <= 1)
    row(section, f"{what}, address on the {place}: instructions more", f"+{more_instructions:,.0f}",
        "≤ 800" if changed else "", more_instructions <= 800 if changed else None,
        "three rounds of deciding, and the address written and read for two sockets: about 0.3 µs")
    bar(f"bind, {what}, {place}: guarded / bare", got)


def logged():
    log = os.path.join(WORK, "log")
    argv = [program("bind_bench"), "0.0.0.0", "9010", str(COUNT), "stack"]
    numbers = interleave({"bare": number(argv, env()), "guarded": number(argv, guarded(BINDGUARD_LOG=log))})
    got = ratio(numbers, "guarded", "bare")
    more_calls, _ = counted(argv, guarded(BINDGUARD_LOG=log))
    row("socket + bind + close", "wildcard, rewritten, each logged to a file: guarded / bare, wall", f"{got:.2f} ×", "≤ 3 ×",
        got <= 3, f"{more_calls:.0f} system calls more; the file is opened, looked at and closed for each event")
    bar("bind, wildcard, logged to a file: guarded / bare", got)


def binds():
    for place in ("stack", "heap"):
        bind("127.0.0.1", "127.0.0.1", place, 1)
        bind("0.0.0.0, rewritten", "0.0.0.0", place, 6, 1)
        bind("dual-stack ::, confined", "::", place, 6)
    bind("UDP 0.0.0.0, limited", "0.0.0.0", "udp", 6, BINDGUARD_FROM="machine")
    logged()


def others():
    """The same loop, a bind of 127.0.0.1, under what Debian ships."""
    argv = [program("bind_bench"), "127.0.0.1", "9010", str(COUNT), "stack"]
    for name, path in peers().items():
        try:
            numbers = interleave({"bare": number(argv, env()), name: number(argv, env(path))}, 7)
        except Refused:
            row("Others", f"{name}: bind of 127.0.0.1", "refused by it")
            continue
        row("Others", f"{name} / bare: socket + bind + close of 127.0.0.1, wall", f"{ratio(numbers, name, 'bare'):.2f} ×")
        bar(f"bind, 127.0.0.1: {name} / bare", ratio(numbers, name, "bare"), False)


def connects():
    argv = [program("connect_bench"), "40000"]
    numbers = interleave({"bare": number(argv, env()), "guarded": number(argv, guarded())}, 2 * ROUNDS + 1)
    got = ratio(numbers, "guarded", "bare")
    few, many = ((instructions([argv[0], count], env()), instructions([argv[0], count], guarded()))
                 for count in ("100", "1100"))
    more = ((many[1] - many[0]) - (few[1] - few[0])) / 1000
    row("Data path", "connect, nothing was rewritten: guarded / bare, wall", f"{got:.3f} ×", "1.00 ×", got < 1.005)
    row("Data path", "connect, nothing was rewritten: instructions more", f"+{more:.0f}")
    bar("connect, nothing rewritten: guarded / bare", got)
