//! `diff`: the command, from policies on disk to exit codes and reports.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const OLD: &str = r#"
provider sim { protocol simulated }
model mini  { provider sim }
model llama { provider sim }
fact tier one of ["free", "pro"] from tenant default "free"
route free {
  when   tier == "free" && tokens <= 8000
  target mini
}
route default { target llama }
"#;

fn diff(old: &Path, new: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pointsman"))
        .arg("diff")
        .args([old, new])
        .args(more)
        .output()
        .unwrap()
}

/// Two policies in files of their own.
struct Policies {
    directory: tempfile::TempDir,
}

impl Policies {
    fn new(old: &str, new: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("old.policy"), old).unwrap();
        std::fs::write(directory.path().join("new.policy"), new).unwrap();
        Policies { directory }
    }

    fn diff(&self, more: &[&str]) -> Output {
        let path = self.directory.path();
        diff(&path.join("old.policy"), &path.join("new.policy"), more)
    }
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_policy_is_like_itself() {
    let quickstart = Path::new("policies/quickstart");
    let output = diff(quickstart, quickstart, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(text(&output).starts_with("no request is decided otherwise: policy "));
}

#[test]
fn other_attempts_are_no_other_decision() {
    let output = Policies::new(
        OLD,
        &OLD.replace("target mini", "target mini retry 3 on [server]"),
    )
    .diff(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        text(&output)
            .contains("route free: retry 1 on [connect, rate-limit, overload, server] → 3 on [server]")
    );
}

#[test]
fn a_change_is_one_json_object() {
    let policies = Policies::new(OLD, &OLD.replace("8000", "16000"));
    let output = policies.diff(&["--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["changed"], true);
    assert_eq!(report["complete"], true);
    let region = &report["regions"][0];
    assert_eq!(region["where"], "tier free, tokens 8001 to 16000");
    assert_eq!(region["facts"]["tokens"]["from"], 8001);
    assert_eq!(region["facts"]["tokens"]["to"], 16000);
    assert_eq!(region["from"]["route"], "default");
    assert_eq!(region["to"]["route"], "free");
    assert_eq!(region["to"]["targets"], serde_json::json!(["mini"]));
    assert_eq!(region["reproduced"], true);
    assert_eq!(report["regions"].as_array().unwrap().len(), 1);
}

#[test]
fn an_example_explains_itself() {
    let policies = Policies::new(OLD, &OLD.replace("8000", "16000"));
    let report: Value = serde_json::from_slice(&policies.diff(&["--format", "json"]).stdout).unwrap();
    let example = report["regions"][0]["example"].to_string();
    for (policy, route) in [("old.policy", "default"), ("new.policy", "free")] {
        let output = Command::new(env!("CARGO_BIN_EXE_pointsman"))
            .args(["explain", "--format", "json", "--facts", &example])
            .arg(policies.directory.path().join(policy))
            .output()
            .unwrap();
        let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(explained["decision"]["route"], route, "{explained}");
    }
}

#[test]
fn a_policy_that_does_not_compile_is_not_compared() {
    let output = Policies::new(OLD, "route free { target nowhere }").diff(&[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(errors(&output).contains("nowhere"), "{}", errors(&output));
    assert!(text(&output).is_empty());
}

#[test]
fn what_is_not_there_is_wrong_usage() {
    let output = diff(
        Path::new("policies/quickstart"),
        Path::new("/no/such/policy"),
        &[],
    );
    assert_eq!(output.status.code(), Some(2));
    assert!(errors(&output).contains("/no/such/policy"));
}

#[test]
fn a_broken_promise_of_the_new_policy_is_a_warning() {
    let new = format!("{OLD}\nassert mini-only {{ that target.model == \"mini\" }}");
    let output = Policies::new(OLD, &new).diff(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(errors(&output).contains("warning"), "{}", errors(&output));
    assert!(errors(&output).contains("mini-only"));
}
