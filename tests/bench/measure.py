# SPDX-License-Identifier: MIT
"""How things are measured. A wall is never compared with one of another moment: the variants of one measurement take
turns, and what counts is the median over the rounds of (variant / bare in the same round). Counts of instructions
(callgrind) and system calls (strace -c) are exact."""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

BUILD, LIBRARY, COMMAND = (os.path.abspath(a) for a in sys.argv[1:4])
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "21"))
WORK = tempfile.mkdtemp(prefix="bindguard-bench.")
EMPTY, FORWARD, READLINK = (os.path.join(BUILD, f"{name}_preload.so") for name in ("empty", "forward", "readlink"))
QUIET = {"BINDGUARD_CONFIG": "", "BINDGUARD_LOG": "none"}


def program(name):
    """A program of tests/bench."""
    return os.path.join(BUILD, name)


def env(preload="", **more):
    """The environment of a variant: of the guard nothing but what is said here."""
    base = {k: v for k, v in os.environ.items() if not k.startswith(("BINDGUARD", "LD_"))}
    if preload:
        base["LD_PRELOAD"] = preload
    return {**base, **more}


def guarded(**more):
    return env(LIBRARY, **{**QUIET, **more})


def engine(argv):
    """@argv under the engine seccomp, to be run in the environment engine_env()."""
    return [COMMAND, "run", "--engine", "seccomp", "--"] + argv


def engine_env(**more):
    return env(**{**QUIET, **more})


class Refused(Exception):
    """The measured program failed."""


def run(argv, environment):
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(argv)}: status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def number(argv, environment):
    """A function that runs @argv and gives the number that it prints."""
    return lambda: float(run(argv, environment))


def interleave(variants, rounds=ROUNDS):
    """@variants: name -> function that gives a number. Return: name -> list of numbers, one a round."""
    numbers = {name: [] for name in variants}
    order = list(variants.items())
    for i in range(rounds):
        at = i % len(order)
        for name, measure in order[at:] + order[:at]:
            numbers[name].append(measure())
    return numbers


def ratio(numbers, name, base):
    return statistics.median(a / b for a, b in zip(numbers[name], numbers[base]))


def added(numbers, name, base):
    return statistics.median(a - b for a, b in zip(numbers[name], numbers[base]))


def median(numbers, name):
    return statistics.median(numbers[name])


def instructions(argv, environment):
    """callgrind's count of one run, children not included."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + argv, env=environment,
                          capture_output=True, text=True, check=True)
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def system_calls(argv, preload, environment):
    """strace's count of one run; the library is preloaded into @argv alone."""
    log = os.path.join(WORK, "strace")
    run(["strace", "-c", "-o", log] + (["-E", f"LD_PRELOAD={preload}"] if preload else []) + argv, environment)
    with open(log, encoding="utf-8") as file:
        return int(file.read().rstrip().splitlines()[-1].split()[3])


def write_rules(count, name="other"):
    """A configuration of @count rules. All but the last speak of the program @name, and of a port that is not asked for;
    the last is the default's, which decides."""
    path = os.path.join(WORK, f"{name}-{count}.conf")
    with open(path, "w", encoding="utf-8") as file:
        for i in range(count - 1):
            file.write(f'rule "r{i}" {{\n  program = {{"{name}"}}\n  address = {{"wildcard"}}\n  port = {{{20000 + i}}}\n'
                       "  action = deny\n}\n")
        file.write('rule "servers" { address = {"wildcard"} action = rewrite to = {"loopback"} }\n')
    return path


def peers():
    """What Debian ships of the same kind, where it is installed: libraries that wrap the socket calls."""
    machine = os.uname().machine
    found = {}
    for name, path in (("torsocks", f"/usr/lib/{machine}-linux-gnu/torsocks/libtorsocks.so"),
                       ("proxychains4", f"/usr/lib/{machine}-linux-gnu/libproxychains.so.4"),
                       ("authbind", "/usr/lib/authbind/libauthbind.so.1"),
                       ("faketime", f"/usr/lib/{machine}-linux-gnu/faketime/libfaketime.so.1")):
        if os.path.exists(path):
            found[name] = path
    return found


def clean_up():
    shutil.rmtree(WORK)
