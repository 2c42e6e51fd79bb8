# SPDX-License-Identifier: MIT
"""The data path of real servers: requests a second of nginx and Redis, guarded over bare."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from measure import WORK, engine, engine_env, env, guarded, interleave, median, ratio, run
from report import bar, row


def wait_for(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"bench: nothing listens on port {port}")


def nginx(port):
    folder = os.path.join(WORK, f"nginx-{port}")
    os.makedirs(os.path.join(folder, "root"))
    with open(os.path.join(folder, "root", "index.html"), "w", encoding="utf-8") as file:
        file.write("x" * 1024)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(os.path.join(folder, "conf"), "w", encoding="utf-8") as file:
        file.write(f"user root root; daemon off; master_process off; pid {folder}/pid; error_log {folder}/error;\n"
                   "events { worker_connections 512; }\n"
                   f"http {{ access_log off; {temporary} server {{ listen 0.0.0.0:{port}; root {folder}/root; }} }}\n")
    return [shutil.which("nginx", path="/usr/sbin:/usr/bin"), "-c", os.path.join(folder, "conf"), "-e",
            os.path.join(folder, "error")]


def redis(port):
    return ["redis-server", "--port", str(port), "--bind", "0.0.0.0", "--save", "", "--daemonize", "no",
            "--protected-mode", "no", "--dir", WORK]


def wrk(port):
    said = run(["wrk", "-t1", "-c16", "-d1s", f"http://127.0.0.1:{port}/"], env())
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"bench: wrk: {said}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", said).group(1))


def redis_benchmark(port):
    said = run(["redis-benchmark", "-p", str(port), "-n", "30000", "-c", "16", "-t", "get", "--csv"], env())
    return float(said.splitlines()[-1].split(",")[1].strip('"'))


def server(name, command_line, load, first_port):
    ports = {"bare": first_port, "guarded": first_port + 1, "engine seccomp": first_port + 2, "limited": first_port + 3}
    lines = {kind: command_line(port) for kind, port in ports.items()}
    lines["engine seccomp"] = engine(lines["engine seccomp"])
    environments = {"bare": env(), "guarded": guarded(), "engine seccomp": engine_env(), "limited": guarded(BINDGUARD_FROM="machine")}
    running = [subprocess.Popen(line, env=environments[kind], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
               for kind, line in lines.items()]
    try:
        for port in ports.values():
            wait_for(port)
        numbers = interleave({kind: lambda p=port: load(p) for kind, port in ports.items()})
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait()
    for kind in ("guarded", "engine seccomp", "limited"):
        got = ratio(numbers, "bare", kind)
        row("Data path", f"{name}, {kind}: seconds a request / bare", f"{got:.3f} × of "
            f"{1e6 / median(numbers, 'bare'):.1f} µs", {"guarded": "1.00 ×", "limited": "≤ 1.02 ×"}.get(kind, ""),
            got <= 1.02 if kind != "engine seccomp" else None,
            "not wrapped: what is left is noise" if kind == "guarded" else "")
        bar(f"{name}, {kind}: a request / bare", got)


def traffic():
    server("nginx and wrk", nginx, wrk, 9020)
    server("redis-server and redis-benchmark (get)", redis, redis_benchmark, 9030)
