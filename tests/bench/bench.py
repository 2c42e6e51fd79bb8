#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py PROGRAMS LIBRARY COMMAND [PART...]: what the guard costs, against its budgets.

Writes into the folder PROGRAMS: results.md and results.svg, all that was measured, and BENCH.md, the budgets, which is
published as tests/BENCH.md. With parts, only these, and only to the terminal. Run by `make bench`, in a network namespace of
its own; BENCH_ROUNDS: how often the variants take turns."""
import sys
import time

import calls
import executions
import growth
import measure
import report
import seccomp
import start
import traffic

PARTS = {"start": start.start, "interpreters": start.interpreters, "memory": start.memory, "binds": calls.binds,
         "connects": calls.connects, "executions": executions.executions, "traffic": traffic.traffic,
         "rules": growth.rules_of_a_bind, "start-rules": growth.rules_of_a_start, "processes": growth.processes, "engine": seccomp.engine_binds,
         "engine-growth": seccomp.engine_growth, "others": calls.others}


def main():
    wanted = sys.argv[4:] or list(PARTS)
    unknown = set(wanted) - set(PARTS)
    if unknown:
        raise SystemExit(f"bench: no part {', '.join(unknown)}, expected of: {', '.join(PARTS)}")
    begin = time.monotonic()
    try:
        for part in wanted:
            PARTS[part]()
    except measure.Refused as refused:
        raise SystemExit(f"bench: {refused}") from refused
    finally:
        measure.clean_up()
    if len(sys.argv) == 4:
        results, plots, budgets = (measure.program(name) for name in ("results.md", "results.svg", "BENCH.md"))
        made = report.made(measure.ROUNDS, time.monotonic() - begin)
        report.write_results(results, made)
        report.write_svg(plots)
        report.write_budgets(budgets, made)
        print(f"wrote {results} and {plots}, and {budgets} for tests/")


main()
