# SPDX-License-Identifier: MIT
"""What was measured, as a table in Markdown and as plots."""
import datetime
import os
import platform
import re

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bindguard", "font.size": 9})
from matplotlib import pyplot  # noqa: E402 # pylint: disable=wrong-import-position

rows = []  # (section, what, measured, budget, met or None, remark)
bars = []  # (label, ratio, ours?)
curves = {}  # title -> {"x": name, "y": name, label -> [(x, y)]}


def row(section, what, measured, budget="", met=None, remark=""):
    """A line of the table. @remark: why, where the budget is not met."""
    rows.append((section, what, measured, budget, met, remark))
    verdict = "" if met is None else " met" if met else " NOT MET"
    print(f"{section}: {what}: {measured}{f' (budget {budget})' if budget else ''}{verdict}", flush=True)


def bar(label, value, ours=True):
    bars.append((label, value, ours))


def point(title, axes, label, at, value):
    """A point of the curve @label in the plot @title; @axes: names of both."""
    curve = curves.setdefault(title, {"axes": axes, "lines": {}})
    curve["lines"].setdefault(label, []).append((at, value))


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        match = re.search(r"model name\s*: (.*)", file.read())
    return (f"{match.group(1) if match else platform.machine()}, {os.cpu_count()} processors, Linux "
            f"{platform.release().split('-')[0]}, {' '.join(platform.libc_ver())}")


def table(file, lines, with_section=False):
    head = ["where"] * with_section + ["what", "measured", "budget", ""]
    file.write(f"\n| {' | '.join(head)} |\n|{'---|' * len(head)}\n")
    for section, what, measured, budget, met, remark in lines:
        verdict = "" if met is None else "met" if met else "**not met**" + (f": {remark}" if remark else "")
        cells = [section] * with_section + [what, measured, budget, verdict]
        file.write(f"| {' | '.join(cells)} |\n")


def made(rounds, seconds):
    """How all of it was measured, in words."""
    return (f"Made by `make bench` on {datetime.date.today()} in {seconds / 60:.0f} minutes: {machine()}. Walls are medians "
            f"over {rounds} rounds in which the variants take turns; instructions are callgrind's, system calls strace's, "
            "memory is USS (private pages). \"Bare\" is without any preload, \"empty\" with a library that does nothing, "
            "\"forwards bind\" with one that only calls the real `bind`.\n\n")


def write_results(path, how):
    """All that was measured."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# What the guard costs\n\n{how}![ratios and growth](results.svg)\n")
        for section in dict.fromkeys(r[0] for r in rows):
            file.write(f"\n## {section}\n")
            table(file, [r for r in rows if r[0] == section])


def write_budgets(path, how):
    """What has a budget, and whether it is met."""
    budgets = [r for r in rows if r[4] is not None]
    met = sum(r[4] for r in budgets)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# What the guard costs, and what it may cost\n\n{how}**{met} of {len(budgets)} budgets are met**:\n")
        table(file, budgets, True)


def draw_bars(axes):
    labels = [b[0] for b in bars]
    axes.margins(y=0.01)
    axes.barh(range(len(bars)), [b[1] for b in bars], color=["#2c6fbb" if b[2] else "#b9bec5" for b in bars], height=0.7)
    for i, (_, value, _) in enumerate(bars):
        axes.text(value + 0.02, i, f"{value:.2f}", va="center")
    axes.set_yticks(range(len(bars)), labels)
    axes.invert_yaxis()
    axes.axvline(1, color="#c0392b", linewidth=1)
    axes.set_xlim(0, max(b[1] for b in bars) * 1.12)
    axes.set_title("times the cost without it (1: nothing); grey: others", loc="left")


def draw_curve(axes, title, curve):
    for label, points in curve["lines"].items():
        axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", markersize=3, label=label)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel(curve["axes"][0])
    axes.set_ylabel(curve["axes"][1])
    axes.set_title(title, loc="left")
    axes.legend(frameon=False)


def write_svg(path):
    bars_height, curve_rows = 0.27 * len(bars) + 0.6, (len(curves) + 1) // 2
    figure = pyplot.figure(figsize=(10, bars_height + 3 * curve_rows), layout="constrained")
    above, below = figure.subfigures(2, 1, height_ratios=[bars_height, 3 * curve_rows])
    draw_bars(above.subplots())
    panels = list(below.subplots(curve_rows, 2, squeeze=False).flat)
    for axes, (title, curve) in zip(panels, curves.items()):
        draw_curve(axes, title, curve)
    for axes in panels[len(curves):]:
        axes.set_axis_off()
    figure.savefig(path, metadata={"Date": None})
