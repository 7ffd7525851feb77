"""Builds the program optimised by a profile of its own load: instrumented, put under load, and built again; see README.md."""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HOUSE = HERE.parent
PORT, UPSTREAM = 18101, 18081
RECORDS = 200_000

OLD = "route default { target large fallback small }"


def cargo(folder, flags):
    """A release build in a folder of its own; the program."""
    environment = os.environ | {"CARGO_TARGET_DIR": str(folder), "RUSTFLAGS": flags}
    subprocess.run(["cargo", "build", "--release", "--locked", "--bin", "pointsman"], cwd=HOUSE, env=environment, check=True)
    return folder / "release" / "pointsman"


def profdata():
    """The tool that merges profiles, of the compiler's own LLVM."""
    root = subprocess.run(["rustc", "--print", "sysroot"], cwd=HOUSE, check=True, capture_output=True, text=True).stdout.strip()
    found = shutil.which("llvm-profdata", path=os.pathsep.join(str(tool.parent) for tool in pathlib.Path(root).rglob("llvm-profdata")))
    return found or sys.exit("llvm-profdata is missing: rustup component add llvm-tools")


def rules():
    """100 rules: by tenant, by length, by tag and by time, a guard in ten of them, a split in a third."""
    lines = [
        'provider local { protocol openai url "http://localhost:8000/v1" }',
        "model large { provider local context 256k price input $2.50 output $10 }",
        "model small { provider local context 256k price input $0.15 cached $0.075 output $0.60 }",
        'fact tier one of ["free", "gold", "team"] from tenant default "free"',
    ]
    for number in range(10):
        lines.append(f'guard g{number} {{ when tenant == "t{number}" && tokens > 9000 set max_tokens at most {1000 + number} }}')
    conditions = (
        'tenant == "t{n}" && tokens < 9000',
        "tokens >= {low} && tokens < {high}",
        '"tag-{n}" in tags && tier == "gold"',
        'now.getHours() < 6 && tokens < {low} && region == "r{n}"',
    )
    targets = ("small fallback large", "large fallback small", "split by request { small 90% large 10% }")
    for number in range(89):
        condition = conditions[number % 4].format(n=number, low=number * 50, high=number * 50 + 20)
        lines.append(f"route r{number} {{ when {condition} target {targets[number % 3]} }}")
    return "\n".join(lines[:4]), "\n".join(lines[4:])


def lines_of_records(path):
    """Short records of other origin, as public traces have them."""
    with open(path, "w") as file:
        for number in range(RECORDS):
            second = number // 25 % 86_400
            time = f"2023-11-16T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{number * 31 % 10**7:07}Z"
            line = {"ts": time, "tenant": f"t{number % 40}", "input_tokens": number * 7919 % 6000, "output_tokens": number * 104729 % 900}
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


def load_gateway(program, home):
    """Whole answers over keep-alive connections, then streams, faults and clients who leave."""
    os.environ["POINTSMAN_BINARY"] = str(program)
    from compare import wrk
    from proxies import Bench, answers, policy

    bench = Bench(home)
    try:
        bench.upstream(UPSTREAM)
        answers("upstream", UPSTREAM, 10)
        folder = home / "served"
        folder.mkdir()
        (folder / "all.policy").write_text(policy(UPSTREAM))
        listen = ["--listen", f"127.0.0.1:{PORT}", "--admin", "127.0.0.1:0"]
        bench.start("pointsman", [program, "serve", folder, *listen, "--record", home / "records"])
        answers("pointsman", PORT, 20)
        for connections, seconds in ((1, 3), (64, 8), (16, 4)):
            wrk("pointsman", PORT, connections, seconds, home)
    finally:
        bench.stop()
    # What it says of memory is of the instrumented program.
    subprocess.run([sys.executable, HERE / "soak.py", "--seconds", "30"], stdout=subprocess.DEVNULL)


def load_replay(program, home):
    """Records of ours and of other origin, as lines and as columns, against a second policy and against themselves."""
    catalog, routes = rules()
    (home / "new.policy").write_text(f"{catalog}\n{routes}\n{OLD}\n")
    (home / "old.policy").write_text(f"{catalog}\n{OLD}\n")
    lines_of_records(home / "foreign.jsonl")

    def maps(*columns):
        return [part for column in columns for part in ("--map", column)]

    def replay(*arguments):
        command = [program, "replay", *arguments, "--format", "json"]
        subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL)

    foreign = maps("now=ts", "tenant=tenant", "tokens=input_tokens", "output=output_tokens")
    replay("foreign.jsonl", "--policy", "new.policy", "--baseline", "old.policy", *foreign)
    replay("records", "--policy", "served")
    replay("records", "--policy", "new.policy", "--baseline", "old.policy")
    subprocess.run([program, "export", "records", "--output", "records.parquet"], cwd=home, check=True)
    exported = maps("now=ts", "tenant=tenant", "tier=tier", "tokens=tokens", "input=input_tokens", "output=output_tokens")
    replay("records.parquet", "--policy", "new.policy", "--baseline", "old.policy", *exported)


def profiled(target):
    """Puts an instrumented build under load; the profile."""
    os.environ["PATH"] += ":/usr/sbin"
    if not shutil.which("nginx") or not shutil.which("wrk"):
        sys.exit("nginx and wrk are needed: apt-get install nginx-light wrk")
    merge, raw, merged = profdata(), target / "profile", target / "merged.profdata"
    program = cargo(target / "instrumented", f"-Cprofile-generate={raw}")
    # What the build's own scripts did is no load.
    shutil.rmtree(raw, ignore_errors=True)
    with tempfile.TemporaryDirectory() as home:
        home = pathlib.Path(home)
        home.chmod(0o755)
        load_gateway(program, home)
        load_replay(program, home)
    subprocess.run([merge, "merge", "-o", merged, raw], check=True)
    return merged


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=pathlib.Path, default=HOUSE / "target" / "optimised", help="the folder for all of it")
    parser.add_argument("--profile", type=pathlib.Path, help="a merged profile of before, instead of putting it under load")
    arguments = parser.parse_args()
    target = arguments.target.resolve()
    merged = arguments.profile.resolve() if arguments.profile else profiled(target)
    flags = f"-Cprofile-use={merged}"
    print(cargo(target, flags))
    print(f"other builds with it: CARGO_TARGET_DIR={target} RUSTFLAGS={flags}")


if __name__ == "__main__":
    main()
