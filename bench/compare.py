"""Measures the proxy beside others in front of the same upstream, in one run; see README.md."""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

from proxies import BODY, HERE, KEY, Bench, answers, headers_for

LOAD = HERE / "load" / "target" / "release" / "load"
ALL = ["nginx", "haproxy", "envoy", "litellm", "portkey", "pointsman"]
# Those that 1,000 streams are too much for, and the one that the paced streams cannot tell where to go.
SLOW = {"litellm"}
WHOLE_ONLY = {"portkey"}
UPSTREAM, FIRST, PACED = 18081, 18082, 18083

WRK = """
wrk.method = "POST"
wrk.body = {body}
wrk.headers = {{ {headers} }}
"""


def wrk(name, port, connections, seconds, home):
    """Median latency in microseconds, and requests a second."""
    listed = ", ".join(f"[{json.dumps(key)}] = {json.dumps(value)}" for key, value in headers_for(name, UPSTREAM).items())
    script = home / "post.lua"
    script.write_text(WRK.format(body=json.dumps(BODY), headers=listed))
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-s", script]
        + [f"http://127.0.0.1:{port}/v1/chat/completions"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"failed requests on port {port} ({name}):\n{output}")
    value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", output).groups()
    microseconds = float(value) * {"us": 1, "ms": 1000, "s": 1_000_000}[unit]
    return microseconds, float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def cpu_seconds(family):
    seconds = 0
    for pid in family:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def resident_mib(family):
    found = 0
    for pid in family:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        found += int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
    return found


def load(*arguments):
    command = [str(part) for part in (LOAD, *arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def note(row, key, value):
    row.setdefault(key, []).append(value)


def measure_whole(bench, ports, arguments, rows):
    """Latency at one connection, and requests a second and CPU time at 64, in turns."""
    for _ in range(arguments.rounds):
        for name, port in ports.items():
            note(rows[name], "p50", wrk(name, port, 1, arguments.seconds, bench.home)[0])
        for name, port in ports.items():
            family = bench.family("upstream" if name == "direct" else f"{name}-{UPSTREAM}")
            before = cpu_seconds(family)
            rate = wrk(name, port, 64, arguments.seconds, bench.home)[1]
            note(rows[name], "rate", rate)
            note(rows[name], "cpu", (cpu_seconds(family) - before) / (rate * arguments.seconds) * 1_000_000)
            note(rows[name], "memory", resident_mib(family))


def measure_streams(bench, ports, arguments, rows):
    """The time to the first byte of a stream's body, one stream at a time, in turns."""
    for _ in range(arguments.rounds):
        for name, port in ports.items():
            count = 50 if name in SLOW else 500
            note(rows[name], "first", float(load("first", f"http://127.0.0.1:{port}", KEY, count)[0]))


def measure_held(bench, ports, rows):
    """Memory while 1,000 paced streams are open."""
    for name, port in ports.items():
        family = bench.family(f"{name}-{PACED}")
        held = subprocess.Popen([LOAD, "hold", f"http://127.0.0.1:{port}", KEY, "1000", "30"], stdout=subprocess.PIPE, text=True)
        peak = 0.0
        while held.poll() is None:
            peak = max(peak, resident_mib(family))
            try:
                held.wait(0.1)
            except subprocess.TimeoutExpired:
                pass
        note(rows[name], "held", peak)
        note(rows[name], "whole", float(held.stdout.read()))


def report(rows):
    middle = {name: {key: statistics.median(values) for key, values in row.items()} for name, row in rows.items()}
    direct, nginx = middle.pop("direct"), middle["nginx"]
    print("| proxy | added p50 at 1 connection | requests/s at 64, ÷ nginx | CPU ms per 1,000 | first byte of a stream, p50 | memory at 64 | memory at 1,000 streams (whole) | cold start |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, row in middle.items():
        held = f"{row['held']:.0f} MiB ({row['whole']:.0f})" if "held" in row else ""
        first = f"{row['first']:.0f} µs" if "first" in row else ""
        print(
            f"| {name} | {row['p50'] - direct['p50']:.0f} µs | {row['rate'] / nginx['rate']:.3f} ({row['rate']:.0f}/s) "
            f"| {row['cpu']:.0f} | {first} | {row['memory']:.0f} MiB | {held} | {row['cold'] * 1000:.0f} ms |"
        )
    print(f"\nthe upstream asked directly: p50 {direct['p50']:.0f} µs, {direct['rate']:.0f}/s, first byte {direct['first']:.0f} µs")


def upstreams(name):
    """The upstreams that a proxy is measured in front of."""
    if name in WHOLE_ONLY:
        return (UPSTREAM,)
    return (UPSTREAM, FIRST) if name in SLOW else (UPSTREAM, FIRST, PACED)


def start(bench, names, rows):
    """Starts the upstreams and each proxy twice: before the fast upstream and before the paced ones."""
    bench.upstream(UPSTREAM)
    bench.start("first", [LOAD, "upstream", FIRST, 2, 0])
    bench.start("paced", [LOAD, "upstream", PACED, 40, 100])
    for port in (UPSTREAM, FIRST, PACED):
        answers("direct", port, 10)
    ports = {upstream: {} for upstream in (UPSTREAM, FIRST, PACED)}
    port = 18100
    for name in names:
        for upstream in upstreams(name):
            port += 1
            if not bench.proxy(name, port, upstream):
                print(f"{name} is left out: it is not installed", file=sys.stderr)
                break
            note(rows.setdefault(name, {}), "cold", answers(name, port, 120, headers_for(name, upstream)))
            ports[upstream][name] = port
    return ports


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--proxies", default=",".join(ALL), help="which, with commas")
    arguments = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin"
    if not shutil.which("nginx") or not shutil.which("wrk"):
        sys.exit("nginx and wrk are needed: apt-get install nginx-light wrk")
    if not LOAD.exists():
        sys.exit("cargo build --release --manifest-path bench/load/Cargo.toml")
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        home.chmod(0o755)
        bench, rows = Bench(home), {"direct": {}}
        try:
            ports = start(bench, arguments.proxies.split(","), rows)
            measure_whole(bench, {"direct": UPSTREAM} | ports[UPSTREAM], arguments, rows)
            measure_streams(bench, {"direct": FIRST} | ports[FIRST], arguments, rows)
            measure_held(bench, ports[PACED], rows)
        finally:
            bench.stop()
        report(rows)


if __name__ == "__main__":
    main()
