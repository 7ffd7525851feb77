//! The totals of a dry run are exact to the last digit: those that were counted otherwise, the same for any number of
//! threads and shards, any order of the files and any compression, and a hundred times as much for a hundred times the
//! traffic.
//!
//! `POINTSMAN_TRAFFIC` names a folder of `*.jsonl.gz` with `ts`, `input_tokens` and `output_tokens` to take instead of
//! generated traffic.

mod traffic;

use crate::support::proxy::pointsman;
use serde_json::Value;
use std::path::{Path, PathBuf};
use traffic::{Files, STORED, Stored, store, totals, traffic};

const CATALOG: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local price input $2.503701 cached $1.25 output $10.000003 }
model small { provider local price input $0.150001 output $0.600007 }
model unpriced { provider local }
"#;

/// Picodollars a token of the large model.
const LARGE: [i128; 2] = [2_503_701, 10_000_003];

const OLD: &str = "route default { target large fallback small }";

const NEW: &str = r#"
guard short { when tokens < 300 set max_tokens at most 1000 }
guard huge  { when tokens > 100000 && now.getMinutes() % 7 == 0 deny 413 "too long" }
route night { when now.getMinutes() % 5 == 0 && tokens < 8000 target small fallback large }
route split { when tokens < 1000 target split by request { small 90% large 10% } }
route lost  { when tokens > 3000 && tokens < 3500 target unpriced fallback large }
route default { target large fallback small }
"#;

struct Bench {
    folder: tempfile::TempDir,
    files: Files,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, rules) in [("old.policy", OLD), ("new.policy", NEW)] {
            std::fs::write(folder.path().join(name), format!("{CATALOG}{rules}")).unwrap();
        }
        let given = std::env::var_os("POINTSMAN_TRAFFIC").map(PathBuf::from);
        Bench {
            folder,
            files: traffic(given),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// What a dry run of these inputs prints.
    fn run(&self, inputs: &[String], arguments: &[&str]) -> Vec<u8> {
        let mut command = pointsman();
        command.current_dir(self.path()).arg("replay").args(inputs);
        command.args(["--policy", "new.policy", "--baseline", "old.policy"]);
        for map in ["tokens=input_tokens", "output=output_tokens", "now=ts"] {
            command.args(["--map", map]);
        }
        output(command.args(arguments))
    }

    fn report(&self, inputs: &[String], arguments: &[&str]) -> Value {
        let output = self.run(inputs, &[&["--format", "json"], arguments].concat());
        serde_json::from_slice(&output).unwrap()
    }

    /// The report of all shards, merged.
    fn merged(&self, inputs: &[String], shards: usize) -> Value {
        let mut command = pointsman();
        command
            .current_dir(self.path())
            .args(["replay", "merge", "--format", "json"]);
        for number in 1..=shards {
            let (shard, part) = (format!("{number}/{shards}"), format!("part-{number}"));
            self.run(inputs, &["--shard", &shard, "--output", &part]);
            command.arg(part);
        }
        serde_json::from_slice(&output(&mut command)).unwrap()
    }
}

fn output(command: &mut std::process::Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// A report without what names a file or a line of it.
fn without_places(mut report: Value) -> Value {
    for transition in report["transitions"].as_array_mut().unwrap() {
        transition.as_object_mut().unwrap().remove("example");
    }
    report.as_object_mut().unwrap().remove("unreadable_lines");
    report
}

fn dollars(value: &Value) -> i128 {
    let text = value.as_str().unwrap();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    assert!(fraction.len() <= 12, "{text}");
    sign * format!("{whole}{fraction:0<12}").parse::<i128>().unwrap()
}

#[test]
fn they_are_those_that_were_counted_otherwise() {
    let bench = Bench::new();
    let inputs = store(bench.path(), &bench.files, Stored::Plain);
    let report = bench.report(&inputs, &[]);
    let totals = totals(&bench.files);
    println!("{totals:?}, of which {} changed", report["changed"]);
    assert_eq!(report["records"], totals.records);
    let cost = i128::from(totals.input) * LARGE[0] + i128::from(totals.output) * LARGE[1];
    assert_eq!(dollars(&report["cost"]["baseline_usd"]), cost);
    let groups = |name: &str| report[name].as_array().unwrap().clone();
    let sum =
        |groups: Vec<Value>, field: &str| groups.iter().map(|group| dollars(&group[field])).sum::<i128>();
    assert_eq!(sum(groups("tenants"), "baseline_usd"), cost);
    let spans = report["over_time"]["spans"].as_array().unwrap().clone();
    assert_eq!(sum(spans, "baseline_usd"), cost);
    let whole = bench.run(&inputs, &["--format", "json"]);
    for threads in ["1", "2", "3", "8"] {
        let again = bench.run(&inputs, &["--format", "json", "--threads", threads]);
        assert!(again == whole, "{threads} threads");
    }
    for shards in [1, 2, 3, 7] {
        let merged = bench.merged(&inputs, shards);
        assert_eq!(merged, report, "{shards} shards");
    }
}

#[test]
fn neither_order_nor_compression_bears_on_them() {
    let bench = Bench::new();
    let mut first = None;
    for stored in STORED {
        let mut inputs = store(bench.path(), &bench.files, stored);
        for _ in 0..inputs.len() {
            inputs.rotate_left(1);
            let report = without_places(bench.report(&inputs, &[]));
            assert_eq!(first.get_or_insert_with(|| report.clone()), &report, "{stored:?}");
        }
        inputs.reverse();
        assert_eq!(
            Some(without_places(bench.merged(&inputs, 2))),
            first,
            "{stored:?}"
        );
    }
}

#[test]
fn a_hundred_times_the_traffic_is_a_hundred_times_as_much() {
    let bench = Bench::new();
    let inputs = store(bench.path(), &bench.files[1..], Stored::Gzip);
    let once = without_places(bench.report(&inputs, &[]));
    let repeated: Vec<String> = (0..100).flat_map(|_| inputs.clone()).collect();
    let hundred = without_places(bench.report(&repeated, &[]));
    let joined = bench.path().join("joined.jsonl");
    let all: Vec<u8> = inputs
        .iter()
        .flat_map(|path| std::fs::read(path).unwrap())
        .collect();
    std::fs::write(&joined, all.repeat(100)).unwrap();
    let joined = without_places(bench.report(&[joined.to_str().unwrap().to_owned()], &[]));
    assert_eq!(joined, hundred);
    is_times(&once, &hundred, 100, "");
}

/// Whether every count and sum of one report is so many times that of another, and all else the same.
fn is_times(once: &Value, more: &Value, times: i128, name: &str) {
    match (once, more) {
        (Value::Object(own), Value::Object(other)) => {
            assert_eq!(own.len(), other.len(), "{name}");
            for (key, value) in own {
                is_times(value, &other[key], times, key);
            }
        }
        (Value::Array(own), Value::Array(other)) => {
            assert_eq!(own.len(), other.len(), "{name}");
            for (own, other) in own.iter().zip(other) {
                is_times(own, other, times, name);
            }
        }
        (Value::String(_), Value::String(_)) if name.ends_with("_usd") => {
            assert_eq!(dollars(once) * times, dollars(more), "{name}");
        }
        (Value::Number(own), Value::Number(other)) if name != "seconds" => {
            let whole = |number: &serde_json::Number| i128::from(number.as_u64().unwrap());
            assert_eq!(whole(own) * times, whole(other), "{name}");
        }
        _ => assert_eq!(once, more, "{name}"),
    }
}
