# SPDX-License-Identifier: MIT
"""What an exec costs that needs no following: the look at a program that the preload reaches."""
import os
import shutil

from measure import COMMAND, LIBRARY, QUIET, ROUNDS, WORK, added, env, guarded, interleave, median, number, program, ratio
from measure import system_calls
from report import bar, row

SECTION = "An exec that needs no following"
COUNT = 4000
STARTS = 100


def script():
    path = os.path.join(WORK, "script")
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\n")
    os.chmod(path, 0o755)
    return path


def more_calls(file, environment):
    """System calls of one execution, over those of a bare one."""
    plain = {k: v for k, v in environment.items() if k != "LD_PRELOAD"}

    def one(preload):
        few, many = (system_calls([program("exec_bench"), count, file], preload, plain) for count in ("100", "300"))
        return (many - few) / 200

    return one(LIBRARY) - one("")


def executions():
    follow = {"BINDGUARD_FOLLOW": COMMAND}
    for what, file in (("a program", shutil.which("true")), ("a script with #!", script())):
        argv = [program("exec_bench"), str(COUNT), file]
        numbers = interleave({"bare": number(argv, env()), "guarded": number(argv, guarded(**follow))}, 2 * ROUNDS + 1)
        more = added(numbers, "guarded", "bare") / 1000
        row(SECTION, f"{what}: added to execve, which fails behind the look", f"{more:.1f} µs on "
            f"{median(numbers, 'bare') / 1000:.1f} µs", "≤ 10 µs", more <= 10)
        row(SECTION, f"{what}: system calls more", f"+{more_calls(file, guarded(**follow)):.0f}")
        argv = [program("exec_bench"), str(STARTS), file, LIBRARY]
        numbers = interleave({"bare": number(argv, env(**QUIET, **follow)), "guarded": number(argv, guarded(**follow))})
        got = ratio(numbers, "guarded", "bare")
        row(SECTION, f"{what}, started and waited for, guarded itself: by a guarded process / by a bare one, wall",
            f"{got:.3f} ×, {added(numbers, 'guarded', 'bare') / 1000:+.1f} µs on {median(numbers, 'bare') / 1000:.0f} µs")
        bar(f"start of {what}: by a guarded process / by a bare one", got)
