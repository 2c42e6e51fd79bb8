#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py PROGRAMS LIBRARY COMMAND OUTPUT [PART...]: what the guard costs, against its budgets.

Writes RESULTS.md and results.svg into the folder OUTPUT. With parts, only these, and only to the terminal. Run by
`make bench`, in a network namespace of its own; BENCH_ROUNDS: how often the variants take turns."""
import os
import sys
import time

import calls
import growth
import measure
import report
import seccomp
import start
import traffic

PARTS = {"start": start.start, "interpreters": start.interpreters, "memory": start.memory, "binds": calls.binds,
         "connects": calls.connects, "traffic": traffic.traffic, "rules": growth.rules_of_a_bind,
         "start-rules": growth.rules_of_a_start, "processes": growth.processes, "engine": seccomp.engine_binds,
         "engine-growth": seccomp.engine_growth, "others": calls.others}


def main():
    wanted = sys.argv[5:] or list(PARTS)
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
    if len(sys.argv) == 5:
        report.write_svg(os.path.join(measure.OUTPUT, "results.svg"))
        report.write_markdown(os.path.join(measure.OUTPUT, "RESULTS.md"), measure.ROUNDS, time.monotonic() - begin)


main()
