//! Findings as SARIF 2.1.0, the format in which code hosts and editors take the results of analysers.

use super::codes::REGISTER;
use super::render::json_request;
use super::{Diagnostic, Edit, Explanation, Fix, Label, Severity};
use crate::source::{SourceFile, SourceMap, Span};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Where the format is described to machines.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Findings as a log of one run: every code of the register is a rule, every finding a result. Lines and columns count
/// from 1, columns in Unicode code points, as the run declares. `version` is the program's.
pub fn render_sarif(diagnostics: &[Diagnostic], sources: &SourceMap, version: &str) -> Value {
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| result(diagnostic, sources))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pointsman",
                "version": version,
                "rules": REGISTER.iter().map(|code| rule(&Explanation::of(*code))).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true }],
            "results": results,
        }],
    })
}

fn rule(explained: &Explanation) -> Value {
    json!({
        "id": explained.code.id(),
        "shortDescription": { "text": explained.code.title() },
        "fullDescription": { "text": explained.meaning },
        "help": { "text": explained.why, "markdown": explained.markdown() },
        "defaultConfiguration": { "level": level(explained.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(diagnostic: &Diagnostic, sources: &SourceMap) -> Value {
    let rule = REGISTER.iter().position(|code| *code == diagnostic.code());
    let mut result = json!({
        "ruleId": diagnostic.code().id(),
        "level": level(diagnostic.severity()),
        "message": { "text": message(diagnostic) },
    });
    let mut put = |name: &str, value: Vec<Value>| {
        if let (Some(result), false) = (result.as_object_mut(), value.is_empty()) {
            result.insert(name.to_owned(), Value::Array(value));
        }
    };
    let primary = diagnostic.primary().into_iter();
    put(
        "locations",
        primary.filter_map(|label| location(label, sources)).collect(),
    );
    let others = (1u32..).zip(diagnostic.secondary());
    put(
        "relatedLocations",
        others
            .filter_map(|(id, label)| with_id(location(label, sources)?, id))
            .collect(),
    );
    let fixes = diagnostic.fixes().iter();
    put("fixes", fixes.filter_map(|given| fix(given, sources)).collect());
    if let (Some(result), Some(rule)) = (result.as_object_mut(), rule) {
        result.insert("ruleIndex".to_owned(), json!(rule));
    }
    if let (Some(result), Some(request)) = (result.as_object_mut(), diagnostic.request()) {
        result.insert(
            "properties".to_owned(),
            json!({ "request": json_request(request) }),
        );
    }
    result
}

/// The message with what was found and what to do, one sentence a line: a code host shows nothing else.
fn message(diagnostic: &Diagnostic) -> String {
    let label = diagnostic.primary().map(|label| label.text.as_str());
    let label = label.filter(|text| !text.is_empty());
    let help = diagnostic.help_lines().iter().map(|line| format!("help: {line}"));
    std::iter::once(diagnostic.message().to_owned())
        .chain(label.map(str::to_owned))
        .chain(help)
        .collect::<Vec<_>>()
        .join("\n")
}

fn location(label: &Label, sources: &SourceMap) -> Option<Value> {
    let file = sources.file(label.span.file)?;
    let mut location = json!({
        "physicalLocation": { "artifactLocation": artifact(file), "region": region(file, label.span) },
    });
    if !label.text.is_empty() {
        let message = json!({ "text": label.text });
        location.as_object_mut()?.insert("message".to_owned(), message);
    }
    Some(location)
}

fn with_id(mut location: Value, id: u32) -> Option<Value> {
    location.as_object_mut()?.insert("id".to_owned(), json!(id));
    Some(location)
}

fn region(file: &SourceFile, span: Span) -> Value {
    let (start, end) = (
        file.position(span.start as usize),
        file.position(span.end as usize),
    );
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn fix(fix: &Fix, sources: &SourceMap) -> Option<Value> {
    let mut changes: BTreeMap<crate::source::FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in fix.edits() {
        changes.entry(edit.span.file).or_default().push(edit);
    }
    let changes: Vec<Value> = changes
        .into_iter()
        .filter_map(|(id, edits)| change(sources.file(id)?, &edits))
        .collect();
    (!changes.is_empty()).then(|| {
        json!({
            "description": { "text": fix.title() },
            "artifactChanges": changes,
            "properties": { "applicability": fix.applicability().name() },
        })
    })
}

fn change(file: &SourceFile, edits: &[&Edit]) -> Option<Value> {
    let replacements: Vec<Value> = edits
        .iter()
        .map(|edit| {
            let mut replacement = Map::new();
            replacement.insert("deletedRegion".to_owned(), region(file, edit.span));
            if !edit.text.is_empty() {
                replacement.insert("insertedContent".to_owned(), json!({ "text": edit.text }));
            }
            Value::Object(replacement)
        })
        .collect();
    Some(json!({ "artifactLocation": artifact(file), "replacements": replacements }))
}

fn artifact(file: &SourceFile) -> Value {
    json!({ "uri": uri(file.name()) })
}

/// The name of a file as a URI: an absolute path as a `file` URI, any other as a relative reference.
fn uri(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    if name.starts_with('/') {
        out.push_str("file://");
    }
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
