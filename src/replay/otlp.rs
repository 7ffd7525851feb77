//! Spans of OTLP in JSON: a line holds what was exported at once, any number of spans under their resources. Each is told
//! as one object, attributes by name, as other exporters write a span a line.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// What marks a line of OTLP.
const MARK: &[u8] = b"\"resourceSpans\"";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Export<'l> {
    #[serde(borrow, default)]
    resource_spans: Vec<ResourceSpans<'l>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpans<'l> {
    resource: Option<Resource>,
    #[serde(borrow, default)]
    scope_spans: Vec<ScopeSpans<'l>>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
struct ScopeSpans<'l> {
    #[serde(borrow, default)]
    spans: Vec<&'l RawValue>,
}

#[derive(Deserialize)]
struct Attribute {
    key: String,
    #[serde(default)]
    value: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    start_time_unix_nano: Option<Value>,
    end_time_unix_nano: Option<Value>,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

/// Whether the line is an export, and no span of its own.
pub(super) fn is_export(line: &[u8]) -> bool {
    memchr::memmem::find(line, MARK).is_some()
}

/// The spans of an export, each as a line of JSON or with what is wrong with it.
pub(super) fn spans(line: &[u8]) -> Result<Vec<Result<String, String>>, String> {
    let export: Export<'_> =
        serde_json::from_slice(line).map_err(|error| format!("no export of spans: {error}"))?;
    let mut spans = Vec::new();
    for under in export.resource_spans {
        let resource = under.resource.map(|resource| by_name(resource.attributes));
        let resource = Value::Object(resource.unwrap_or_default());
        let raw = under.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.extend(raw.map(|raw| told(raw, &resource)));
    }
    Ok(spans)
}

fn told(raw: &RawValue, resource: &Value) -> Result<String, String> {
    let span: Span = serde_json::from_str(raw.get()).map_err(|error| format!("no span: {error}"))?;
    let line = serde_json::json!({
        "startTimeUnixNano": span.start_time_unix_nano,
        "endTimeUnixNano": span.end_time_unix_nano,
        "attributes": by_name(span.attributes),
        "resource": {"attributes": resource},
    });
    Ok(line.to_string())
}

/// Attributes as an object: of each value what its one field holds, of a list the values of its items.
fn by_name(attributes: Vec<Attribute>) -> Map<String, Value> {
    let read = |attribute: Attribute| Some((attribute.key, plain(attribute.value)?));
    attributes.into_iter().filter_map(read).collect()
}

fn plain(value: Map<String, Value>) -> Option<Value> {
    let (kind, value) = value.into_iter().next()?;
    match (kind.as_str(), value) {
        ("arrayValue", Value::Object(mut list)) => match list.remove("values") {
            Some(Value::Array(items)) => Some(items.into_iter().filter_map(item).collect()),
            _ => Some(Value::Array(Vec::new())),
        },
        ("kvlistValue" | "bytesValue", _) => None,
        (_, value) => Some(value),
    }
}

fn item(value: Value) -> Option<Value> {
    match value {
        Value::Object(value) => plain(value),
        _ => None,
    }
}
