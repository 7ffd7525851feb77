//! Logs of other programs through `replay --from`: a small one of each, by its published format, with a line broken on
//! purpose in each.

use crate::replay::replay;
use std::path::Path;

const CATALOG: &str = r#"
provider openai { protocol openai url "http://localhost:8000/v1" }
model large {
  provider openai
  name     "gpt-4o"
  serves   ["gpt-4o", "gpt-4o-2024-11-20", "openai/gpt-4o-2024-11-20"]
  price    input $2.50 cached $1.25 output $10
}
model mini {
  provider openai
  name     "gpt-4o-mini"
  serves   ["gpt-4o-mini", "gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini-2024-07-18"]
  price    input $0.15 cached $0.075 output $0.60
}
model vectors {
  provider openai
  name     "text-embedding-3-small"
  serves   ["text-embedding-3-small"]
  vectors  "small"
  price    input $0.02 output $0
}
"#;

/// What is tried: short prompts of most teams go to the small model.
const RULES: &str = r#"
route vectors { when api == "embeddings" target vectors }
route batch   { when tags.exists(tag, tag == "batch") target mini }
route chat    { when tenant == "chat" && tokens < 2000 target mini }
route asked   { when requested != "" target requested }
route default { target large }
"#;

fn imported(program: &str, file: &str, arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("new.policy"), format!("{CATALOG}{RULES}")).unwrap();
    let old = format!("{CATALOG}\nroute default {{ target large }}");
    std::fs::write(directory.path().join("old.policy"), old).unwrap();
    let log = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases/import")
        .join(file);
    std::fs::copy(log, directory.path().join(file)).unwrap();
    let own = [
        file,
        "--from",
        program,
        "--policy",
        "new.policy",
        "--format",
        "json",
    ];
    let output = replay(directory.path(), &[&own, arguments].concat());
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn litellm_spend_logs() {
    insta::assert_snapshot!(imported("litellm", "litellm.jsonl", &[]));
}

#[test]
fn litellm_spend_logs_from_the_database() {
    insta::assert_snapshot!(imported("litellm", "litellm.csv", &[]));
}

#[test]
fn openrouter_activity() {
    insta::assert_snapshot!(imported("openrouter", "openrouter.csv", &[]));
}

#[test]
fn envoy_access_logs() {
    insta::assert_snapshot!(imported("envoy", "envoy.jsonl", &[]));
}

#[test]
fn nginx_access_logs() {
    let arguments = ["--baseline", "old.policy", "--map", "tokens=request_length"];
    insta::assert_snapshot!(imported("nginx", "nginx.jsonl", &arguments));
}

#[test]
fn opentelemetry_spans() {
    insta::assert_snapshot!(imported("otel", "otel.jsonl", &[]));
}
