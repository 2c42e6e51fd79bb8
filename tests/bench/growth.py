# SPDX-License-Identifier: MIT
"""How the costs grow: with the rules, with the processes."""
import os
import shutil

from measure import EMPTY, LIBRARY, WORK, added, env, guarded, instructions, interleave, number, program, ratio, write_rules
from report import point, row

SIZES = (1, 10, 100, 1000)
TRUE = shutil.which("true")


def rules_of_a_bind():
    argv = [program("bind_bench"), "0.0.0.0", "9011", "3000"]
    for name, label in (("other", "that cannot match"), ("bind_bench", "that can")):
        kinds = {n: number(argv, guarded(BINDGUARD_CONFIG=write_rules(n, name))) for n in SIZES}
        numbers = interleave(kinds, 11)
        for n in SIZES:
            more = added(numbers, n, 1) / 1000
            point("a bind among rules", ("rules", "µs more than with 1 rule"), label, n, more)
            budget, met = "", None
            if n == 1000:
                budget = "within 5 %" if name == "other" else "≤ 20 µs more"
                met = abs(ratio(numbers, n, 1) - 1) <= 0.05 if name == "other" else more <= 20
            if n > 1:
                row("A bind among rules", f"{n:,} rules {label}, over 1", f"{ratio(numbers, n, 1):.3f} ×, {more:+.2f} µs",
                    budget, met)


def rules_of_a_start():
    base = instructions([TRUE], env(EMPTY))
    for name, label in (("other", "that cannot match"), ("true", "that can")):
        for n in SIZES:
            more = instructions([TRUE], guarded(BINDGUARD_CONFIG=write_rules(n, name))) - base
            point("start with a file of rules", ("rules", "instructions of one rule, thousands"), label, n, more / n / 1000)
            if name == "true":
                row("Start with a file of rules", f"{n:,} rules, instructions over empty", f"+{more:,}")
    kinds = {n: number([program("spawn_bench"), "10", LIBRARY, TRUE],
                       env(BINDGUARD_CONFIG=write_rules(n), BINDGUARD_LOG="none")) for n in SIZES}
    numbers = interleave({"empty": number([program("spawn_bench"), "10", EMPTY, TRUE], env()), **kinds}, 7)
    for n in SIZES:
        row("Start with a file of rules", f"{n:,} rules, wall over empty", f"+{added(numbers, n, 'empty') / 1e6:.2f} ms")


def processes():
    log = os.path.join(WORK, "crowd")
    for count in (1, 2, 4, 8, 16, 32, 64):
        argv = [program("crowd_bench"), str(count), "0.0.0.0", "9100", str(4096 // count)]
        numbers = interleave({"bare": number(argv, env()), "guarded": number(argv, guarded()),
                              "logged": number(argv, guarded(BINDGUARD_LOG=log))}, 9)
        for name, label in (("guarded", "no log"), ("logged", "all log to one file")):
            point("processes that bind at once", ("processes", "guarded / bare"), label, count, ratio(numbers, name, "bare"))
        if count in (1, 64):
            row("Processes that bind at once", f"{count}: guarded / bare; all log to one file",
                f"{ratio(numbers, 'guarded', 'bare'):.2f} ×; {ratio(numbers, 'logged', 'bare'):.2f} ×")
