//! Parquet as traffic: the same totals as the same rows in JSON lines, whatever the compression and the size of the groups
//! of rows; and what is said of files that are broken or hold what cannot be read.

use crate::support::proxy::pointsman;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

const POLICY: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local price input $2.503701 output $10.000003 }
model small { provider local price input $0.150001 output $0.600007 }
"#;

const SCHEMA: &str = "message row {
  required int64 ts (TIMESTAMP(MICROS, true));
  optional binary team (STRING);
  required group usage { required int32 input; optional int64 output; }
  optional boolean streamed;
  required double cost;
  repeated int32 blocks;
  optional group tags (LIST) { repeated group list { optional binary element (STRING); } }
}";

/// Lists and groups of the forms that are not read, and a bare list that is.
const NESTED: &str = "message row {
  required int32 tokens;
  optional group headers (MAP) { repeated group key_value { required binary key (STRING); optional binary value (STRING); } }
  optional group deep (LIST) { repeated group list { optional group element (LIST) { repeated group list { optional binary element (STRING); } } } }
  optional group calls (LIST) { repeated group list { optional group element { optional binary name (STRING); optional int32 at; } } }
  repeated group spans { required binary name (STRING); }
  optional group sizes (LIST) { repeated group list { required int64 element; } }
  repeated binary bare (STRING);
  optional int64 clock (TIME(MICROS, true));
}";

/// One row. The names beside it are those of the schema's columns.
struct Row {
    ts: i64,
    team: Option<&'static str>,
    input: i32,
    output: Option<i64>,
    streamed: Option<bool>,
    tags: Option<Vec<&'static str>>,
}

fn rows() -> Vec<Row> {
    let mut draws = fastrand::Rng::with_seed(7);
    let mut row = |at: i64| Row {
        ts: 1_763_640_000_000_000 + at * 1_500_001,
        team: [None, Some("red \"1\""), Some("blau ü")][draws.usize(..3)],
        input: draws.i32(1..9_000),
        output: (draws.u8(..) > 9).then(|| draws.i64(0..900)),
        streamed: [None, Some(true), Some(false)][draws.usize(..3)],
        tags: [
            None,
            Some(vec![]),
            Some(vec!["batch"]),
            Some(vec!["a, b", "batch"]),
        ][draws.usize(..4)]
        .clone(),
    };
    (0..10_000).map(&mut row).collect()
}

fn line(row: &Row) -> String {
    let mut line = json!({"ts": row.ts, "usage": {"input": row.input}});
    if let Some(team) = row.team {
        line["team"] = team.into();
    }
    if let Some(output) = row.output {
        line["usage"]["output"] = output.into();
    }
    if let Some(streamed) = row.streamed {
        line["streamed"] = streamed.into();
    }
    if let Some(tags) = &row.tags {
        line["tags"] = json!(tags);
    }
    format!("{line}\n")
}

/// The rows as a Parquet file, so many in a group.
fn columnar(rows: &[Row], compression: Compression, group: usize) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
    let properties = WriterProperties::builder().set_compression(compression).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    for rows in rows.chunks(group) {
        let mut group = writer.next_row_group().unwrap();
        let mut at = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            write(column.untyped(), at, rows);
            column.close().unwrap();
            at += 1;
        }
        group.close().unwrap();
    }
    writer.into_inner().unwrap()
}

/// Of each list's items how much of their path is there, and whether they go on with a list.
fn levels(rows: &[Row]) -> (Vec<i16>, Vec<i16>) {
    let of = |row: &Row| match &row.tags {
        None => vec![(0, 0)],
        Some(tags) if tags.is_empty() => vec![(1, 0)],
        Some(tags) => (0..tags.len()).map(|at| (3, i16::from(at > 0))).collect(),
    };
    rows.iter().flat_map(of).unzip()
}

/// Writes the column of this number.
fn write(column: &mut ColumnWriter<'_>, at: usize, rows: &[Row]) {
    let there = |is_there: fn(&Row) -> bool| {
        rows.iter()
            .map(|row| i16::from(is_there(row)))
            .collect::<Vec<_>>()
    };
    match (column, at) {
        (ColumnWriter::Int64ColumnWriter(writer), 0) => {
            let values: Vec<i64> = rows.iter().map(|row| row.ts).collect();
            writer.write_batch(&values, None, None).unwrap();
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), 1) => {
            let values: Vec<ByteArray> = rows
                .iter()
                .filter_map(|row| row.team)
                .map(ByteArray::from)
                .collect();
            let levels = there(|row| row.team.is_some());
            writer.write_batch(&values, Some(&levels), None).unwrap();
        }
        (ColumnWriter::Int32ColumnWriter(writer), 2) => {
            let values: Vec<i32> = rows.iter().map(|row| row.input).collect();
            writer.write_batch(&values, None, None).unwrap();
        }
        (ColumnWriter::Int64ColumnWriter(writer), 3) => {
            let values: Vec<i64> = rows.iter().filter_map(|row| row.output).collect();
            let levels = there(|row| row.output.is_some());
            writer.write_batch(&values, Some(&levels), None).unwrap();
        }
        (ColumnWriter::BoolColumnWriter(writer), 4) => {
            let values: Vec<bool> = rows.iter().filter_map(|row| row.streamed).collect();
            let levels = there(|row| row.streamed.is_some());
            writer.write_batch(&values, Some(&levels), None).unwrap();
        }
        (ColumnWriter::DoubleColumnWriter(writer), 5) => {
            writer.write_batch(&vec![0.5; rows.len()], None, None).unwrap();
        }
        (ColumnWriter::Int32ColumnWriter(writer), 6) => {
            let levels = vec![0; rows.len()];
            writer.write_batch(&[], Some(&levels), Some(&levels)).unwrap();
        }
        (ColumnWriter::ByteArrayColumnWriter(writer), 7) => {
            let tags = rows.iter().filter_map(|row| row.tags.as_ref()).flatten();
            let values: Vec<ByteArray> = tags.map(|tag| ByteArray::from(*tag)).collect();
            let (levels, repeats) = levels(rows);
            writer
                .write_batch(&values, Some(&levels), Some(&repeats))
                .unwrap();
        }
        _ => panic!("the schema has another column {at}"),
    }
}

/// A folder with two policies.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write =
        |name: &str, rules: &str| fs::write(folder.path().join(name), format!("{POLICY}{rules}")).unwrap();
    write("old.policy", "route default { target large fallback small }");
    write(
        "new.policy",
        "fact team string from header \"x-team\" default \"\"\n\
         route red { when team.startsWith(\"red\") && now.getSeconds() < 40 target small fallback large }\n\
         route blue { when team == \"blau ü\" && stream target small fallback large }\n\
         route short { when tokens < 1000 target small }\n\
         route batch { when \"batch\" in tags && tokens < 8000 target small fallback large }\n\
         route default { target large fallback small }",
    );
    folder
}

const MAP: [&str; 6] = [
    "now=ts",
    "team=team",
    "tokens=usage.input",
    "output=usage.output",
    "stream=streamed",
    "tags=tags",
];

fn replay(folder: &Path, traffic: &str, map: &[&str]) -> Output {
    let mut command = pointsman();
    command.current_dir(folder).args([
        "replay",
        traffic,
        "--policy",
        "new.policy",
        "--baseline",
        "old.policy",
    ]);
    command
        .args(map.iter().flat_map(|map| ["--map", map]))
        .args(["--format", "json"]);
    command.output().unwrap()
}

fn report(folder: &Path, traffic: &str) -> Value {
    let output = replay(folder, traffic, &MAP);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
    for transition in report["transitions"].as_array_mut().unwrap() {
        transition["example"]["source"] = Value::Null;
    }
    report
}

/// What is said of traffic that cannot be replayed.
fn refused(folder: &Path, traffic: &str, map: &[&str]) -> String {
    let output = replay(folder, traffic, map);
    assert_eq!(output.status.code(), Some(2));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn its_totals_are_those_of_the_same_rows_in_json_lines() {
    let folder = folder();
    let rows = rows();
    let lines: String = rows.iter().map(line).collect();
    fs::write(folder.path().join("rows.jsonl"), lines).unwrap();
    let expected = report(folder.path(), "rows.jsonl");
    assert_eq!(expected["records"], 10_000);
    assert!(expected["changed"].as_u64().unwrap() > 3_000, "{expected}");
    let compressions = [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::ZSTD(ZstdLevel::default()),
        Compression::GZIP(GzipLevel::default()),
        Compression::LZ4_RAW,
    ];
    for (compression, group) in compressions.into_iter().zip([10_000, 999, 5_000, 7_000, 3_333]) {
        // The content tells what it is, whatever its name.
        fs::write(
            folder.path().join("rows.jsonl.gz"),
            columnar(&rows, compression, group),
        )
        .unwrap();
        assert_eq!(report(folder.path(), "rows.jsonl.gz"), expected, "{compression}");
    }
}

/// The file with another name of its compression: in the footer's compact Thrift the field `codec` (4, an i32), before
/// `num_values` (5, an i64). ZSTD is 6 and BROTLI 4, both zigzag.
fn said_to_be_of_brotli(mut file: Vec<u8>) -> Vec<u8> {
    for at in 0..file.len() - 2 {
        if file[at..at + 3] == [0x15, 12, 0x16] {
            file[at + 1] = 8;
        }
    }
    file
}

#[test]
fn what_is_wrong_with_a_file_is_said() {
    let folder = folder();
    let whole = columnar(&rows()[..500], Compression::UNCOMPRESSED, 100);
    let refused = |name: &str, bytes: &[u8], map: &[&str]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        refused(folder.path(), name, map)
    };
    let cut = refused("cut.parquet", &whole[..whole.len() - 5], &MAP);
    assert!(
        cut.starts_with("error: cut.parquet: it is no whole Parquet file: "),
        "{cut}"
    );
    assert_eq!(cut.lines().count(), 1);
    let packed = columnar(&rows()[..500], Compression::ZSTD(ZstdLevel::default()), 100);
    let brotli = refused("brotli.parquet", &said_to_be_of_brotli(packed), &MAP);
    assert!(
        brotli.contains("is packed with brotli, which is not read") && !brotli.contains("Disabled"),
        "{brotli}"
    );
    let head = refused("head.parquet", b"PAR1", &MAP);
    assert!(
        head.starts_with("error: head.parquet: it is no whole Parquet file: "),
        "{head}"
    );
    assert_eq!(
        refused("a.parquet", &whole, &["tokens=usage.inputs", "now=ts"]),
        "error: a.parquet: there is no column `usage.inputs`: it has `ts`, `team`, `usage.input`, `usage.output`, `streamed`, \
         `cost`, `blocks`, `tags`\n"
    );
    assert_eq!(
        refused("a.parquet", &whole, &["tokens=usage.input", "team=blocks"]),
        "error: a.parquet: the column `blocks` is a list of other values than texts, which is not read\n"
    );
    let unmapped = refused("a.parquet", &whole, &[]);
    assert_eq!(
        unmapped,
        "error: a.parquet: records in Parquet need `--map` or `--from`, which say what its columns are\n"
    );
}

#[test]
fn groups_of_rows_that_cannot_be_read_count_and_the_others_are_decided() {
    let folder = folder();
    let mut bytes = columnar(&rows()[..500], Compression::ZSTD(ZstdLevel::default()), 100);
    // The data of a group in the middle, not the footer that says where it is.
    let middle = bytes.len() / 2;
    bytes[middle - 200..middle].fill(0xff);
    fs::write(folder.path().join("a.parquet"), bytes).unwrap();
    let report = report(folder.path(), "a.parquet");
    let records = report["records"].as_u64().unwrap();
    assert!(
        (200..500).contains(&records) && records.is_multiple_of(100),
        "{records}"
    );
    assert_eq!(report["unreadable"], 5 - records / 100);
    let shown = &report["unreadable_lines"][0];
    assert_eq!(shown["line"].as_u64().unwrap() % 100, 1, "{shown}");
    assert!(
        shown["reason"]
            .as_str()
            .unwrap()
            .starts_with("the rows from here on cannot be read: "),
        "{shown}"
    );
}

#[test]
fn bytes_that_are_no_text_make_a_row_unreadable() {
    let folder = folder();
    let rows = &rows()[..500];
    let mut bytes = columnar(rows, Compression::UNCOMPRESSED, 500);
    let (text, other) = ("blau ü".as_bytes(), b"blau \xff\xff");
    while let Some(at) = bytes.windows(text.len()).position(|window| window == text) {
        bytes[at..at + text.len()].copy_from_slice(other);
    }
    fs::write(folder.path().join("a.parquet"), bytes).unwrap();
    let report = report(folder.path(), "a.parquet");
    let broken = rows.iter().filter(|row| row.team == Some("blau ü")).count();
    assert!(broken > 0);
    assert_eq!(
        (&report["unreadable"], &report["records"]),
        (&json!(broken), &json!(500 - broken))
    );
}

/// A file of one row of this schema, in which nothing is there but the first column.
fn nested() -> Vec<u8> {
    let schema = Arc::new(parse_message_type(NESTED).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        let none = Some([0].as_slice());
        match column.untyped() {
            ColumnWriter::Int32ColumnWriter(writer) => writer.write_batch(&[5], none, none),
            ColumnWriter::Int64ColumnWriter(writer) => writer.write_batch(&[], none, none),
            ColumnWriter::ByteArrayColumnWriter(writer) => writer.write_batch(&[], none, none),
            _ => panic!("the schema has a column of another type"),
        }
        .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.into_inner().unwrap()
}

#[test]
fn what_is_nested_and_not_read_is_named() {
    let folder = folder();
    fs::write(folder.path().join("a.parquet"), nested()).unwrap();
    let names = [
        "headers",
        "deep",
        "calls",
        "spans",
        "sizes",
        "headers.key_value.key",
        "clock",
    ];
    let said = names.map(|name| {
        let map = format!("tags={name}");
        refused(folder.path(), "a.parquet", &["tokens=tokens", &map])
    });
    insta::assert_snapshot!(said.concat());
    let usage = columnar(&rows()[..10], Compression::UNCOMPRESSED, 10);
    fs::write(folder.path().join("b.parquet"), usage).unwrap();
    assert_eq!(
        refused(folder.path(), "b.parquet", &["tokens=usage", "now=ts"]),
        "error: b.parquet: the column `usage` is a group of columns; name one of them: `usage.input`, `usage.output`\n"
    );
    // A list that is not marked as one is one all the same.
    let output = replay(folder.path(), "a.parquet", &["tokens=tokens", "tags=bare"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["records"], &report["missing"]["tags"]),
        (&json!(1), &Value::Null)
    );
}

#[test]
fn a_file_that_is_packed_as_a_whole_is_refused() {
    let folder = folder();
    let file = columnar(&rows()[..10], Compression::UNCOMPRESSED, 10);
    let packed = zstd::encode_all(file.as_slice(), 1).unwrap();
    fs::write(folder.path().join("a.parquet.zst"), packed).unwrap();
    assert_eq!(
        refused(folder.path(), "a.parquet.zst", &MAP),
        "error: cannot read `a.parquet.zst`: it holds Parquet that is packed as a whole: unpack it, its pages are packed by \
         themselves\n"
    );
}

/// A policy that draws by the record.
fn drawn(folder: &Path, arguments: &[&str]) -> String {
    let rules = "route default { target split by request { small 50% large 50% } }";
    fs::write(folder.join("drawn.policy"), format!("{POLICY}{rules}")).unwrap();
    let mut command = pointsman();
    let policies = ["--policy", "drawn.policy", "--baseline", "old.policy"];
    command
        .current_dir(folder)
        .arg("replay")
        .args(arguments)
        .args(policies);
    let map = ["now=ts", "tokens=usage.input", "output=usage.output"];
    command.args(map.iter().flat_map(|map| ["--map", map]));
    let output = command.args(["--format", "json"]).output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["targets"].to_string()
}

#[test]
fn what_rows_draw_is_theirs_in_any_group_of_any_file_on_any_thread() {
    let folder = folder();
    let rows = rows();
    let write = |name: &str, rows: &[Row], group: usize| {
        let file = columnar(rows, Compression::SNAPPY, group);
        fs::write(folder.path().join(name), file).unwrap();
    };
    write("whole.parquet", &rows, 10_000);
    write("a.parquet", &rows[..6_000], 999);
    write("b.parquet", &rows[6_000..], 500);
    let whole = drawn(folder.path(), &["whole.parquet", "--threads", "1"]);
    assert!(whole.contains("small") && whole.contains("large"), "{whole}");
    assert_eq!(drawn(folder.path(), &["b.parquet", "a.parquet"]), whole);
}

#[test]
fn a_large_group_is_dealt_out_in_ranges() {
    let folder = folder();
    // More rows than one thread takes at a time, in one group and with pages that end elsewhere.
    let rows: Vec<Row> = (0..15).flat_map(|_| rows()).collect();
    let lines: String = rows.iter().map(line).collect();
    fs::write(folder.path().join("rows.jsonl"), lines).unwrap();
    let file = columnar(&rows, Compression::SNAPPY, 150_000);
    fs::write(folder.path().join("rows.parquet"), file).unwrap();
    assert_eq!(
        report(folder.path(), "rows.parquet"),
        report(folder.path(), "rows.jsonl")
    );
    let part = |shard: &str, name: &str| {
        let mut command = pointsman();
        command
            .current_dir(folder.path())
            .args(["replay", "rows.parquet", "--shard", shard, "-o", name]);
        command.args(["--policy", "new.policy", "--baseline", "old.policy"]);
        command.args(MAP.iter().flat_map(|map| ["--map", map]));
        assert!(command.status().unwrap().success());
    };
    part("1/2", "1.part");
    part("2/2", "2.part");
    let merged = pointsman()
        .current_dir(folder.path())
        .args(["replay", "merge", "2.part", "1.part", "--format", "json"])
        .output()
        .unwrap();
    let whole = replay(folder.path(), "rows.parquet", &MAP);
    assert_eq!(merged.stdout, whole.stdout);
}
