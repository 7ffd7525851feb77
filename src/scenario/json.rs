//! A report for machines.

use super::coverage::{Coverage, Tally};
use super::report::{Failure, Report, TestReport};
use crate::quantity::Share;
use crate::source::Span;
use crate::tree::Tree;
use serde_json::{Map, Value, json};

/// The report as one JSON object; `ok` is the caller's verdict.
pub fn to_json(tree: &Tree, report: &Report, ok: bool) -> Value {
    let tests: Vec<Value> = report.tests.iter().map(|test| test_json(tree, test)).collect();
    let mut json = json!({
        "ok": ok,
        "passed": report.passed(),
        "failed": report.failed(),
        "tests": tests,
    });
    if let (Some(entries), Some(coverage)) = (json.as_object_mut(), &report.coverage) {
        entries.insert("coverage".to_owned(), coverage_json(tree, coverage));
    }
    json
}

fn test_json(tree: &Tree, test: &TestReport) -> Value {
    let failures: Vec<Value> = test
        .failures
        .iter()
        .map(|failure| failure_json(tree, failure))
        .collect();
    let (file, line) = place(tree, test.span);
    json!({
        "name": test.name,
        "ok": test.passed(),
        "file": file,
        "line": line,
        "failures": failures,
    })
}

fn failure_json(tree: &Tree, failure: &Failure) -> Value {
    let (file, line) = place(tree, failure.span);
    json!({
        "expected": failure.expected,
        "found": failure.found,
        "draw": failure.draw,
        "file": file,
        "line": line,
    })
}

fn coverage_json(tree: &Tree, coverage: &Coverage) -> Value {
    let kinds = coverage
        .kinds()
        .map(|(name, tally)| (name.to_owned(), tally_json(tree, tally)));
    let mut json: Map<String, Value> = kinds.into_iter().collect();
    json.insert("percent".to_owned(), percent(coverage.share()));
    json.into()
}

fn tally_json(tree: &Tree, tally: &Tally) -> Value {
    let missing: Vec<Value> = tally
        .missing
        .iter()
        .map(|missing| {
            let (file, line) = place(tree, missing.span);
            json!({"what": missing.what, "why": missing.why, "file": file, "line": line})
        })
        .collect();
    json!({
        "covered": tally.covered,
        "total": tally.total,
        "percent": percent(tally.share()),
        "missing": missing,
    })
}

fn percent(share: Share) -> Value {
    Value::from(f64::from(share.basis_points()) / 100.0)
}

/// The file and the line, from 1, of a span's start.
pub(super) fn place(tree: &Tree, span: Span) -> (&str, usize) {
    match tree.sources().file(span.file) {
        Some(file) => (file.name(), file.position(span.start as usize).line),
        None => ("", 0),
    }
}
