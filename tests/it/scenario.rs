//! Policies with tests, as `pointsman test` runs them.

use pointsman::compile::{Texts, compile};
use pointsman::diagnostic::render_human;
use pointsman::scenario::{Options, diagnostics, run, to_json, to_text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scenario")
}

fn command(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pointsman"))
        .arg("test")
        .args(arguments)
        .current_dir(cases())
        .output()
        .unwrap()
}

/// Exit code, standard output, standard error.
fn told(arguments: &[&str]) -> (i32, String, String) {
    let output = command(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn tests_are_told_with_trace_and_coverage() {
    for name in ["holds", "fails"] {
        let file = format!("{name}.policy");
        let text = fs::read_to_string(cases().join(&file)).unwrap();
        let compiled = compile(&mut Texts::new([(file.as_str(), text.as_str())])).unwrap();
        let options = Options {
            coverage: true,
            ..Options::default()
        };
        let report = run(&compiled.tree, options);
        let said = render_human(&diagnostics(&compiled.tree), compiled.tree.sources(), false);
        let shown = to_text(&compiled.tree, &report, false);
        insta::assert_snapshot!(name, format!("{shown}\n--- as a load says it\n{said}"));
        assert!(to_text(&compiled.tree, &report, true).contains("\u{1b}["));
        let json = to_json(&compiled.tree, &report, report.failed() == 0);
        insta::assert_snapshot!(format!("{name}-json"), format!("{json:#}"));
    }
}

#[test]
fn the_exit_code_says_whether_all_hold() {
    let (code, stdout, stderr) = told(&["holds.policy"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.ends_with("ok: 4 passed, 0 failed\n"), "{stdout}");
    assert!(!stdout.contains("coverage"));
    let (code, stdout, _) = told(&["fails.policy"]);
    assert_eq!(code, 1);
    assert!(stdout.ends_with("not ok: 0 passed, 6 failed\n"), "{stdout}");
    let (code, stdout, _) = told(&["fails.policy", "--filter", "the rou", "--format", "json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &json["ok"]), (1, &Value::Bool(false)));
    assert_eq!(json["tests"].as_array().unwrap().len(), 1);
    assert_eq!(json["tests"][0]["failures"][0]["expected"], "route heavy");
    assert_eq!(json["coverage"], Value::Null);
    let (code, _, stderr) = told(&["holds.policy", "--filter", "nothing"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("`nothing`"), "{stderr}");
}

#[test]
fn less_coverage_than_asked_for_fails() {
    let (code, stdout, _) = told(&["holds.policy", "--fail-under", "100"]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("coverage 100%"), "{stdout}");
    let (code, _, stderr) = told(&["holds.policy", "--filter", "down", "--fail-under", "62.5%"]);
    assert_eq!(code, 1, "{stderr}");
    assert!(stderr.contains("less than 62.5%"), "{stderr}");
    for wrong in ["101", "-1", "much"] {
        assert_eq!(
            told(&["holds.policy", &format!("--fail-under={wrong}")]).0,
            2,
            "{wrong}"
        );
    }
}

#[test]
fn a_policy_without_tests_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.policy");
    let text = "provider p { protocol simulated }\nmodel m { provider p }\nroute all { target m }\n";
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    assert_eq!(told(&[path]), (0, "no tests\n".to_owned(), String::new()));
    let (code, stdout, _) = told(&[path, "--format", "json"]);
    let json: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, &json["ok"], &json["passed"]),
        (0, &Value::Bool(true), &Value::from(0))
    );
    fs::write(path, "route all { target m }").unwrap();
    let (code, stdout, stderr) = told(&[path, "--format", "json"]);
    assert_eq!(code, 1);
    assert!(stderr.contains("P201"), "{stderr}");
    assert_eq!(serde_json::from_str::<Value>(&stdout).unwrap()["ok"], false);
}
