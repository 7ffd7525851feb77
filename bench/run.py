"""Measures the proxy beside nginx as a plain reverse proxy to the same upstream; see README.md."""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BINARY = HERE.parent / "target" / "release" / "pointsman"
KEY = "bench-key"
ROUTES = 100
ANSWER = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "upstream-model",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "The answer."}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 200, "completion_tokens": 3, "total_tokens": 203},
    }
)
BODY = json.dumps({"model": "m", "messages": [{"role": "user", "content": "word " * 190}]})

NGINX = """
worker_processes auto;
daemon off;
pid {home}/{name}.pid;
error_log {home}/{name}.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {home}/{name}-body;
  proxy_temp_path {home}/{name}-proxy;
  fastcgi_temp_path {home}/{name}-fastcgi;
  uwsgi_temp_path {home}/{name}-uwsgi;
  scgi_temp_path {home}/{name}-scgi;
  keepalive_requests 100000000;
  {inside}
}}
"""

UPSTREAM = """
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ default_type application/json; return 200 '{answer}'; }}
  }}
"""

PROXY = """
  upstream model {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
"""

WRK = """
wrk.method = "POST"
wrk.body = {body}
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer {key}"
"""


def policy(upstream_port):
    routes = "\n".join(
        f'route r{number} {{ when tenant == "t{number}" && tokens < 9000 && "beta" in tags target m }}'
        for number in range(ROUTES - 1)
    )
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    return f"""
provider up {{ protocol openai url "http://127.0.0.1:{upstream_port}/v1" }}
model m {{ provider up name "upstream-model" price input $0.15 output $0.60 }}
tenant bench {{ key main sha256 "{digest}" }}
{"".join(f'tenant t{number} {{ key main sha256 "{hashlib.sha256(str(number).encode()).hexdigest()}" }}' + chr(10) for number in range(ROUTES - 1))}
{routes}
route last {{ target m }}
"""


def start_nginx(home, name, inside):
    config = home / f"{name}.conf"
    config.write_text(NGINX.format(home=home, name=name, inside=inside))
    return subprocess.Popen(["nginx", "-e", str(home / f"{name}.log"), "-p", str(home), "-c", str(config)])


def start_pointsman(home, upstream_port, log):
    folder = home / "policy"
    folder.mkdir()
    (folder / "all.policy").write_text(policy(upstream_port))
    process = subprocess.Popen(
        [BINARY, "serve", folder, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--record", home / "records"],
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    line = process.stdout.readline()
    if not line.startswith("proxy "):
        sys.exit(f"pointsman did not start, see {log.name}")
    return process, int(line.rsplit(":", 1)[1])


def wait_for(port):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/chat/completions",
        data=BODY.encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {KEY}"},
    )
    for _ in range(100):
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing answers on port {port}")


def wrk(port, connections, seconds, script):
    output = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", script]
        + [f"http://127.0.0.1:{port}/v1/chat/completions"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        sys.exit(f"failed requests on port {port}:\n{output}")
    value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", output).groups()
    microseconds = float(value) * {"us": 1, "ms": 1000, "s": 1_000_000}[unit]
    return microseconds, float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))


def cpu_seconds(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mib(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def measure(ports, arguments, script):
    figures = {name: {"latency": [], "throughput": []} for name in ports}
    for _ in range(arguments.rounds):
        for name, port in ports.items():
            figures[name]["latency"].append(wrk(port, 1, arguments.seconds, script)[0])
        for name, port in ports.items():
            figures[name]["throughput"].append(wrk(port, 64, arguments.seconds, script)[1])
    return {
        name: {kind: statistics.median(values) for kind, values in kinds.items()} for name, kinds in figures.items()
    }


# What the share of observing and deciding is read off: functions by a part of their name, callees included.
PARTS = {
    "observe": ["gateway::observe::Wishes::body", "gateway::observe::Wishes::head"],
    "decide": ["decide::steps::decide"],
}


def share(process, port, seconds, script, home):
    """The shares of the process's CPU under load that go into observing and deciding, by sampling its stacks."""
    samples = home / "perf.data"
    record = ["perf", "record", "-q", "-F", "399", "--call-graph", "dwarf,16384", "-p", str(process.pid)]
    perf = subprocess.Popen(record + ["-o", str(samples), "--", "sleep", str(seconds)], stderr=subprocess.DEVNULL)
    wrk(port, 64, seconds, script)
    perf.wait()
    stacks = subprocess.run(
        ["perf", "script", "--no-inline", "-F", "ip,sym", "-i", samples], capture_output=True, text=True
    ).stdout.split("\n\n")
    stacks = [stack for stack in stacks if stack.strip()]
    print(f"{len(stacks)} samples of pointsman's CPU")
    for part, names in PARTS.items():
        within = sum(any(name in stack for name in names) for stack in stacks)
        print(f"{part}: {within / len(stacks):.1%}")


def report(figures, pointsman):
    direct = figures["upstream"]["latency"]
    print(f"{'':12} {'p50 at 1':>12} {'added':>10} {'requests/s at 64':>18}")
    for name, values in figures.items():
        added = values["latency"] - direct
        print(f"{name:12} {values['latency']:>9.0f} µs {added:>7.0f} µs {values['throughput']:>18.0f}")
    ours, nginx = figures["pointsman"], figures["nginx"]
    print(f"requests/s at 64: {ours['throughput'] / nginx['throughput']:.3f} of nginx")
    print(f"added latency at 1: {(ours['latency'] - direct) / max(nginx['latency'] - direct, 1):.2f} times nginx's")
    print(f"resident memory of pointsman after the run: {resident_mib(pointsman):.0f} MiB, CPU {cpu_seconds(pointsman):.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--share", action="store_true", help="sample pointsman's stacks with perf instead")
    arguments = parser.parse_args()
    for tool in ("nginx", "wrk"):
        if not shutil.which(tool) and not os.path.exists(f"/usr/sbin/{tool}"):
            sys.exit(f"{tool} is missing: apt-get install nginx-light wrk")
    os.environ["PATH"] += ":/usr/sbin"
    if not BINARY.exists():
        sys.exit("no release build: cargo build --release")
    with tempfile.TemporaryDirectory() as home, open(os.path.join(home, "pointsman.log"), "w") as log:
        home = pathlib.Path(home)
        home.chmod(0o755)
        script = home / "post.lua"
        script.write_text(WRK.format(body=json.dumps(BODY), key=KEY))
        started = [
            start_nginx(home, "upstream", UPSTREAM.format(port=18081, answer=ANSWER)),
            start_nginx(home, "proxy", PROXY.format(port=18082, upstream=18081)),
        ]
        try:
            pointsman, port = start_pointsman(home, 18081, log)
            started.append(pointsman)
            ports = {"upstream": 18081, "nginx": 18082, "pointsman": port}
            for number in ports.values():
                wait_for(number)
            if arguments.share:
                share(pointsman, port, arguments.seconds, script, home)
            else:
                report(measure(ports, arguments, script), pointsman)
        finally:
            for process in started:
                process.terminate()
                process.wait()


if __name__ == "__main__":
    main()
