//! Diagnostics for people and for machines.

use super::Diagnostic;
use crate::source::SourceMap;

/// Diagnostics as text: source with the span underlined, help below. With `color`, styled for a terminal.
pub fn render_human(_diagnostics: &[Diagnostic], _sources: &SourceMap, _color: bool) -> String {
    String::new()
}

/// Diagnostics as JSON values, in the order given.
pub fn render_json(_diagnostics: &[Diagnostic], _sources: &SourceMap) -> serde_json::Value {
    serde_json::Value::Null
}
