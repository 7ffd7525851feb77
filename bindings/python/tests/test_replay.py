"""Dry runs: the same report as the command line's, byte for byte, whoever held the rows."""

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import pointsman

CATALOG = """
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local price input $2.503701 output $10.000003 }
model small { provider local price input $0.150001 output $0.600007 }
"""

OLD = CATALOG + "route default { target large fallback small }"

NEW = (
    CATALOG
    + """
route batch { when "batch" in tags && now.getHours() < 20 target small fallback large }
route red { when tenant.startsWith("red") target split by request { small 60% large 40% } }
route short { when tokens < 1000 target small }
route default { target large fallback small }
"""
)

MAP = {"now": "ts", "tenant": "team", "tokens": "usage.input", "output": "usage.output", "tags": "tags"}


def rows(begin, end):
    numbers = range(begin, end)
    return pa.table(
        {
            "ts": pa.array([1_763_640_000_000_000 + n * 1_500_001 for n in numbers], pa.timestamp("us", "UTC")),
            "team": pa.array([None if n % 7 == 0 else f"{['red', 'blau ü'][n % 2]} {n % 40}" for n in numbers]),
            "usage": pa.array([{"input": n * 7919 % 6000, "output": None if n % 11 == 0 else n * 31 % 900} for n in numbers]),
            "tags": pa.array([None if n % 5 == 0 else ["batch", "x"][: n % 3] for n in numbers]),
        }
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("replay")
    (folder / "old.policy").write_text(OLD)
    (folder / "new.policy").write_text(NEW)
    for name, begin, end in [("a.parquet", 0, 4000), ("b.parquet", 4000, 5500)]:
        pq.write_table(rows(begin, end), folder / name, row_group_size=999)
    return folder


def command_line(folder, *arguments):
    program = os.environ["POINTSMAN"]
    return subprocess.run([program, "replay", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def asked(arguments=()):
    mapped = [text for name, column in MAP.items() for text in ("--map", f"{name}={column}")]
    return ["a.parquet", "b.parquet", "--policy", "new.policy", "--baseline", "old.policy", *mapped, *arguments]


@pytest.fixture
def replay(folder, monkeypatch):
    monkeypatch.chdir(folder)
    new, old = pointsman.Policy.load("new.policy"), pointsman.Policy.load("old.policy")
    return pointsman.Replay(new, baseline=old, map=MAP, sources=["a.parquet", "b.parquet"])


def test_a_report_is_the_command_lines(folder, replay):
    run = replay.run()
    run.add(pq.read_table("b.parquet"), source="b.parquet")
    # In batches, out of order: only the line says where a row stood.
    table = pq.read_table("a.parquet")
    run.add(table.slice(1500), source="a.parquet", first_line=1501)
    run.add(pa.RecordBatchReader.from_batches(table.schema, table.slice(0, 1500).to_batches(700)), source="a.parquet", first_line=1)
    report = run.report()
    assert report.to_dict()["records"] == 5500
    assert report.to_dict()["changed"] > 1000
    assert report.to_json().rstrip("\n") == command_line(folder, *asked(["--format", "json"])).rstrip("\n")
    assert report.to_markdown() == command_line(folder, *asked(["--format", "markdown"]))
    assert report.to_html() == command_line(folder, *asked(["--format", "html"]))
    assert report.to_dict() == json.loads(report.to_json())
    assert str(report) == command_line(folder, *asked())


def test_rows_that_name_their_place_are_decided_in_any_order(folder, replay):
    named = duckdb.sql(
        """
        select *, parse_filename(filename) as file, file_row_number + 1 as line
        from read_parquet(['a.parquet', 'b.parquet'], filename = true, file_row_number = true)
        order by hash(usage.input), line
        """
    )
    run = replay.run()
    run.add(named, place=("file", "line"))
    assert run.report().to_json().rstrip("\n") == command_line(folder, *asked(["--format", "json"])).rstrip("\n")


def test_parts_of_workers_and_of_the_command_line_merge(folder, replay):
    def part(number):
        run = replay.run(f"{number}/3")
        for name in replay.sources:
            table, begin = pq.read_table(name), 0
            for batch in table.to_batches(max_chunksize=250):
                if begin // 250 % 3 == number - 1:
                    run.add(batch, source=name, first_line=begin + 1)
                begin += batch.num_rows
        return run.part()

    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(part, [3, 1, 2]))
    whole = command_line(folder, *asked(["--format", "json"]))
    assert pointsman.merge(parts).to_json().rstrip("\n") == whole.rstrip("\n")
    for number, text in enumerate(parts):
        (folder / f"{number}.part").write_bytes(text)
    merged = command_line(folder, "merge", "0.part", "1.part", "2.part", "--format", "json")
    assert merged == whole
    # A part of the command line's own, beside one of a worker.
    command_line(folder, *asked(["--shard", "1/2", "-o", "first.part"]))
    run = replay.run("2/2")
    run.add(pq.read_table("b.parquet"), source="b.parquet")
    assert pointsman.merge([run.part(), (folder / "first.part").read_text()]).to_json().rstrip("\n") == whole.rstrip("\n")


def test_json_lines_of_the_same_rows_count_the_same_where_nothing_is_drawn(folder, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "still.policy").write_text(NEW.replace("split by request { small 60% large 40% }", "small fallback large"))
    still, old = pointsman.Policy.load("still.policy"), pointsman.Policy.load("old.policy")
    run = pointsman.Replay(still, baseline=old, map=MAP, sources=["rows.jsonl"]).run()
    table = rows(0, 1000)
    run.add(table)
    lines = [{**row, "ts": row["ts"].isoformat()} for row in table.to_pylist()]
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    arguments = [text if text != "new.policy" else "still.policy" for text in asked(["--format", "json"])]
    said = command_line(folder, "rows.jsonl", *arguments[2:])
    assert run.report().to_json().rstrip("\n") == said.rstrip("\n")


def test_what_is_wrong_is_said(replay):
    new = pointsman.Policy.load("new.policy")
    with pytest.raises(ValueError, match="need `map` or `importer`"):
        pointsman.Replay(new)
    with pytest.raises(ValueError, match="there is no importer"):
        pointsman.Replay(new, importer="nobody")
    run = replay.run("2/4")
    with pytest.raises(ValueError, match="there is no source `c.parquet`"):
        run.add(rows(0, 5), source="c.parquet")
    with pytest.raises(ValueError, match="there is no column `ts`"):
        run.add(pa.table({"a": [1]}))
    with pytest.raises(ValueError, match="shards are missing: 1/4, 3/4, 4/4"):
        pointsman.merge([run.part()])
    with pytest.raises(ValueError, match="the row tells no decision; `baseline`"):
        pointsman.Replay(new, map=MAP).run().add(rows(0, 5))
    with pytest.raises(ValueError, match="`shard` is"):
        replay.run("5/4")
