//! Findings as SARIF, held against the format's published schema: of every wrong policy.

use super::{cases, files};
use crate::support::python;
use pointsman::compile::{Compiled, Rejected, Texts};
use pointsman::diagnostic::render_sarif;
use pointsman::prove::Unlimited;
use pointsman::verify::{self, Unproved};
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;

/// What is said of a policy as a log.
fn log(name: &str, text: &str) -> Value {
    let mut texts = Texts::new([(name, text)]);
    match verify::load(&mut texts, &Unlimited, Unproved::Refuse).map(|verified| verified.compiled) {
        Ok(Compiled { tree, diagnostics }) => render_sarif(&diagnostics, tree.sources(), "1.2.3"),
        Err(Rejected {
            diagnostics, sources, ..
        }) => render_sarif(&diagnostics, &sources, "1.2.3"),
    }
}

/// What the schema says of logs.
fn held(logs: &[Value]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs.jsonl");
    let mut lines = String::new();
    for log in logs {
        writeln!(lines, "{log}").unwrap();
    }
    fs::write(&path, lines).unwrap();
    python::run_in("sarif", "holds.py", &[path.to_str().unwrap()])
}

#[test]
fn logs_are_as_the_published_schema_has_them() {
    let policies = files(&cases("check"), "policy");
    let logs: Vec<Value> = policies.iter().map(|(name, text)| log(name, text)).collect();
    assert_eq!(held(&logs), format!("{} fit\n", policies.len()));
}

#[test]
fn the_schema_refuses_what_it_does_not_name() {
    let right = log("one.policy", "route rest { target nowhere }");
    assert!(right["runs"][0]["results"][0].is_object());
    let mut wrong = right.clone();
    wrong["runs"][0]["results"][0]["severity"] = json!("error");
    let mut untyped = right.clone();
    untyped["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0);
    for wrong in [wrong, untyped] {
        let said = held(&[right.clone(), wrong]);
        assert!(said.starts_with("1 fit; then: "), "{said}");
    }
}
