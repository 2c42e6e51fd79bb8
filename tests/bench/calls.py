# SPDX-License-Identifier: MIT
"""What a call costs: socket + bind + close, and connect where nothing was rewritten."""
import os

from measure import FORWARD, LIBRARY, Refused, WORK, env, guarded, instructions, interleave, median, number, peers, program
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


def bind(what, address, place, budget, calls):
    argv = [program("bind_bench"), address, "9010", str(COUNT), place]
    numbers = interleave({"bare": number(argv, env()), "forwards bind": number(argv, env(FORWARD)),
                          "guarded": number(argv, guarded()),
                          "asking": number(argv + [str(calls)], env())})
    got, section = ratio(numbers, "guarded", "bare"), "socket + bind + close"
    more_calls, more_instructions = counted(argv, guarded())
    row(section, f"{what}, address on the {place}: guarded / bare, wall",
        f"{got:.2f} × of {median(numbers, 'bare') / 1000:.2f} µs", f"≤ {budget} ×", got <= budget,
        f"with {calls} getsockopt(2) more and no guard it is {ratio(numbers, 'asking', 'bare'):.2f} ×")
    row(section, f"{what}, address on the {place}: forwards bind / bare, wall",
        f"{ratio(numbers, 'forwards bind', 'bare'):.2f} ×")
    row(section, f"{what}, address on the {place}: system calls more", f"+{more_calls:.0f}",
        f"≤ {calls if calls == 1 else 4}", more_calls <= (calls if calls == 1 else 4),
        "SO_BINDTODEVICE, IPV6_V6ONLY and SO_TYPE read, the device set, SO_COOKIE read for connect(2)")
    row(section, f"{what}, address on the {place}: instructions more", f"+{more_instructions:,.0f}")
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
    bind("127.0.0.1", "127.0.0.1", "stack", 1.03, 1)
    bind("127.0.0.1", "127.0.0.1", "heap", 1.03, 1)
    bind("0.0.0.0, rewritten", "0.0.0.0", "stack", 1.1, 2)
    bind("0.0.0.0, rewritten", "0.0.0.0", "heap", 1.1, 3)
    bind("dual-stack ::, confined", "::", "stack", 1.1, 5)
    bind("dual-stack ::, confined", "::", "heap", 1.1, 6)
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
