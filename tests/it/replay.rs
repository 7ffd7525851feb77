//! `pointsman replay` as a process: reports, exit codes, inputs of every kind.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const CATALOG: &str = r#"
provider local { protocol openai url "http://localhost:8000/v1" }
model large { provider local context 128k price input $2.50 output $10 }
model small { provider local context 128k price input $0.15 output $0.600001 }
"#;

/// A directory with `old.policy`, `new.policy`, `broken.policy` and `traffic.jsonl`.
pub(crate) fn workspace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(directory.path().join(name), text).unwrap();
    write(
        "old.policy",
        format!("{CATALOG}route default {{ target large fallback small }}"),
    );
    let new = r#"
        fact tier one of ["free", "gold"] from tenant default "free"
        route free  { when tier == "free" target small }
        route short { when tokens < 1000 target small fallback large }
        route never { when tokens > 100000 target large }
        route default { target large fallback small }
    "#;
    write("new.policy", format!("{CATALOG}{new}"));
    write(
        "broken.policy",
        format!("{CATALOG}route default {{ target larg }}"),
    );
    let traffic: String = (0..3000)
        .map(|at| {
            format!(
                "{{\"ts\":\"2023-11-16T18:15:46.6805900Z\",\"in\":{},\"out\":{}}}\n",
                at,
                at % 7
            )
        })
        .collect();
    write("traffic.jsonl", format!("{traffic}broken\n"));
    directory
}

pub(crate) fn replay(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pointsman"))
        .arg("replay")
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn failed(directory: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = replay(directory, arguments);
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// What every dry run here maps, and its policy.
pub(crate) const MAPPED: [&str; 8] = [
    "--policy",
    "new.policy",
    "--map",
    "tokens=in",
    "--map",
    "output=out",
    "--map",
    "now=ts",
];

fn json(directory: &Path, arguments: &[&str]) -> Value {
    let output = replay(
        directory,
        &[&MAPPED[..], &["--format", "json"], arguments].concat(),
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_dry_run_reports_in_json() {
    let directory = workspace();
    let report = json(
        directory.path(),
        &["traffic.jsonl", "--baseline", "old.policy", "--threads", "3"],
    );
    assert_eq!(report["records"], 3000);
    assert_eq!(report["unreadable"], 1);
    assert_eq!(report["changed"], 1000);
    assert_eq!(report["missing"], serde_json::json!({"tier": 3000}));
    assert_eq!(report["unreached"], serde_json::json!(["free", "never"]));
    assert_eq!(report.get("agreement"), None);
    // Σ in = 2999 × 3000 / 2 and Σ out over the whole; the same over the first thousand for what moves.
    let input = |count: u64| count * (count - 1) / 2;
    let output = |count: u64| (0..count).map(|at| at % 7).sum::<u64>();
    let picodollars = |price: [u64; 2], count: u64| input(count) * price[0] + output(count) * price[1];
    let (large, small) = ([2_500_000, 10_000_000], [150_000, 600_001]);
    let baseline = picodollars(large, 3000);
    let candidate = baseline - picodollars(large, 1000) + picodollars(small, 1000);
    let dollars = |sum: u64| {
        let text = format!("{}.{:012}", sum / 1_000_000_000_000, sum % 1_000_000_000_000);
        text.trim_end_matches('0').to_owned()
    };
    assert_eq!(report["cost"]["baseline_usd"], dollars(baseline));
    assert_eq!(report["cost"]["candidate_usd"], dollars(candidate));
    assert_eq!(
        report["cost"]["delta_usd"],
        format!("-{}", dollars(baseline - candidate))
    );
}

#[test]
fn a_fact_can_be_a_constant() {
    let directory = workspace();
    let arguments = [
        "traffic.jsonl",
        "--baseline",
        "old.policy",
        "--map",
        "tier=\"free\"",
    ];
    let report = json(directory.path(), &arguments);
    assert_eq!(report["routes"][0]["records"], 3000);
    assert_eq!(report["missing"], serde_json::json!({}));
}

#[test]
fn usage_that_is_wrong_ends_with_2() {
    let directory = workspace();
    let cases: [&[&str]; 5] = [
        &["traffic.jsonl"],
        &["missing.jsonl", "--baseline", "old.policy"],
        &["traffic.jsonl", "--baseline", "old.policy", "--map", "tokns=in"],
        &["traffic.jsonl", "--baseline", "missing.policy"],
        &["traffic.jsonl", "--baseline", "old.policy", "--threads", "0"],
    ];
    for case in cases {
        let (code, stderr) = failed(directory.path(), &[&MAPPED[..], case].concat());
        assert_eq!(code, Some(2), "{case:?}: {stderr}");
    }
    let (_, stderr) = failed(directory.path(), &[&MAPPED[..], &["traffic.jsonl"]].concat());
    assert_eq!(
        stderr,
        "error: traffic.jsonl:1: the record tells no decision; `--baseline OLD` says what to compare with\n"
    );
    std::fs::write(directory.path().join("garbage.jsonl"), "a\nb\n").unwrap();
    let (code, _) = failed(directory.path(), &["garbage.jsonl", "--policy", "old.policy"]);
    assert_eq!(code, Some(2));
}

#[test]
fn a_glob_is_read_as_the_files_that_it_matches() {
    let directory = workspace();
    let path = directory.path();
    let text = std::fs::read_to_string(path.join("traffic.jsonl")).unwrap();
    let (front, back) = text.split_at(text.len() / 2 + text[text.len() / 2..].find('\n').unwrap() + 1);
    for (file, text) in [
        ("logs/2026-11-01/eu/b.jsonl", front),
        ("logs/2026-11-02/a.jsonl", back),
    ] {
        std::fs::create_dir_all(path.join(file).parent().unwrap()).unwrap();
        std::fs::write(path.join(file), text).unwrap();
    }
    let with_baseline = ["--baseline", "old.policy"];
    let of = |traffic: &[&str]| {
        let mut report = json(path, &[traffic, &with_baseline].concat());
        // Where an example stands depends on which file it stands in.
        report.as_object_mut().unwrap().remove("transitions");
        report.as_object_mut().unwrap().remove("unreadable_lines");
        report
    };
    let globbed = json(
        path,
        &[&["logs/2026-11-*/**/*.jsonl"], &with_baseline[..]].concat(),
    );
    let listed = ["logs/2026-11-01/eu/b.jsonl", "logs/2026-11-02/a.jsonl"];
    assert_eq!(globbed, json(path, &[&listed[..], &with_baseline].concat()));
    assert_eq!(
        of(&["logs/2026-11-*/**/*.jsonl"]),
        of(&["logs/2026-11-02/*.jsonl", "logs/**/b.jsonl"])
    );
    let (code, stderr) = failed(
        path,
        &[&MAPPED[..], &["logs/2026-12-*/*.jsonl"], &with_baseline].concat(),
    );
    assert_eq!(
        (code, stderr.as_str()),
        (
            Some(2),
            "error: cannot read `logs/2026-12-*/*.jsonl`: the glob matches no file\n"
        )
    );
}

#[test]
fn a_policy_that_does_not_load_ends_with_1() {
    let directory = workspace();
    for arguments in [
        [
            "traffic.jsonl",
            "--policy",
            "broken.policy",
            "--baseline",
            "old.policy",
        ],
        [
            "traffic.jsonl",
            "--policy",
            "old.policy",
            "--baseline",
            "broken.policy",
        ],
    ] {
        let (code, stderr) = failed(directory.path(), &arguments);
        assert_eq!(code, Some(1));
        assert!(stderr.contains("did you mean `large`"), "{stderr}");
    }
}

#[test]
fn a_broken_assert_of_the_new_policy_is_a_warning() {
    let directory = workspace();
    let new = format!(
        "{CATALOG}route default {{ target large fallback small }}\nassert small-only {{ that target.model == \"small\" }}\n"
    );
    std::fs::write(directory.path().join("new.policy"), new).unwrap();
    let arguments = [&MAPPED[..], &["traffic.jsonl", "--baseline", "old.policy"]].concat();
    let (code, stderr) = failed(directory.path(), &arguments);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("warning[P507]"), "{stderr}");
}
