"""Policies compiled, and rows of any Arrow data decided."""

import duckdb
import pyarrow as pa
import pytest

import pointsman

TEXT = """
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local price input $2.50 output $10 }
model small { provider local price input $0.15 output $0.60 }
fact team string from header "x-team" default "nobody"
guard suspended { when tenant == "initech" deny 403 "no" }
guard short { when tokens > 900 set max_tokens at most 100 }
route batch { when "batch" in tags target small }
route nobody { when team == "nobody" deny 401 "who are you?" }
route default { target large fallback small }
"""

ROWS = {
    "tenant": ["acme", "initech", None, "acme"],
    "team": pa.array(["red", "red", None, "blue"]).dictionary_encode(),
    "tokens": pa.array([5, 6, 7, 1000], pa.int32()),
    "tags": [["batch"], [], None, ["x", "y"]],
    "ignored": [1.5, 2.5, 3.5, 4.5],
}

EXPECTED = {
    "route": ["batch", None, "nobody", "default"],
    "target": ["small", None, None, "large"],
    "fallbacks": [[], [], [], ["small"]],
    "guards": [[], ["suspended"], [], ["short"]],
    "max_tokens": [None, None, None, 100],
    "denied": [None, "suspended", "nobody", None],
    "status": [None, 403, 401, None],
    "error": [None] * 4,
    "skipped": [[]] * 4,
    "unreadable": [None] * 4,
}


@pytest.fixture(scope="module")
def policy():
    return pointsman.Policy.from_text(TEXT)


def test_a_table_a_batch_and_a_stream_are_decided_alike(policy):
    table = pa.table(ROWS)
    batches = table.to_batches(max_chunksize=3)
    assert policy.decide(table).to_pyarrow().to_pydict() == EXPECTED
    assert pa.table(policy.decide(table.to_batches()[0])).to_pydict() == EXPECTED
    stream = pa.RecordBatchReader.from_batches(table.schema, batches)
    decided = policy.decide(stream)
    assert len(decided) == 4
    assert pa.table(decided).to_pydict() == EXPECTED


def test_duckdb_takes_part_on_both_sides(policy):
    rows = pa.table(ROWS)
    asked = duckdb.sql("select tenant, team, tokens, tags from rows order by tokens")
    decided = policy.decide(asked).to_pyarrow()
    counted = duckdb.sql("select coalesce(target, denied) as who, count(*) from decided group by who order by who")
    assert counted.fetchall() == [("large", 1), ("nobody", 1), ("small", 1), ("suspended", 1)]


def test_columns_are_mapped_also_within_groups(policy):
    usage = pa.array([{"input": 5}, None, {"input": 1000}])
    rows = pa.table({"who": ["acme"] * 3, "usage": usage, "team": ["red"] * 3})
    decided = policy.decide(rows, {"tenant": "who", "tokens": "usage.input", "team": "team"})
    assert decided.to_pyarrow()["max_tokens"].to_pylist() == [None, None, 100]


def test_numbers_texts_and_times_of_every_width_are_read():
    text = TEXT.replace('route default', 'route late { when now.getHours() >= 12 target small }\nroute default')
    policy = pointsman.Policy.from_text(text)
    for numbers in [pa.int8(), pa.uint16(), pa.int64(), pa.float32(), pa.float64(), pa.large_string(), pa.string_view()]:
        rows = pa.table({"tokens": pa.array([7, 120]).cast(pa.string()).cast(numbers), "team": ["red"] * 2})
        assert policy.decide(rows).to_pyarrow()["route"].to_pylist() == ["default"] * 2, numbers
    for unit in ["s", "ms", "us", "ns"]:
        times = pa.array([1_763_629_200, 1_763_679_600]).cast(pa.timestamp("s", "UTC")).cast(pa.timestamp(unit, "UTC"))
        rows = pa.table({"now": times, "team": ["red"] * 2})
        assert policy.decide(rows).to_pyarrow()["route"].to_pylist() == ["default", "late"], unit


def test_a_row_that_cannot_be_read_says_why(policy):
    decided = policy.decide(pa.table({"tokens": [5, -1], "team": ["red", "red"]})).to_pyarrow()
    assert decided["target"].to_pylist() == ["large", None]
    assert decided["unreadable"].to_pylist() == [None, "`tokens` is an int from 0 to 1099511627776, found `-1`"]


def test_what_is_wrong_with_a_policy_is_said_whole():
    with pytest.raises(pointsman.PolicyError) as raised:
        pointsman.Policy.from_text('route default { target nowhere }', name="broken.policy")
    assert "broken.policy:1" in str(raised.value)
    assert "`nowhere`" in str(raised.value)


def test_a_folder_is_loaded_as_its_texts_are(tmp_path, policy):
    (tmp_path / "a.policy").write_text(TEXT)
    loaded = pointsman.Policy.load(tmp_path)
    assert loaded.hash == pointsman.Policy.load(str(tmp_path / "a.policy")).hash
    assert len(policy.hash) == 64
    assert "all targets of the route `default` fail together" in policy.warnings
    with pytest.raises(pointsman.PolicyError, match="nothing"):
        pointsman.Policy.load(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("rows", "mapping", "error"),
    [
        ({"a": [1]}, {"tokens": "b"}, "there is no column `b`: there are `a`"),
        ({"a": [1]}, {"tokns": "a"}, "did you mean `tokens`"),
        ({"a": pa.array([1]).cast(pa.decimal128(20))}, {"tokens": "a"}, "the column `a` is a decimal, which is not read"),
        ({"a": [[1]]}, {"tags": "a"}, "the column `a` is a list of other values than texts, which is not read"),
        ({"a": [{"b": 1}]}, {"tokens": "a"}, "the column `a` is a group of columns, which is not read"),
        ({"a": [1]}, None, "there is none of the columns that are mapped"),
    ],
)
def test_what_is_wrong_with_the_data_is_said(policy, rows, mapping, error):
    with pytest.raises(ValueError, match=error.replace("`", ".")):
        policy.decide(pa.table(rows), mapping)
