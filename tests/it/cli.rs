//! Commands as they are typed: what they print and how they exit.

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const GOOD: &str = "provider p { protocol simulated }\nmodel m { provider p }\nroute all { target m }\n";

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pointsman"));
    command
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_remove("RUST_LOG")
        .stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

fn run_with_input(arguments: &[&str], input: &str) -> Output {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn policy_file(directory: &Path, text: &str) -> String {
    let path = directory.join("a.policy");
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[test]
fn a_check_in_json_is_one_object() {
    let directory = tempfile::tempdir().unwrap();
    let good = policy_file(directory.path(), GOOD);
    let output = run(&["check", &good, "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(code(&output), 0);
    assert_eq!(report["ok"], true);
    assert_eq!(report["errors"], 0);
    assert_eq!(report["policy"].as_str().unwrap().len(), 64);

    let bad = policy_file(directory.path(), "route all { target nobody }\n");
    let output = run(&["check", &bad, "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(code(&output), 1);
    assert_eq!(report["ok"], false);
    assert_eq!(report["policy"], Value::Null);
    assert!(report["errors"].as_u64().unwrap() >= 1);
    assert!(!report["diagnostics"].as_array().unwrap().is_empty());
}

#[test]
fn a_broken_policy_is_shown_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = policy_file(directory.path(), "route all { target nobody }\n");
    let output = run(&["check", &path]);
    assert_eq!(code(&output), 1);
    let shown = stderr(&output);
    assert!(
        shown.contains("a.policy:1:20") && shown.contains("nobody"),
        "{shown}"
    );
    assert!(!shown.contains('\u{1b}'), "no colour where there is no terminal");
    assert!(stdout(&output).starts_with("not ok: "));
}

#[test]
fn what_cannot_be_read_is_wrong_usage() {
    for arguments in [
        &["check", "no/such/directory"][..],
        &["check"],
        &["explain", "policies/quickstart"],
        &["explain", "policies/quickstart", "--facts", "no-such-file"],
        &[
            "explain",
            "policies/quickstart",
            "--facts",
            "{\"teir\": \"gold\"}",
        ],
        &["eval", "tokens", "--facts", "{\"tokens\": 1, \"tokens\": 2}"],
        &[
            "replay",
            "-",
            "--policy",
            "policies/quickstart",
            "--threads",
            "100000",
        ],
        &["serve", "no/such/directory"],
        &["serve", "policies/quickstart", "--drain-timeout", "soon"],
        &["serve", "policies/quickstart", "--admin", "0.0.0.0:0"],
        &["nonsense"],
    ] {
        let output = run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn secrets_are_asked_for_only_when_told_to() {
    let directory = tempfile::tempdir().unwrap();
    let text = "provider p { protocol openai url \"http://127.0.0.1:9/v1\" key env \"POINTSMAN_TEST_UNSET_KEY\" }\n\
                model m { provider p }\nroute all { target m }\n";
    let path = policy_file(directory.path(), text);
    assert_eq!(code(&run(&["check", &path])), 0);
    let output = run(&["check", &path, "--secrets"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("POINTSMAN_TEST_UNSET_KEY"));
    let output = run(&[
        "serve",
        &path,
        "--listen",
        "127.0.0.1:0",
        "--admin",
        "127.0.0.1:0",
    ]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("POINTSMAN_TEST_UNSET_KEY"));
    assert_eq!(stdout(&output), "");
}

#[test]
fn a_policy_for_everyone_needs_a_word_to_be_served_to_everyone() {
    let directory = tempfile::tempdir().unwrap();
    let path = policy_file(directory.path(), GOOD);
    let output = run(&["serve", &path, "--listen", "0.0.0.0:0", "--admin", "127.0.0.1:0"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("--anonymous"), "{}", stderr(&output));
}

#[test]
fn an_explanation_names_route_and_target() {
    let facts = "{\"tenant\": \"globex\", \"tier\": \"pro\", \"user\": \"u1\"}";
    let arguments = ["explain", "policies/quickstart", "--facts"];
    let typed = run(&[&arguments[..], &[facts]].concat());
    assert_eq!(code(&typed), 0, "{}", stderr(&typed));
    assert!(stdout(&typed).contains("pro"), "{}", stdout(&typed));
    let piped = run_with_input(&[&arguments[..], &["-"]].concat(), facts);
    assert_eq!(stdout(&piped), stdout(&typed));
    let json = run(&[&arguments[..], &[facts, "--format", "json"]].concat());
    serde_json::from_str::<Value>(&stdout(&json)).unwrap();
}

#[test]
fn a_request_is_explained_as_the_proxy_would_see_it() {
    let body = "{\"model\": \"gpt-4o-mini\", \"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}";
    let arguments = [
        "explain",
        "policies/quickstart",
        "--request",
        body,
        "--format",
        "json",
    ];
    let refused = run(&arguments);
    assert_eq!(code(&refused), 1);
    assert!(stderr(&refused).contains("401"), "{}", stderr(&refused));
    let told: Value = serde_json::from_str(&stdout(&refused)).unwrap();
    assert_eq!(told["refused"]["status"], 401);
    let key = ["--header", "authorization: Bearer demo-umbrella-key"];
    let output = run(&[&arguments[..], &key[..]].concat());
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(stdout(&output).contains("\"sovereign\""), "{}", stdout(&output));
}

#[test]
fn a_request_is_read_as_one_of_its_interface() {
    let api = |more: &[&str], body: &str| {
        let key = [
            "explain",
            "policies/quickstart",
            "--format",
            "json",
            "--header",
            "authorization: Bearer demo-umbrella-key",
            "--request",
            body,
        ];
        let output = run(&[&key[..], more].concat());
        match code(&output) {
            0 => serde_json::from_str::<Value>(&stdout(&output)).unwrap()["facts"]["api"].to_string(),
            code => format!("{code} {}", stderr(&output)),
        }
    };
    let anthropic = ["--header", "anthropic-version: 2023-06-01"];
    let messages = r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#;
    assert_eq!(api(&[], messages), "\"chat\"");
    assert_eq!(api(&anthropic, messages), "\"messages\"");
    assert_eq!(api(&["--api", "messages"], messages), "\"messages\"");
    let input = r#"{"model":"m","input":"hi"}"#;
    assert!(api(&[], input).starts_with("2 "), "{}", api(&[], input));
    assert_eq!(api(&["--api", "embeddings"], input), "\"embeddings\"");
    assert_eq!(api(&["--api", "responses"], input), "\"responses\"");
    let response = r#"{"model":"m","input":"hi","stream":true}"#;
    assert_eq!(api(&[], response), "\"responses\"");
    let vectors = r#"{"model":"m","input":["hi"],"encoding_format":"float"}"#;
    assert_eq!(api(&[], vectors), "\"embeddings\"");
}

#[test]
fn an_explanation_of_a_broken_policy_is_its_diagnostics() {
    let directory = tempfile::tempdir().unwrap();
    let policy = policy_file(directory.path(), &GOOD.replace("target m", "target n"));
    let output = run(&["explain", &policy, "--facts", "{}", "--format", "json"]);
    assert_eq!(code(&output), 1);
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(told["diagnostics"][0]["code"], "P201");
    assert!(stderr(&output).contains("P201"));
}

#[test]
fn headers_belong_to_requests_not_to_facts() {
    let output = run(&[
        "explain",
        "policies/quickstart",
        "--facts",
        "{}",
        "--header",
        "x-team: core",
    ]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
}

#[test]
fn an_expression_is_evaluated_over_facts_and_variables() {
    let facts = "{\"tokens\": 5, \"x\": 1.5, \"big\": 18446744073709551615, \"m\": {\"a\": [null, true]}}";
    for (expression, shown) in [
        ("tokens + 1", "6"),
        ("x * 2.0", "3.0"),
        ("big", "18446744073709551615u"),
        ("m.a[0] == null && m.a[1]", "true"),
        ("tier", "\"\""),
        ("b'1'", "b\"1\""),
        ("-1", "-1"),
    ] {
        let output = run(&["eval", expression, "--facts", facts]);
        assert_eq!(code(&output), 0, "{expression}: {}", stderr(&output));
        assert_eq!(stdout(&output).trim_end(), shown, "{expression}");
    }
    let output = run(&["eval", "1u", "--format", "json"]);
    assert_eq!(stdout(&output), "{\"type\":\"uint\",\"value\":\"1\"}\n");
}

#[test]
fn an_expression_without_a_value_is_told_from_one_that_is_none() {
    for (expression, expected) in [("1 / 0", 1), ("nothing", 1), ("1 +", 2), ("", 2)] {
        let output = run(&["eval", expression]);
        assert_eq!(code(&output), expected, "{expression}: {}", stderr(&output));
        assert_eq!(stdout(&output), "");
        assert!(!stderr(&output).is_empty());
    }
    let output = run(&["eval", "1", "--facts", "{\"tokens\": \"many\"}"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn output_that_is_lost_is_told() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["eval", "1 + 1"]).stdout(full).output().unwrap();
    assert_eq!(code(&output), 2);
    assert!(
        stderr(&output).contains("standard output cannot be written"),
        "{}",
        stderr(&output)
    );
}
