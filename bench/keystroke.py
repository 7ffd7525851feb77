"""How long a keystroke in a large policy takes to its diagnosis, seen from the editor's side of the pipe.

A policy of so many rules is opened in `pointsman lsp`, and letters are typed into a condition in its middle, one after
the other, each a change of its own. What is measured is the time from a change to the findings of its version.
Needs a release build (`cargo build --release`) and nothing else.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
URI = "file:///no/such/directory/large.policy"
TYPED = "|| tokens > 70000 && !(tier == 'gold')"


def policy(rules: int) -> str:
    """A policy of rules of about 180 bytes, spread over a few models, facts and `let`s."""
    head = """provider main {
  protocol simulated
}

model small {
  provider main
  context  128k
}

model large {
  provider main
  context  1M
}

let long = tokens > 100000

"""
    rule = """# the rule of customer number {0}
route customer-{0} {{
  when     tenant == "t{0}" && tokens < {1} && "a" in tags
  target   small
  fallback large on [context-length, rate-limit]
  retry    1 on [connect]
}}

"""
    return head + "".join(rule.format(number, 1000 + number) for number in range(rules)) + "route default { target small }\n"


class Server:
    """The language server at the other end of a pipe."""

    def __init__(self, program: str):
        self.process = subprocess.Popen([program, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def send(self, method: str, params, number: int | None = None):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        if number is not None:
            message["id"] = number
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while (line := self.process.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif not line:
                sys.exit("the server hung up")
        return json.loads(self.process.stdout.read(length))

    def until(self, is_it):
        while not is_it(message := self.read()):
            pass
        return message


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--program", default=str(ROOT / "target/release/pointsman"))
    options.add_argument("--rules", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    options = options.parse_args()

    server = Server(options.program)
    server.send("initialize", {"capabilities": {}}, 1)
    server.until(lambda message: message.get("id") == 1)
    server.send("initialized", {})
    text = policy(options.rules)
    document = {"uri": URI, "languageId": "policy", "version": 0, "text": text}
    start = time.perf_counter()
    server.send("textDocument/didOpen", {"textDocument": document})
    version = 0

    def diagnosed(message):
        return (
            message.get("method") == "textDocument/publishDiagnostics"
            and message["params"].get("version") == version
        )

    server.until(diagnosed)
    opened = time.perf_counter() - start
    line = text[: text.index(f'"t{options.rules // 2}"')].count("\n")
    column = len(text.split("\n")[line])
    seconds = []
    for _ in range(options.rounds):
        for at, letter in enumerate(TYPED):
            version += 1
            seconds.append(change(server, version, line, column + at, column + at, letter, diagnosed))
        version += 1
        seconds.append(change(server, version, line, column, column + len(TYPED), "", diagnosed))
    server.send("shutdown", None, 2)
    server.until(lambda message: message.get("id") == 2)
    server.send("exit", None)
    server.process.wait()
    milliseconds = sorted(1000 * second for second in seconds)
    print(f"{options.rules} rules, {len(text) // 1024} KiB; opened and diagnosed in {1000 * opened:.1f} ms")
    print(
        f"{len(milliseconds)} keystrokes: median {statistics.median(milliseconds):.1f} ms, "
        f"slowest {milliseconds[-1]:.1f} ms"
    )


def change(server, version, line, start, end, text, diagnosed):
    """Makes one change and waits for its findings; the seconds between."""
    place = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    params = {
        "textDocument": {"uri": URI, "version": version},
        "contentChanges": [{"range": place, "text": text}],
    }
    begin = time.perf_counter()
    server.send("textDocument/didChange", params)
    server.until(diagnosed)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
