"""What analysts' tools read of records that the command line has exported as Parquet."""

import json
import os
import subprocess
from datetime import datetime, timezone
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest


def record(number):
    failed = {"target": "large", "status": 429, "class": "rate-limit", "ms": 30}
    answered = {"target": "small", "status": 200, "first_token_ms": 40, "ms": 100 + number}
    return {
        "v": 1,
        "ts": f"2026-11-20T12:00:{number % 60:02}.250Z",
        "facts": {"tenant": "acme", "tags": ["vip"] if number % 2 else [], "tokens": number, "stream": True, "team": "red"},
        "decision": {"route": "default", "targets": ["large", "small"], "guards": [], "skipped": []},
        "attempts": [failed, answered] if number % 2 else [answered],
        "outcome": "ok",
        "usage": {"input": number, "cached": 0, "output": 7},
        "cost_usd": f"0.{number:012}",
    }


@pytest.fixture
def exported(tmp_path):
    lines = [json.dumps(record(number)) for number in range(1000)] + ["nonsense"]
    (tmp_path / "records.jsonl").write_text("\n".join(lines))
    command = [os.environ["POINTSMAN"], "export", "records.jsonl", "-o", "records.parquet", "--fact", "team", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    report = json.loads(done.stdout)
    assert (report["records"], report["unreadable"]) == (1000, 1)
    return tmp_path / "records.parquet"


def test_arrow_reads_rows_with_their_types(exported):
    table = pq.read_table(exported)
    types = {name: table.schema.field(name).type for name in ("ts", "tokens", "stream", "cost_usd", "fact_team")}
    assert types == {
        "ts": pa.timestamp("us", tz="UTC"),
        "tokens": pa.int64(),
        "stream": pa.bool_(),
        "cost_usd": pa.decimal128(38, 12),
        "fact_team": pa.string(),
    }
    row = table.slice(61, 1).to_pylist()[0]
    assert row["ts"] == datetime(2026, 11, 20, 12, 0, 1, 250_000, tzinfo=timezone.utc)
    assert (row["tags"], row["targets"], row["target"]) == (["vip"], ["large", "small"], "large")
    assert row["cost_usd"] == Decimal("0.000000000061")
    assert [attempt["class"] for attempt in row["attempts"]] == ["rate-limit", None]
    assert (row["answered_by"], row["status"], row["ms"]) == ("small", 200, 161)
    assert table.slice(0, 1).to_pylist()[0]["tags"] == []


def test_duckdb_sums_exactly_and_unnests_attempts(exported):
    sums = duckdb.sql(f"select sum(cost_usd), sum(input_tokens), count(distinct id) from '{exported}'").fetchall()
    assert sums == [(Decimal("0.000000499500"), 499_500, 0)]
    failed = duckdb.sql(
        f"""
        select attempt.target, attempt.class, count(*)
        from (select unnest(attempts) as attempt from '{exported}')
        where attempt.class is not null group by all
        """
    ).fetchall()
    assert failed == [("large", "rate-limit", 500)]
