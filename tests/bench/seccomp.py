# SPDX-License-Identifier: MIT
"""What a bind costs under the engine seccomp, against the least listener that there can be and against strace."""
from measure import added, engine, engine_env, env, interleave, median, number, program, write_rules
from report import point, row

COUNT = 3000
SECTION = "Engine seccomp"


def engine_binds():
    for address in ("127.0.0.1", "0.0.0.0"):
        argv = [program("bind_bench"), address, "9012", str(COUNT)]
        kinds = {"bare": number(argv, env()),
                 "floor": number([program("floor_bench")] + argv, env()),
                 "floor, woken on the same processor": number([program("floor_bench")] + argv, env(SYNC="1")),
                 "engine": number(engine(argv), engine_env()),
                 "strace": number(["strace", "-f", "--seccomp-bpf", "-e", "trace=bind,listen,connect", "-o", "/dev/null"]
                                  + argv, env())}
        numbers = interleave(kinds)
        micro = {name: added(numbers, name, "bare") / 1000 for name in kinds}
        row(SECTION, f"{address}: added by the engine to a bind", f"{micro['engine']:.1f} µs on "
            f"{median(numbers, 'bare') / 1000:.2f}", "≤ 13 µs", micro["engine"] <= 13,
            f"the floor alone adds {micro['floor']:.1f} µs here; the budget was written on a machine where it added 9.4")
        share = micro["engine"] / micro["floor"]
        row(SECTION, f"{address}: engine / floor (a listener that copies the address and lets the call go on)",
            f"{share:.2f} ×", "≤ 1.38 × (13 / 9.4)", share <= 1.38,
            "the engine makes the call itself, on a duplicate of the socket, which the floor does not")
        row(SECTION, f"{address}: added by the floor, woken on the same processor",
            f"{micro['floor, woken on the same processor']:.1f} µs")
        row(SECTION, f"{address}: added by `strace --seccomp-bpf`, which only looks", f"{micro['strace']:.1f} µs")


def engine_growth():
    axes, title = ("rules", "µs added to a bind"), "engine seccomp: rules"
    argv = [program("bind_bench"), "0.0.0.0", "9012", str(COUNT)]
    for name, label in (("other", "that cannot match"), ("bind_bench", "that can")):
        sizes = (1, 10, 100, 1000)
        kinds = {n: number(engine(argv), engine_env(BINDGUARD_CONFIG=write_rules(n, name))) for n in sizes}
        numbers = interleave({"bare": number(argv, env()), **kinds}, 9)
        for n in sizes:
            point(title, axes, label, n, added(numbers, n, "bare") / 1000)
        more = added(numbers, 1000, 1) / 1000
        row(SECTION, f"1,000 rules {label}, over 1 rule", f"{more:+.1f} µs")
    axes, title = ("processes at once, one supervisor", "µs added to a bind"), "engine seccomp: processes"
    first = None
    for processes in (1, 2, 4, 8, 16, 32, 64):
        argv = [program("crowd_bench"), str(processes), "0.0.0.0", "9100", str(12800 // processes)]
        numbers = interleave({"bare": number(argv, env()), "engine": number(engine(argv), engine_env()),
                              "floor": number([program("floor_bench")] + argv, env(SYNC="1"))}, 11)
        micro, floor = (added(numbers, name, "bare") / 1000 for name in ("engine", "floor"))
        point(title, axes, "engine", processes, micro)
        point(title, axes, "floor, woken on the same processor", processes, floor)
        first = first or (micro, floor)
        if processes == 64:
            row(SECTION, "64 processes / 1 process, added to a bind, all binds counted",
                f"{micro / first[0]:.2f} × of {first[0]:.1f} µs", "constant", micro / first[0] <= 1.1,
                f"the floor's is {floor / first[1]:.2f} × of {first[1]:.1f} µs: who waits for the supervisor waits for the "
                "other processes, too")
