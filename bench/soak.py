"""Ten minutes of steady traffic with churned keys, models, aborts and faults: does memory grow, does anything go wrong that
the faults do not explain? Needs a release build and nothing else; see README.md."""

import argparse
import asyncio
import hashlib
import json
import os
import pathlib
import random
import re
import signal
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BINARY = pathlib.Path(os.environ.get("POINTSMAN_BINARY", HERE.parent / "target" / "release" / "pointsman"))
FAULTS = "fault rate-limit 5% fault server 5% fault overload 2% fault empty 2% fault connect 2%"


def policy(generation):
    """A policy whose tenants' keys and models are new in each generation; the keys before still hold."""
    keys = [f"key-{number}" for number in range(max(0, generation - 1), generation + 1)]
    tenants = "\n".join(
        f'tenant t{key} {{ key main sha256 "{hashlib.sha256(key.encode()).hexdigest()}" }}' for key in keys
    )
    models = "\n".join(
        f"model shaky-{number} {{ provider shaky price input $1 output $2 }}" for number in range(generation, generation + 8)
    )
    members = ", ".join(f"shaky-{number}" for number in range(generation, generation + 8))
    return f"""
provider shaky {{ protocol simulated latency 2ms rate 200 tokens per second {FAULTS} }}
provider cuts {{ protocol simulated latency 2ms rate 200 tokens per second fault truncated 100% }}
provider steady {{ protocol simulated latency 2ms rate 200 tokens per second }}
{models}
model broken {{ provider cuts price input $1 output $2 }}
model good {{ provider steady price input $1 output $2 }}
pool all {{ pick least-busy members [{members}] }}
{tenants}
route cut {{ when model == "broken" target broken fallback good }}
route rest {{ target all fallback good retry 1 on [rate-limit, server] attempts 20 }}
"""


class Soak:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.random = random.Random(arguments.seed)
        self.generation, self.port, self.admin, self.process = 0, None, None, None
        self.counts, self.wrong, self.memory = {}, [], []

    async def start(self):
        (self.folder / "policy").mkdir()
        self.write(0)
        command = [BINARY, "serve", self.folder / "policy", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
        command += ["--record", self.folder / "records"]
        self.process = await asyncio.create_subprocess_exec(
            *map(str, command), stdout=asyncio.subprocess.PIPE, stderr=open(self.folder / "log", "w")
        )
        for name in ("port", "admin"):
            line = (await self.process.stdout.readline()).decode()
            if "http://" not in line:
                sys.exit(f"it did not start: {(self.folder / 'log').read_text()}")
            setattr(self, name, int(line.rsplit(":", 1)[1]))

    def write(self, generation):
        path = self.folder / "policy" / "all.policy"
        path.with_suffix(".new").write_text(policy(generation))
        path.with_suffix(".new").rename(path)

    async def churn(self):
        """Replaces the policy again and again; its keys and models are used once it is served."""
        while True:
            await asyncio.sleep(self.arguments.churn)
            before = await self.served()
            self.write(self.generation + 1)
            for _ in range(600):
                if await self.served() > before:
                    self.generation += 1
                    break
                await asyncio.sleep(0.1)
            else:
                self.wrong.append("a policy was not taken in a minute: " + (self.folder / "log").read_text()[-400:])
                return

    async def served(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.admin)
        writer.write(b"GET /policy HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        text = await reader.read(-1)
        writer.close()
        return json.loads(text.split(b"\r\n\r\n", 1)[1])["generation"]

    def request(self, stream, model):
        words = "word " * self.random.randint(1, 400)
        body = json.dumps({"model": model, "stream": stream, "messages": [{"role": "user", "content": words}]})
        # It holds for one more policy, so that no reload is raced.
        key = f"key-{self.generation}"
        return (
            f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        ).encode()

    async def call(self):
        stream, leaves = self.random.random() < 0.6, self.random.random() < 0.15
        model = "broken" if self.random.random() < 0.05 else f"shaky-{self.generation}"
        patience = self.random.random() * 0.1 if leaves else 30
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(self.request(stream, model))
            text = await asyncio.wait_for(reader.read(-1), patience)
            writer.close()
        except asyncio.TimeoutError:
            writer.transport.abort()
            self.note("left" if leaves else "hung")
            if not leaves:
                self.wrong.append("no answer in 30 s")
            return
        self.judge(text.decode(), stream, model)

    def judge(self, text, stream, model):
        whole = "[DONE]" in text if stream else '"finish_reason":"stop"' in text
        if text.startswith("HTTP/1.1 200") and whole:
            return self.note("whole")
        if stream and model == "broken" and "upstream_truncated" in text and "[DONE]" not in text:
            return self.note("shown as broken")
        self.note("wrong")
        self.wrong.append(text[:400])

    def note(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def resident(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    async def run(self):
        begun, calls, next_look, number = time.monotonic(), set(), 0, 0
        churning = asyncio.create_task(self.churn())
        while (now := time.monotonic() - begun) < self.arguments.seconds:
            task = asyncio.create_task(self.call())
            calls.add(task)
            task.add_done_callback(calls.discard)
            if now >= next_look:
                self.memory.append((now, self.resident()))
                next_look = now + self.arguments.seconds / 60
            number += 1
            await asyncio.sleep(max(0, begun + number / self.arguments.rate - time.monotonic()))
        await asyncio.gather(*calls)
        churning.cancel()
        self.memory.append((self.arguments.seconds, self.resident()))
        self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


def slope(points):
    """Least squares, per minute."""
    count = len(points)
    middle_x, middle_y = (sum(point[axis] for point in points) / count for axis in (0, 1))
    above = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return 60 * above / sum((x - middle_x) ** 2 for x, _ in points)


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=float, default=50, help="requests a second")
    parser.add_argument("--churn", type=float, default=10, help="seconds between two policies")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(arguments, pathlib.Path(folder))
        await soak.start()
        code = await soak.run()
    later = soak.memory[len(soak.memory) // 2 :]
    growth = slope(later)
    print(f"{sum(soak.counts.values())} requests: {soak.counts}, {soak.generation} policies, exit code {code}")
    print(f"memory: {soak.memory[0][1]:.1f} MiB at first, {later[0][1]:.1f} half way, {later[-1][1]:.1f} at the end")
    print(f"slope of the second half: {growth:+.3f} MiB a minute")
    for text in soak.wrong[:5]:
        print(f"wrong: {text!r}")
    sys.exit(bool(soak.wrong) or code != 0 or growth > 0.5)


if __name__ == "__main__":
    asyncio.run(main())
