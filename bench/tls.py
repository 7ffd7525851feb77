"""Measures calls to an upstream in the clear, over TLS, and over TLS where it offers HTTP/2; see README.md."""

import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import compare
from proxies import ANSWER, BINARY, KEY, NGINX_UPSTREAM, Bench, answers, policy

# The upstreams' ports, by what they speak: one that answers at once and one whose streams are paced.
AT_ONCE = {"http": 18081, "https": 18084, "https, h2 offered": 18085}
PACED = {"http": 18083, "https": 18086, "https, h2 offered": 18087}

CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=localhost"
    " -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"
)

ENCRYPTED = """
  server {{
    listen 127.0.0.1:{port} ssl {protocol} backlog=4096;
    ssl_protocols TLSv1.3; ssl_certificate {home}/certificate.pem; ssl_certificate_key {home}/key.pem;
    ssl_session_cache shared:{port}:4m;
    {inside}
  }}
"""

AT_ONCE_INSIDE = "location / {{ default_type application/json; return 200 '{answer}'; }}"

PACED_INSIDE = """
    location / {{
      proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_buffering off;
    }}
"""


def encrypted(home, ports, inside):
    return "".join(
        ENCRYPTED.format(home=home, port=ports[speaks], protocol=protocol, inside=inside)
        for speaks, protocol in (("https", ""), ("https, h2 offered", "http2"))
    )


def start_upstreams(bench):
    names = ["-keyout", bench.home / "key.pem", "-out", bench.home / "certificate.pem"]
    subprocess.run(CERTIFICATE.split() + names, check=True, capture_output=True)
    at_once = AT_ONCE_INSIDE.format(answer=ANSWER)
    bench.nginx(
        "upstream",
        NGINX_UPSTREAM.format(port=AT_ONCE["http"], answer=ANSWER)
        + encrypted(bench.home, AT_ONCE, at_once)
        + encrypted(bench.home, PACED, PACED_INSIDE.format(port=PACED["http"])),
    )
    bench.start("paced", [compare.LOAD, "upstream", PACED["http"], 40, 100])
    for port in (AT_ONCE["http"], PACED["http"]):
        answers("direct", port, 10)


def start(bench, name, binary, port, speaks, upstream):
    folder = bench.home / f"{name}-policy"
    folder.mkdir()
    text = policy(upstream)
    if speaks != "http":
        text = text.replace("http://127.0.0.1", "https://localhost")
    (folder / "all.policy").write_text(text)
    command = [binary, "serve", folder, "--listen", f"127.0.0.1:{port}", "--admin", "127.0.0.1:0"]
    command += ["--record", bench.home / f"{name}-records", "--upstream-ca", bench.home / "certificate.pem"]
    bench.start(name, command)
    answers(name, port, 30)


def measure_whole(bench, ports, arguments, rows):
    for _ in range(arguments.rounds):
        for name, port in ports.items():
            compare.note(rows[name], "p50", compare.wrk("pointsman", port, 1, arguments.seconds, bench.home)[0])
        for name, port in ports.items():
            family = bench.family(name)
            before = compare.cpu_seconds(family)
            rate = compare.wrk("pointsman", port, 64, arguments.seconds, bench.home)[1]
            compare.note(rows[name], "rate", rate)
            used = compare.cpu_seconds(family) - before
            compare.note(rows[name], "cpu", used / (rate * arguments.seconds) * 1_000_000)


def measure_held(bench, ports, rows):
    """Memory while 1,000 paced streams are open, how many of them came whole, the seconds and the CPU that all took."""
    for name, port in ports.items():
        family, begun = bench.family(name), time.monotonic()
        before = compare.cpu_seconds(family)
        command = [compare.LOAD, "hold", f"http://127.0.0.1:{port}", KEY, "1000", "60"]
        held = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        peak = 0.0
        while held.poll() is None:
            peak = max(peak, compare.resident_mib(family))
            time.sleep(0.1)
        taken, used = time.monotonic() - begun, compare.cpu_seconds(family) - before
        rows[name]["held"] = f"{peak:.0f} MiB | {held.stdout.read().strip()} in {taken:.1f} s | {used:.2f} s"


def report(rows):
    print("| build, upstream | p50 at 1 connection | requests/s at 64 | CPU ms per 1,000 | memory at 1,000 streams | whole | CPU of these |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, row in rows.items():
        middle = {key: statistics.median(row[key]) for key in ("p50", "rate", "cpu")}
        print(f"| {name} | {middle['p50']:.0f} µs | {middle['rate']:.0f} | {middle['cpu']:.1f} | {row['held']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("builds", nargs="*", default=[f"pointsman={BINARY}"], help="NAME=BINARY")
    arguments = parser.parse_args()
    compare.os.environ["PATH"] += ":/usr/sbin"
    if not all(shutil.which(tool) for tool in ("nginx", "wrk", "openssl")) or not compare.LOAD.exists():
        sys.exit("nginx, wrk, openssl and bench/load are needed: see README.md")
    with tempfile.TemporaryDirectory() as home:
        bench, rows, at_once, paced = Bench(pathlib.Path(home)), {}, {}, {}
        bench.home.chmod(0o755)
        port = 18100
        try:
            start_upstreams(bench)
            for build in arguments.builds:
                build, binary = build.split("=", 1)
                for speaks in AT_ONCE:
                    for kind, ports, names in (("", AT_ONCE, at_once), (" paced", PACED, paced)):
                        port += 1
                        name = f"{build}, {speaks}"
                        start(bench, name + kind, binary, port, speaks, ports[speaks])
                        names[name + kind] = port
                    rows[name] = {}
            measure_whole(bench, at_once, arguments, rows)
            held = {name: {} for name in paced}
            measure_held(bench, paced, held)
            for name in rows:
                rows[name] |= held[f"{name} paced"]
        finally:
            bench.stop()
        report(rows)


if __name__ == "__main__":
    main()
