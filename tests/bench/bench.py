#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py BUILD_DIR LIBRARY OUTPUT_DIR: what the guard costs, against the budgets of the README's cost table.

Everything is a ratio: the variants of one measurement take turns within one run, and what is printed is the median over
the rounds of (variant / bare in the same round). Counts (instructions by callgrind, system calls by strace -c) are exact.
Run by `make bench`, in a network namespace of its own; writes RESULTS.md and results.svg.
"""
import datetime
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

BUILD, LIBRARY, OUTPUT = (os.path.abspath(a) for a in sys.argv[1:4])
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "15"))
WORK = tempfile.mkdtemp(prefix="bindguard-bench.")
TRUE = shutil.which("true")
rows = []  # (section, what, value, budget, verdict)
bars = []  # (label, ratio) for the plot


def bench(name):
    return os.path.join(BUILD, "bench", name)


def env(preload="", **more):
    """The environment of a variant: nothing of the guard but what is said here."""
    base = {k: v for k, v in os.environ.items() if not k.startswith(("BINDGUARD", "LD_"))}
    if preload:
        base["LD_PRELOAD"] = preload
    base.update(more)
    return base


def run(argv, environment):
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"bench: {argv} failed: {done.stderr}")
    return done.stdout


def interleave(variants, rounds=ROUNDS):
    """variants: name -> function that gives one number. Return: name -> list of numbers, one a round."""
    numbers = {name: [] for name in variants}
    for i in range(rounds):
        order = list(variants.items())
        for name, measure in order[i % len(order):] + order[: i % len(order)]:
            numbers[name].append(measure())
    return numbers


def ratio(numbers, name, base):
    return statistics.median(a / b for a, b in zip(numbers[name], numbers[base]))


def row(section, what, value, budget="", good=None):
    verdict = "" if good is None else "met" if good else "**not met**"
    rows.append((section, what, value, budget, verdict))
    print(f"{section}: {what}: {value} {('(budget ' + budget + ') ' + verdict) if budget else ''}", flush=True)


def write_rules(count, program="other"):
    """A configuration of @count rules of which none decides, and the default's last one, which does."""
    path = os.path.join(WORK, f"{program}-{count}.conf")
    with open(path, "w", encoding="utf-8") as file:
        for i in range(count):
            file.write(f'rule "r{i}" {{\n    program = {{"{program}"}}\n    address = {{"wildcard"}}\n'
                       f"    port = {{{20000 + i}}}\n    action = deny\n}}\n")
        file.write('rule "servers" { address = {"wildcard"} action = rewrite to = {"loopback"} }\n')
    return path


QUIET = {"BINDGUARD_CONFIG": "", "BINDGUARD_LOG": "none"}
EMPTY, FORWARD = bench("empty_preload.so"), bench("forward_preload.so")


def preloads():
    """What Debian ships of the same kind, where it is installed."""
    found = {}
    for name, pattern in (("torsocks", "torsocks/libtorsocks.so"), ("proxychains4", "libproxychains.so.4"),
                          ("authbind", "/usr/lib/authbind/libauthbind.so.1"), ("faketime", "faketime/libfaketime.so.1")):
        for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"):
            path = os.path.join(folder, pattern)
            if os.path.exists(path):
                found.setdefault(name, path)
    return found


def start():
    conf20 = write_rules(20)
    spawn = [bench("spawn_bench"), "100"]
    kinds = {"bare": ("", {}), "empty library": (EMPTY, {}), "library that forwards bind": (FORWARD, {}),
             "bindguard": (LIBRARY, {"BINDGUARD_CONFIG": ""}),
             "bindguard, 20 rules": (LIBRARY, {"BINDGUARD_CONFIG": conf20})}
    for name, path in preloads().items():
        kinds[name] = (path, {})

    def wall(preload, more):
        return lambda: float(run(spawn + [preload, TRUE], env(**more)))

    numbers = interleave({n: wall(*k) for n, k in kinds.items()})
    for name in kinds:
        if name != "empty library":
            against = ratio(numbers, name, "empty library")
            budget = {"bindguard": 1.03}.get(name)
            row("start of `true`", f"{name} / empty library, wall", f"{against:.3f} ×",
                f"≤ {budget} ×" if budget else "", against <= budget if budget else None)
            bars.append((f"start: {name} / empty", against))
    counts = {name: instructions(*kind) for name, kind in kinds.items()}
    for name, budget in (("library that forwards bind", None), ("bindguard", 30000), ("bindguard, 20 rules", 350000)):
        more = counts[name] - counts["empty library"]
        row("start of `true`", f"{name}, instructions over an empty library", f"+{more:,}",
            f"≤ {budget:,}" if budget else "", more <= budget if budget else None)
    for name in preloads():
        row("start of `true`", f"{name}, instructions over an empty library",
            f"+{counts[name] - counts['empty library']:,}")


def instructions(preload, more):
    """callgrind's count of one `true`."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", TRUE],
                          env=env(preload, **more), capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def memory():
    conf20 = write_rules(20)
    kinds = {"bare": env(), "bindguard": env(LIBRARY, **QUIET),
             "bindguard, 20 rules": env(LIBRARY, BINDGUARD_CONFIG=conf20, BINDGUARD_LOG="none")}
    numbers = interleave({n: (lambda e=e: float(run([bench("uss_bench")], e))) for n, e in kinds.items()}, 5)
    bare = statistics.median(numbers["bare"])
    for name, budget in (("bindguard", 40), ("bindguard, 20 rules", 100)):
        more = statistics.median(numbers[name]) - bare
        row("memory after a bind", f"{name}, USS over bare", f"+{more:.0f} KiB", f"≤ {budget} KiB", more <= budget)


def binds():
    log = os.path.join(WORK, "log")
    cases = (("127.0.0.1", "loopback", 1.03, 1), ("0.0.0.0", "wildcard, rewritten", 1.10, 4),
             ("::", "dual-stack wildcard, confined", 1.10, 4))
    for address, what, budget, calls in cases:
        for place in ([], ["heap"]):
            argv = [bench("bind_bench"), address, "9010", "4000"] + place
            kinds = {"bare": env(), "guarded": env(LIBRARY, **QUIET)}
            if address == "0.0.0.0" and not place:
                kinds["with a log file"] = env(LIBRARY, BINDGUARD_CONFIG="", BINDGUARD_LOG=log)
            numbers = interleave({n: (lambda e=e: float(run(argv, e))) for n, e in kinds.items()})
            where = "address on the heap" if place else "address on the stack"
            got = ratio(numbers, "guarded", "bare")
            row("socket + bind + close", f"{what}, {where}", f"{got:.2f} × of {statistics.median(numbers['bare']):.0f} ns",
                f"≤ {budget} ×", got <= budget)
            bars.append((f"bind: {what}, {where}", got))
            if "with a log file" in kinds:
                got = ratio(numbers, "with a log file", "bare")
                row("socket + bind + close", f"{what}, each logged to a file", f"{got:.2f} ×", "≤ 3 ×", got <= 3)
                bars.append((f"bind: {what}, logged to a file", got))
            extra = extra_calls(address, place)
            row("system calls a bind", f"{what}, {where}", f"+{extra:.0f}", f"≤ {calls}", extra <= calls)


def extra_calls(address, place):
    def per_bind(preload):
        argv = ["strace", "-c", "-o", os.path.join(WORK, "strace")]
        if preload:
            argv += ["-E", f"LD_PRELOAD={preload}"]
        totals = []
        for count in (100, 300):
            run(argv + [bench("bind_bench"), address, "9010", str(count)] + place, env(**QUIET))
            with open(os.path.join(WORK, "strace"), encoding="utf-8") as file:
                totals.append(int(file.read().rstrip().splitlines()[-1].split()[3]))
        return (totals[1] - totals[0]) / 200
    return per_bind(LIBRARY) - per_bind("")


def connects():
    kinds = {"bare": env(), "guarded": env(LIBRARY, **QUIET)}
    numbers = interleave({n: (lambda e=e: float(run([bench("connect_bench"), "20000"], e))) for n, e in kinds.items()})
    got = ratio(numbers, "guarded", "bare")
    row("data path", "connect, nothing was rewritten", f"{got:.3f} ×", "1.00 ×", got <= 1.02)
    bars.append(("connect, nothing rewritten", got))


def growth():
    argv = [bench("bind_bench"), "0.0.0.0", "9011", "2000"]
    for program, what in (("other", "that cannot match this program"), ("bind_bench", "that can")):
        kinds = {n: env(LIBRARY, BINDGUARD_CONFIG=write_rules(n, program), BINDGUARD_LOG="none")
                 for n in (1, 10, 100, 1000, 9999)}
        numbers = interleave({n: (lambda e=e: float(run(argv, e))) for n, e in kinds.items()}, max(5, ROUNDS // 2))
        for n in kinds:
            more = statistics.median(a - b for a, b in zip(numbers[n], numbers[1])) / 1000
            text = f"{ratio(numbers, n, 1):.3f} × of 1 rule, {more:+.2f} µs"
            budget, good = "", None
            if n == 1000:
                budget = "within 5 %" if program == "other" else "≤ 20 µs more"
                good = ratio(numbers, n, 1) <= 1.05 if program == "other" else more <= 20
            row("a bind among rules", f"{n} rules {what}", text, budget, good)


def write_svg(path):
    """A bar a ratio, on a scale from 0; 1.0 is the line."""
    height, left, scale = 22, 330, 160
    top = max(2.0, max(r for _, r in bars)) * 1.05
    width = left + int(top * scale) + 60
    with open(path, "w", encoding="utf-8") as svg:
        svg.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{len(bars) * height + 40}" '
                  'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n')
        for i, (label, value) in enumerate(bars):
            y = 10 + i * height
            colour = "#4a90d9" if "bindguard" in label or label.startswith(("bind", "connect")) else "#bbbbbb"
            svg.write(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{label}</text>\n'
                      f'<rect x="{left}" y="{y + 2}" width="{value * scale:.0f}" height="{height - 6}" fill="{colour}"/>\n'
                      f'<text x="{left + value * scale + 6:.0f}" y="{y + 14}">{value:.2f}</text>\n')
        svg.write(f'<line x1="{left + scale}" y1="0" x2="{left + scale}" y2="{len(bars) * height + 12}" stroke="#c00"/>\n'
                  f'<text x="{left + scale}" y="{len(bars) * height + 30}" text-anchor="middle">1.0: no cost</text>\n</svg>\n')


def write_markdown(path):
    cpu = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        match = re.search(r"model name\s*: (.*)", file.read())
        cpu = match.group(1) if match else cpu
    with open(path, "w", encoding="utf-8") as file:
        file.write("# What the guard costs\n\n"
                   f"Made by `make bench` on {datetime.date.today()}, {cpu}, {os.cpu_count()} processors, "
                   f"Linux {platform.release().split('-')[0]}, {' '.join(platform.libc_ver())}. Walls are medians over "
                   f"{ROUNDS} rounds in which the variants take turns; counts are exact.\n\n![ratios](results.svg)\n")
        section = None
        for name, what, value, budget, verdict in rows:
            if name != section:
                file.write(f"\n## {name}\n\n| what | measured | budget | |\n|---|---|---|---|\n")
                section = name
            file.write(f"| {what} | {value} | {budget} | {verdict} |\n")


def main():
    try:
        start()
        memory()
        binds()
        connects()
        growth()
        write_svg(os.path.join(OUTPUT, "results.svg"))
        write_markdown(os.path.join(OUTPUT, "RESULTS.md"))
    finally:
        shutil.rmtree(WORK)


main()
