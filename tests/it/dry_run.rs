//! What stands around a dry run: conditions that stop a pipeline, shards and their merge, reports in files.

use crate::replay::{MAPPED, replay, workspace};
use std::path::Path;
use std::process::Output;

const TRAFFIC: [&str; 3] = ["traffic.jsonl", "--baseline", "old.policy"];

fn dry_run(directory: &Path, arguments: &[&str]) -> Output {
    replay(directory, &[&TRAFFIC[..], &MAPPED[..], arguments].concat())
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_condition_that_holds_ends_with_1() {
    let directory = workspace();
    let run = |conditions: &[&str]| {
        let flags: Vec<_> = conditions
            .iter()
            .flat_map(|condition| ["--fail-on", condition])
            .collect();
        let output = dry_run(directory.path(), &flags);
        assert!(!output.stdout.is_empty(), "the report is there whatever holds");
        (output.status.code(), stderr(&output))
    };
    let fine = [
        "changed > 1000",
        "delta_usd > 0",
        "changed_share > 0.34 || unpriced > 0",
    ];
    assert_eq!(run(&fine), (Some(0), String::new()));
    assert_eq!(
        run(&["changed == 1000", "unreached > 5", "missing > 0"]),
        (
            Some(1),
            "error: failed on `changed == 1000`\nerror: failed on `missing > 0`\n".to_owned()
        )
    );
}

#[test]
fn a_condition_that_is_none_ends_with_2_before_anything_is_read() {
    let directory = workspace();
    let cases = [
        (
            "chnged > 5",
            "`--fail-on chnged > 5`: there is no number `chnged`; did you mean `changed`?",
        ),
        ("changed", "`--fail-on changed`: it is true or false, found `0`"),
        (
            "delta_usd > '50'",
            "`--fail-on delta_usd > '50'`: no such overload: `_>_` does not take (double, string)",
        ),
        (
            "agreement < 1.0",
            "`--fail-on agreement < 1.0`: `agreement` is held against what was recorded: leave out `--baseline`",
        ),
    ];
    for (condition, message) in cases {
        let output = dry_run(directory.path(), &["--fail-on", condition]);
        assert_eq!(output.status.code(), Some(2), "{condition}");
        assert_eq!(stderr(&output), format!("error: {message}\n"));
        assert!(output.stdout.is_empty());
    }
    let output = dry_run(directory.path(), &["--fail-on", "changed >"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn what_cannot_be_told_does_not_pass() {
    let directory = workspace();
    // Without the output tokens no cost is known.
    let arguments = [&TRAFFIC[..], &["--policy", "new.policy", "--map", "tokens=in"]].concat();
    let output = replay(
        directory.path(),
        &[&arguments[..], &["--fail-on", "delta_usd > 50"]].concat(),
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        stderr(&output),
        "error: whether `delta_usd > 50` holds cannot be told: `delta_usd`: no record's cost is known before and after\n"
    );
    let output = replay(
        directory.path(),
        &[&arguments[..], &["--fail-on", "unpriced > 0 || delta_usd > 50"]].concat(),
    );
    assert_eq!(
        stderr(&output),
        "error: failed on `unpriced > 0 || delta_usd > 50`\n"
    );
}

/// The shards of a dry run over these inputs, merged; their parts are given in falling order.
fn merged(directory: &Path, traffic: &[&str], shards: usize, format: &str) -> Vec<u8> {
    let mut parts = Vec::new();
    for number in (1..=shards).rev() {
        let (shard, part) = (format!("{number}/{shards}"), format!("part-{number}-of-{shards}"));
        let own = ["--baseline", "old.policy", "--shard", &shard, "-o", &part];
        let output = replay(directory, &[traffic, &MAPPED[..], &own].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(output.stdout.is_empty());
        parts.push(part);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let output = replay(directory, &[&["merge", "--format", format], &parts[..]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output.stdout
}

#[test]
fn shards_merge_to_the_same_bytes() {
    let directory = workspace();
    let text = std::fs::read(directory.path().join("traffic.jsonl")).unwrap();
    // Large enough for several blocks, and as several files.
    std::fs::write(directory.path().join("large.jsonl"), text.repeat(12)).unwrap();
    std::fs::write(directory.path().join("a.jsonl"), &text).unwrap();
    for traffic in [&["large.jsonl"][..], &["traffic.jsonl", "a.jsonl", "large.jsonl"]] {
        for format in ["json", "human", "markdown"] {
            let own = ["--baseline", "old.policy", "--format", format];
            let whole = replay(directory.path(), &[traffic, &MAPPED[..], &own].concat());
            assert_eq!(whole.status.code(), Some(0));
            for shards in [1, 2, 5] {
                let merged = merged(directory.path(), traffic, shards, format);
                assert_eq!(
                    String::from_utf8_lossy(&merged),
                    String::from_utf8_lossy(&whole.stdout),
                    "{shards} shards of {traffic:?}"
                );
            }
        }
    }
}

/// Two files of records of a policy that drew `large` for 3 of 10 requests.
fn drawn(directory: &Path) -> [&'static str; 2] {
    let line = |at: u64| {
        let (target, propensity) = if at * 7_919 % 10 < 3 {
            ("large", "3/10")
        } else {
            ("small", "7/10")
        };
        let output = at % 97 + if target == "large" { 60 } else { 40 };
        let record = serde_json::json!({
            "v": 1, "facts": { "user": format!("u{}", at % 211), "tokens": 100 },
            "decision": { "route": "default", "targets": [target] },
            "propensity": propensity, "arms": { "large": "3/10", "small": "7/10" },
            "attempts": [{ "target": target, "ms": 20 + output }],
            "outcome": "ok", "usage": { "input": 100, "output": output }, "score": at % 3,
        });
        format!("{record}\n")
    };
    let files = ["one.jsonl", "other.jsonl"];
    for (file, range) in files.into_iter().zip([0..1_500, 1_500..4_000]) {
        std::fs::write(directory.join(file), range.map(line).collect::<String>()).unwrap();
    }
    files
}

#[test]
fn outcomes_are_the_same_bytes_however_records_are_spread() {
    let directory = workspace();
    let files = drawn(directory.path());
    let asked = [
        "--policy",
        "old.policy",
        "--outcome",
        "cost_usd",
        "--outcome",
        "ms",
        "--outcome",
        "score=score",
    ];
    let run = |more: &[&str]| {
        let output = replay(directory.path(), &[&files[..], &asked, more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        output.stdout
    };
    let whole = run(&["--format", "json", "--threads", "1"]);
    assert_eq!(run(&["--format", "json", "--threads", "3"]), whole);
    assert_eq!(run(&["--format", "json", "--baseline", "recorded"]), whole);
    run(&["--shard", "1/2", "-o", "part-1"]);
    run(&["--shard", "2/2", "-o", "part-2"]);
    let merged = replay(
        directory.path(),
        &["merge", "--format", "json", "part-2", "part-1"],
    );
    assert_eq!(
        String::from_utf8_lossy(&merged.stdout),
        String::from_utf8_lossy(&whole)
    );
    let report: serde_json::Value = serde_json::from_slice(&whole).unwrap();
    let off_policy = &report["off_policy"];
    assert_eq!(
        (&off_policy["records"], &off_policy["no_support"]["share"]),
        (&4_000.into(), &0.0.into())
    );
    let [cost, ms, score] = [0, 1, 2].map(|at| &off_policy["outcomes"][at]);
    assert_eq!(score["records"], 4_000);
    for rising in [cost, ms] {
        assert!(rising["difference"]["low"].as_f64() > Some(0.0), "{rising}");
    }
    // `large` has answers of 108 tokens in the mean, and takes 20 ms more.
    let (low, high) = (
        ms["doubly_robust"]["low"].as_f64(),
        ms["doubly_robust"]["high"].as_f64(),
    );
    assert!(low < Some(128.0) && Some(128.0) < high, "{ms}");
    let human = String::from_utf8(run(&[])).unwrap();
    assert!(
        human.contains("outcomes under the candidate, with intervals of 95 %"),
        "{human}"
    );
}

#[test]
fn every_shard_has_a_share_of_one_large_input() {
    let directory = workspace();
    let text = std::fs::read(directory.path().join("traffic.jsonl")).unwrap();
    std::fs::write(directory.path().join("large.jsonl"), text.repeat(12)).unwrap();
    merged(directory.path(), &["large.jsonl"], 2, "json");
    for part in ["part-1-of-2", "part-2-of-2"] {
        let part = std::fs::read(directory.path().join(part)).unwrap();
        let part: serde_json::Value = serde_json::from_slice(&part).unwrap();
        let records = part["tally"]["records"].as_u64().unwrap();
        assert!((6_000..30_000).contains(&records), "{records} of 36,000 records");
    }
}

#[test]
fn parts_that_are_not_one_replay_do_not_merge() {
    let directory = workspace();
    let path = directory.path();
    let part = |name: &str, arguments: &[&str]| {
        let own = [&MAPPED[..], arguments, &["-o", name]].concat();
        let output = replay(path, &[&["traffic.jsonl"], &own[..]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    part("one", &["--baseline", "old.policy", "--shard", "1/3"]);
    part("again", &["--baseline", "old.policy", "--shard", "1/3"]);
    part("two", &["--baseline", "old.policy", "--shard", "2/3"]);
    part("other", &["--baseline", "new.policy", "--shard", "3/3"]);
    let refused = |parts: &[&str]| {
        let output = replay(path, &[&["merge"], parts].concat());
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        stderr(&output)
    };
    assert_eq!(refused(&["one", "two"]), "error: shards are missing: 3/3\n");
    assert_eq!(
        refused(&["one", "two", "-o", "./two"]),
        "error: `two` is read, and cannot be written over: give another file to `--output`\n"
    );
    assert_eq!(
        refused(&["one", "two", "other"]),
        "error: `other` and `one` are not of one replay: the baselines differ\n"
    );
    assert_eq!(
        refused(&["one", "again"]),
        "error: `again` and `one` are both shard 1/3\n"
    );
    assert_eq!(
        refused(&["traffic.jsonl", "none"]),
        "error: `traffic.jsonl` is no part that `replay --shard` wrote\n\
         error: cannot read `none`: no such file or directory\n"
    );
}

#[test]
fn a_shard_needs_a_number_and_a_place_to_go() {
    let directory = workspace();
    for (shard, output) in [
        ("0/3", Some("part")),
        ("4/3", Some("part")),
        ("1", Some("part")),
        ("1/3", None),
    ] {
        let mut arguments = vec!["--shard", shard];
        arguments.extend(output.into_iter().flat_map(|path| ["-o", path]));
        assert_eq!(
            dry_run(directory.path(), &arguments).status.code(),
            Some(2),
            "{shard}"
        );
    }
}

#[test]
fn a_report_can_go_to_a_file() {
    let directory = workspace();
    let printed = dry_run(directory.path(), &["--format", "json"]).stdout;
    let output = dry_run(directory.path(), &["--format", "json", "--output", "report.json"]);
    assert_eq!((output.status.code(), output.stdout), (Some(0), vec![]));
    assert_eq!(
        std::fs::read(directory.path().join("report.json")).unwrap(),
        printed
    );
    let output = dry_run(directory.path(), &["--format", "json", "-o", "-"]);
    assert_eq!((output.status.code(), output.stdout), (Some(0), printed));
    assert!(!directory.path().join("-").exists());
    let output = dry_run(directory.path(), &["--output", "no/such/report.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: `no/such/report.json` cannot be written: no such file or directory\n"
    );
}

#[test]
fn a_pull_request_is_told_in_markdown() {
    let directory = workspace();
    let output = dry_run(directory.path(), &["--format", "markdown"]);
    insta::assert_snapshot!(String::from_utf8(output.stdout).unwrap());
}

#[test]
fn an_outage_can_be_rehearsed() {
    let directory = workspace();
    let rehearsed = |arguments: &[&str]| {
        let output = dry_run(directory.path(), &[&["--format", "json"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = |side: &str, ending: &str| report["outcomes"][side][ending].as_u64().unwrap();
        [
            count("baseline", "answered"),
            count("candidate", "answered"),
            count("candidate", "failed"),
        ]
    };
    // Every plan has both models; all of the traffic is of one minute.
    assert_eq!(rehearsed(&["--failing", "large"]), [3000, 3000, 0]);
    assert_eq!(rehearsed(&["--failing", "provider local"]), [0, 0, 3000]);
    let within = "provider local=2023-11-16T18:00:00Z..2023-11-16T19:00:00Z";
    assert_eq!(rehearsed(&["--outage", within]), [0, 0, 3000]);
    let later = "provider local=2023-11-16T19:00:00Z..2023-11-16T20:00:00Z";
    assert_eq!(rehearsed(&["--outage", later]), [3000, 3000, 0]);
    let output = dry_run(directory.path(), &["--failing", "larg"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "error: `--failing larg`: no policy has a model `larg`; did you mean `large`?\n"
    );
}
