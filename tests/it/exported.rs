//! Recorded traffic exported as Parquet: what stands in its columns, that a dry run of them counts the same, and what is
//! said of what cannot be read or written.

use crate::support::proxy::pointsman;
use insta::assert_snapshot;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

const WHOLE: &str = r#"{"v":1,"ts":"2026-11-20T12:00:00.123Z","id":"r-1","policy":"ab12","seed":"9f3c000000000001","orders":{"small":["llama-eu","gpt-mini"]},"prompted":{"prompt.contains(\"invoice\")":true},"facts":{"tenant":"acme","tier":"gold","region":"eu","user":"u1","tags":["vip","é"],"model":"gpt-4o","requested":"gpt-mini","api":"chat","tokens":812,"max_tokens":0,"stream":true,"json":false,"tools":0,"images":1,"turns":2,"headers":{"x-team":"red"},"team":"red","seats":4},"decision":{"route":"free","targets":["gpt-mini","llama-eu"],"guards":["eu-residency"],"skipped":[{"target":"big","why":"lacks tools"}],"max_tokens":1000},"propensity":"1/4","attempts":[{"target":"gpt-mini","status":429,"class":"rate-limit","ms":31},{"target":"llama-eu","status":200,"first_token_ms":210,"ms":812}],"passed_over":["c"],"passed_over_after":["connect"],"outcome":"ok","usage":{"input":812,"cached":10,"cache_write":7,"output":203},"cost_usd":"0.0003045","hold_exceeded":true,"content":{"request":{"text":"secret","bytes":6}}}"#;
const BARE: &str = r#"{"facts":{"tokens":"many","groups":["a","b"]}}"#;
const DENIED: &str = r#"{"v":1,"ts":"1969-12-31T23:59:59.5Z","facts":{"tenant":"initech"},"decision":{"route":null,"targets":[],"guards":["suspended"],"skipped":[],"denied":"suspended","status":403},"attempts":[],"outcome":"denied","usage":null,"cost_usd":"-12.5"}"#;

fn export(folder: &Path, arguments: &[&str]) -> Output {
    pointsman()
        .current_dir(folder)
        .arg("export")
        .args(arguments)
        .output()
        .unwrap()
}

/// The report of an export that must succeed.
fn exported(folder: &Path, arguments: &[&str]) -> Value {
    let output = export(folder, &[arguments, &["--format", "json"]].concat());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn open(path: &Path) -> SerializedFileReader<fs::File> {
    SerializedFileReader::new(fs::File::open(path).unwrap()).unwrap()
}

/// All rows of a file, a value a line.
fn rows(path: &Path) -> String {
    let mut shown = String::new();
    for row in open(path).get_row_iter(None).unwrap() {
        for (name, value) in row.unwrap().get_column_iter() {
            shown.push_str(&format!("{name}: {value}\n"));
        }
        shown.push('\n');
    }
    shown
}

fn folder_of(lines: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("lines.jsonl"), lines).unwrap();
    folder
}

#[test]
fn what_is_read_is_not_written_over() {
    let folder = folder_of(WHOLE);
    let policy = "provider p { protocol simulated } model m { provider p } route r { target m }";
    fs::write(folder.path().join("new.policy"), policy).unwrap();
    for line in [
        "export lines.jsonl -o ./lines.jsonl",
        "replay lines.jsonl --policy new.policy -o lines.jsonl",
        "replay lines.jsonl --policy new.policy --shard 1/2 -o lines.jsonl",
    ] {
        let mut command = pointsman();
        command.current_dir(folder.path()).args(line.split(' '));
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "error: `lines.jsonl` is read, and cannot be written over: give another file to `--output`\n"
        );
        let kept = fs::read_to_string(folder.path().join("lines.jsonl")).unwrap();
        assert_eq!(kept, WHOLE, "{line}");
    }
}

#[test]
fn every_value_of_a_record_has_its_column() {
    let folder = folder_of(&format!("{WHOLE}\n\n{BARE}\n{DENIED}"));
    let arguments = [
        "lines.jsonl",
        "-o",
        "out.parquet",
        "--fact",
        "team",
        "--fact",
        "groups",
    ];
    let report = exported(folder.path(), &arguments);
    assert_eq!(
        report,
        json!({"records": 3, "unreadable": 0, "unreadable_lines": []})
    );
    let shown = rows(&folder.path().join("out.parquet"));
    assert!(!shown.contains("secret"));
    assert_snapshot!(shown);
}

/// Records of one policy, whose attempts all succeeded.
fn traffic(count: usize) -> String {
    let mut draws = fastrand::Rng::with_seed(11);
    let mut line = |at: usize| {
        let (tokens, output) = (draws.u32(1..9_000), draws.u32(0..900));
        let team = ["red", "blue", ""][draws.usize(..3)];
        let (target, rate) = if tokens > 4_000 {
            ("large", 10_003)
        } else {
            ("small", 607)
        };
        let cost = u64::from(output) * rate;
        let tags = if at.is_multiple_of(3) { r#"["vip"]"# } else { "[]" };
        let orders = match draws.bool() {
            true => r#"["large","small"]"#,
            false => r#"["small","large"]"#,
        };
        let invoice = draws.bool();
        format!(
            r#"{{"v":1,"ts":"2026-11-20T12:00:{:02}.{:03}Z","id":"r{at}","policy":"ab","seed":"{at:016x}","orders":{{"live":{orders}}},"prompted":{{"prompt.contains(\"invoice\")":{invoice}}},"facts":{{"tenant":"acme","user":"u{}","tags":{tags},"model":"m","api":"chat","tokens":{tokens},"stream":{},"team":"{team}"}},"decision":{{"route":"a","targets":["{target}"],"guards":[],"skipped":[]}},"attempts":[{{"target":"{target}","status":200,"ms":{output}}}],"outcome":"ok","usage":{{"input":{tokens},"cached":{},"output":{output}}},"cost_usd":"0.{cost:012}"}}"#,
            at / 1_000 % 60,
            at % 1_000,
            draws.u8(..20),
            draws.bool(),
            tokens / 3,
        )
    };
    (0..count).map(|at| line(at) + "\n").collect()
}

const POLICY: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local price input $2.503701 cached $1.1 output $10.000003 }
model small { provider local price input $0.150001 output $0.600007 }
pool live { pick least-busy members [large, small] }
fact team string from header "x-team" default ""
"#;

const MAP: [&str; 12] = [
    "now=ts",
    "tenant=tenant",
    "user=user",
    "tags=tags",
    "model=model",
    "tokens=tokens",
    "stream=stream",
    "team=fact_team",
    "input=input_tokens",
    "cached=cached_tokens",
    "output=output_tokens",
    "target=target",
];

/// What a dry run of 3,000 records says, and one of their columns by this map.
fn of_lines_and_of_columns(old: &str, new: &str, map: &[&str]) -> (Value, Value) {
    let folder = folder_of(&traffic(3_000));
    for (name, routes) in [("old.policy", old), ("new.policy", new)] {
        fs::write(folder.path().join(name), format!("{POLICY}{routes}")).unwrap();
    }
    exported(
        folder.path(),
        &["lines.jsonl", "-o", "out.parquet", "--fact", "team"],
    );
    let replay = |input: &str, maps: &[&str]| -> Value {
        let mut command = pointsman();
        command
            .current_dir(folder.path())
            .args(["replay", input, "--policy", "new.policy"]);
        command.args(["--baseline", "old.policy", "--format", "json"]);
        maps.iter().for_each(|map| {
            command.args(["--map", map]);
        });
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    };
    (replay("lines.jsonl", &[]), replay("out.parquet", map))
}

/// That both say the same but for where an example stands, and that more than so many records move.
fn assert_alike(of_lines: &Value, of_columns: &Value, changed: u64) {
    assert_eq!(of_lines["records"], 3_000);
    assert!(of_lines["changed"].as_u64().unwrap() > changed, "{of_lines}");
    for total in [
        "records",
        "unreadable",
        "changed",
        "unpriced",
        "missing",
        "cost",
        "routes",
        "targets",
    ] {
        assert_eq!(of_lines[total], of_columns[total], "{total}");
    }
    // Examples name the place that they stand at, a line or a row.
    let moved = |report: &Value| {
        let mut all = report["transitions"].clone();
        all.as_array_mut()
            .unwrap()
            .iter_mut()
            .for_each(|one| one["example"] = Value::Null);
        all
    };
    assert_eq!(moved(of_lines), moved(of_columns));
}

#[test]
fn a_dry_run_of_the_columns_counts_what_one_of_the_records_does() {
    let (of_lines, of_columns) = of_lines_and_of_columns(
        "route a { when tokens > 4000 target large } route b { target small }",
        r#"route r { when team == "red" && "vip" in tags || stream target split by user { large 40% small 60% } } route b { target small }"#,
        &MAP,
    );
    assert_alike(&of_lines, &of_columns, 300);
}

#[test]
fn a_dry_run_of_the_columns_draws_and_knows_of_prompts_as_one_of_the_records_does() {
    let (old, new) = (
        "route b { target small }",
        r#"route asked { when prompt.contains("invoice") target split by request { large 40% small 60% } } route rest { target live }"#,
    );
    let as_recorded = [&MAP[..], &["seed=seed", "orders=orders", "prompted=prompted"]].concat();
    let (of_lines, of_columns) = of_lines_and_of_columns(old, new, &as_recorded);
    assert_alike(&of_lines, &of_columns, 1_000);
    // What became of attempts is not in the columns; the orders of pools are.
    assert_eq!(
        (&of_columns["missing"], &of_columns["estimated"]),
        (&json!({}), &json!(0))
    );
    let (_, without) = of_lines_and_of_columns(old, new, &MAP);
    assert_eq!(without["missing"]["prompt"], 3_000);
    assert_eq!(without["estimated"], 3_000);
}

#[test]
fn groups_of_rows_are_bounded_and_hold_all_records() {
    let long = "x".repeat(1 << 20);
    let line = |at: usize| format!("{{\"v\":1,\"id\":\"{at}\",\"facts\":{{\"other\":\"{long}\"}}}}\n");
    let folder = folder_of(&(0..40).map(line).collect::<String>());
    exported(folder.path(), &["lines.jsonl", "-o", "out.parquet"]);
    let reader = open(&folder.path().join("out.parquet"));
    let metadata = reader.metadata();
    assert!(metadata.num_row_groups() > 1, "{}", metadata.num_row_groups());
    assert_eq!(metadata.file_metadata().num_rows(), 40);
}

#[test]
fn what_cannot_be_read_is_counted_and_shown() {
    let folder = folder_of(&format!(
        "{WHOLE}\nnonsense\n{{\"v\":2,\"facts\":{{}}}}\n{BARE}\n{{\"v\":1}}\n"
    ));
    let output = export(folder.path(), &["lines.jsonl", "-o", "out.parquet"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert_snapshot!(said, @r"
    out.parquet: records 2, unreadable 3
    lines.jsonl:2: no traffic record: a line is a JSON object
    lines.jsonl:3: a traffic record of version 2; version 1 is read
    lines.jsonl:5: a traffic record without `facts`
    ");
    let report = exported(folder.path(), &["*.jsonl", "-o", "out.parquet"]);
    assert_eq!(
        (&report["records"], &report["unreadable"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(report["unreadable_lines"][0]["line"], 2);
}

#[test]
fn a_torn_file_counts_once_and_what_came_before_is_exported() {
    let folder = folder_of("");
    let packed = zstd::encode_all(traffic(5_000).as_bytes(), 3).unwrap();
    fs::write(
        folder.path().join("torn.jsonl.zst"),
        &packed[..packed.len() * 3 / 4],
    )
    .unwrap();
    let report = exported(folder.path(), &["*.zst", "-o", "out.parquet"]);
    assert_eq!(report["unreadable"], 1, "{report}");
    let records = report["records"].as_i64().unwrap();
    let rows = open(&folder.path().join("out.parquet"))
        .metadata()
        .file_metadata()
        .num_rows();
    assert!(records > 500 && rows == records, "{report}");
}

#[test]
fn what_keeps_a_file_from_being_written_is_said_and_leaves_none() {
    let folder = folder_of("nonsense\n");
    fs::write(folder.path().join("rows.csv"), "a,b\n1,2\n").unwrap();
    fs::write(folder.path().join("good.jsonl"), WHOLE).unwrap();
    exported(folder.path(), &["good.jsonl", "-o", "columns.parquet"]);
    let mut said = String::new();
    for arguments in [
        &["lines.jsonl", "-o", "out.parquet"][..],
        &["rows.csv", "-o", "out.parquet"],
        &["columns.parquet", "-o", "out.parquet"],
        &["nowhere.jsonl", "-o", "out.parquet"],
        &["good.jsonl", "-o", "no/such/folder/out.parquet"],
        &["good.jsonl", "-o", "-"],
        &[
            "good.jsonl",
            "-o",
            "out.parquet",
            "--fact",
            "tokens",
            "--fact",
            "x-team",
            "--fact",
            "a",
            "--fact",
            "a",
        ],
    ] {
        let output = export(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        said.push_str(&String::from_utf8(output.stderr).unwrap());
    }
    assert_snapshot!(said, @r"
    lines.jsonl:1: no traffic record: a line is a JSON object
    error: no line of the traffic could be read
    error: `rows.csv` is CSV: records of this program are exported, which are JSON lines
    error: cannot read `columns.parquet`: it is Parquet, and has no lines
    error: cannot read `nowhere.jsonl`: no such file or directory
    error: `no/such/folder/out.parquet` cannot be written: no such file or directory
    error: a table is not written to standard output: `--output` names its file (`./-` for one that is called so)
    error: `--fact tokens`: this fact has the column `tokens` already
    error: `--fact x-team`: this is no name of a fact
    error: `--fact a` is given twice
    ");
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        left.iter()
            .all(|name| !name.to_string_lossy().contains("out.parquet")),
        "{left:?}"
    );
}
