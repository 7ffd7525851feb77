"""Which share of the proxy's CPU goes into observing a request and into deciding; see README.md."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from compare import UPSTREAM, wrk
from proxies import Bench, answers

PORT = 18101

# What the shares are read off: functions by a part of their name, callees included.
PARTS = {
    "observe": ["gateway::observe::Wishes::body", "gateway::observe::Wishes::head"],
    "decide": ["decide::steps::decide"],
}


def stacks(bench, seconds):
    """Stacks of the proxy under 64 connections, as `perf` has sampled them."""
    samples = bench.home / "perf.data"
    process = bench.processes[f"pointsman-{UPSTREAM}"]
    record = ["perf", "record", "-q", "-F", "399", "--call-graph", "dwarf,16384", "-p", str(process.pid)]
    perf = subprocess.Popen(record + ["-o", samples, "--", "sleep", str(seconds)], stderr=subprocess.DEVNULL)
    wrk("pointsman", PORT, 64, seconds, bench.home)
    perf.wait()
    script = ["perf", "script", "--no-inline", "-F", "ip,sym", "-i", samples]
    text = subprocess.run(script, capture_output=True, text=True).stdout
    return [stack for stack in text.split("\n\n") if stack.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    arguments = parser.parse_args()
    os.environ["PATH"] += ":/usr/sbin"
    for tool in ("nginx", "wrk", "perf"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install nginx-light wrk linux-perf")
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        home.chmod(0o755)
        bench = Bench(home)
        try:
            bench.upstream(UPSTREAM)
            answers("upstream", UPSTREAM, 10)
            bench.proxy("pointsman", PORT, UPSTREAM)
            answers("pointsman", PORT, 20)
            found = stacks(bench, arguments.seconds)
        finally:
            bench.stop()
    if not found:
        sys.exit("perf has taken no sample")
    print(f"{len(found)} samples of pointsman's CPU")
    for part, names in PARTS.items():
        within = sum(any(name in stack for name in names) for stack in found)
        print(f"{part}: {within / len(found):.1%}")


if __name__ == "__main__":
    main()
