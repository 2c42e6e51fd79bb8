# SPDX-License-Identifier: MIT
"""What it costs to start a program, and the memory that it then has."""
import shutil
import subprocess
import time

from measure import EMPTY, FORWARD, LIBRARY, QUIET, READLINK, WORK, env, instructions, interleave, median, number, peers, program, ratio, run
from measure import guarded, write_rules
from report import bar, row

TRUE = shutil.which("true")
STARTS = 60


def start():
    rules = {"BINDGUARD_CONFIG": write_rules(20)}
    kinds = {"bare": ("", {}), "empty": (EMPTY, {}), "forwards bind": (FORWARD, {}), "reads /proc/self/exe": (READLINK, {}),
             "bindguard": (LIBRARY, {}),
             "bindguard, 20 rules": (LIBRARY, rules), **{name: (path, {}) for name, path in peers().items()}}
    numbers = interleave({name: number([program("spawn_bench"), str(STARTS), preload, TRUE], env(HOME=WORK, **more))
                          for name, (preload, more) in kinds.items()})
    counts = {name: instructions([TRUE], env(preload, HOME=WORK, **more)) for name, (preload, more) in kinds.items()}
    row("Start of `true`", "bare", f"{median(numbers, 'bare') / 1000:.0f} µs, {counts['bare']:,} instructions")
    row("Start of `true`", "an empty library / bare, wall", f"{ratio(numbers, 'empty', 'bare'):.3f} ×")
    for name in list(kinds)[2:]:
        against, more = ratio(numbers, name, "empty"), counts[name] - counts["empty"]
        wall, most = {"bindguard": (1.12, 26000), "bindguard, 20 rules": (None, 1000000)}.get(name, (None, None))
        row("Start of `true`", f"{name} / empty, wall", f"{against:.3f} ×", f"≤ {wall} ×" if wall else "",
            against <= wall if wall else None,
            f"to read /proc/self/exe alone is {ratio(numbers, 'reads /proc/self/exe', 'empty'):.3f} ×; the rest are two "
            "mappings, one of them made read-only, and the look for a file")
        row("Start of `true`", f"{name}, instructions over empty", f"+{more:,}", f"≤ {most:,}" if most else "",
            more <= most if most else None)
        bar(f"start of true: {name} / empty", against, name.startswith("bindguard"))


def interpreters():
    """Programs that users start."""
    for name, argv in (("python3", ["python3", "-c", "pass"]), ("node", ["node", "-e", "0"])):
        path = shutil.which(argv[0], path="/usr/bin:/bin:/usr/local/bin")
        if not path:
            continue
        kinds = {"bare": env(), "guarded": guarded()}

        def wall(environment, line=tuple([path] + argv[1:])):
            begin = time.monotonic()
            subprocess.run(line, env=environment, check=True)
            return time.monotonic() - begin

        numbers = interleave({kind: lambda e=e: wall(e) for kind, e in kinds.items()})
        row("Start of an interpreter", f"{name}, guarded / bare, wall",
            f"{ratio(numbers, 'guarded', 'bare'):.3f} × of {median(numbers, 'bare') * 1000:.0f} ms")
        bar(f"start of {name}: guarded / bare", ratio(numbers, "guarded", "bare"))


def memory():
    rules = guarded(BINDGUARD_CONFIG=write_rules(20))
    kinds = {"bare": env(), "empty": env(EMPTY), "forwards bind": env(FORWARD), "bindguard": guarded(),
             "bindguard, 20 rules": rules}

    def measure(where, shared):
        numbers = interleave({name: lambda e=e: float(run([program("uss_bench")], e)) for name, e in kinds.items()}, 5)
        for name in list(kinds)[1:]:
            more = median(numbers, name) - median(numbers, "bare")
            budget = {"bindguard": 40, "bindguard, 20 rules": 100}.get(name) if shared else None
            row("Memory after a bind", f"{name}, {where}, USS over bare", f"+{more:.0f} KiB",
                f"≤ {budget} KiB" if budget else "", more <= budget if budget else None,
                "pages that each process writes to")

    measure("the only process that has the library", False)
    others = [subprocess.Popen([program("uss_bench"), "wait"], env=env(preload, **QUIET), stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE) for preload in (EMPTY, FORWARD, LIBRARY)]
    for other in others:
        other.stdout.readline()
    measure("beside another guarded process", True)
    for other in others:
        other.communicate()
