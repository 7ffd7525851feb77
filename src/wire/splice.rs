//! The body that goes upstream: byte for byte what came, with only the model's name and the caps changed.

use super::endpoint::Endpoint;
use super::request::{CapField, Scanned, StreamUsage};
use std::ops::Range;

/// One replacement; an empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that are replaced.
    pub at: Range<usize>,
    /// What stands there instead.
    pub text: String,
}

/// A part of what edits make of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes of the body.
    Kept(Range<usize>),
    /// What stands in the place of others.
    New(String),
}

/// The parts that edits make of a body of this length. They must not overlap; one that does, or lies outside of the body,
/// is left out.
pub fn parts(length: usize, mut edits: Vec<Edit>) -> Vec<Part> {
    edits.sort_by_key(|edit| (edit.at.start, edit.at.end));
    let mut parts = Vec::with_capacity(2 * edits.len() + 1);
    let mut done = 0;
    for edit in edits {
        if edit.at.start < done || edit.at.start > edit.at.end || edit.at.end > length {
            continue;
        }
        parts.push(Part::Kept(done..edit.at.start));
        parts.push(Part::New(edit.text));
        done = edit.at.end;
    }
    parts.push(Part::Kept(done..length));
    parts
}

/// Makes the edits, as [`parts`] does.
pub fn splice(body: &[u8], edits: Vec<Edit>) -> Vec<u8> {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = Vec::with_capacity(body.len() + added);
    for part in parts(body.len(), edits) {
        match part {
            Part::Kept(range) => out.extend_from_slice(body.get(range).unwrap_or_default()),
            Part::New(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
    out
}

/// What the upstream's body has otherwise than the client's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes<'m> {
    /// The upstream's name of the model.
    pub model: &'m str,
    /// The cap on output tokens that guards set.
    pub max_tokens: Option<i64>,
    /// Whether the counts at a stream's end are asked for, where the client does not.
    pub stream_usage: bool,
}

/// The edits that make the upstream's body of the client's.
pub fn upstream_edits(scanned: &Scanned, changes: Changes<'_>) -> Vec<Edit> {
    let Changes {
        model, max_tokens, ..
    } = changes;
    let mut edits = max_tokens.map_or_else(Vec::new, |most| lower_caps(scanned, most));
    if changes.stream_usage {
        edits.extend(asking_for_usage(scanned));
    }
    if scanned.model != model {
        edits.push(Edit {
            at: scanned.model_span.clone(),
            text: quoted(model),
        });
    }
    edits
}

/// Asks for the counts at the stream's end; `None` where the client does, or cannot be understood.
fn asking_for_usage(scanned: &Scanned) -> Option<Edit> {
    const ASKS: &str = "\"include_usage\":true";
    let (at, text) = match &scanned.stream_usage {
        StreamUsage::Settled => return None,
        StreamUsage::Absent => (
            scanned.object_start..scanned.object_start,
            format!("\"stream_options\":{{{ASKS}}},"),
        ),
        StreamUsage::NoOptions(span) => (span.clone(), format!("{{{ASKS}}}")),
        StreamUsage::Unsaid { start, empty: true } => (*start..*start, ASKS.to_owned()),
        StreamUsage::Unsaid { start, empty: false } => (*start..*start, format!("{ASKS},")),
        StreamUsage::Declined(span) => (span.clone(), "true".to_owned()),
    };
    Some(Edit { at, text })
}

/// Lowers each cap. Where none is that the endpoint's servers read, one is set: in the place of a `null`, else a new
/// `max_tokens`, which every server of chat completions and messages understands, or `max_output_tokens` for responses. A cap that they do not read is lowered too, but is
/// none to them, so that a client cannot escape with it. Embeddings have no output to cap.
fn lower_caps(scanned: &Scanned, most: i64) -> Vec<Edit> {
    let mut edits: Vec<Edit> = scanned
        .caps
        .iter()
        .filter(|cap| cap.value.is_some_and(|value| value > most))
        .map(|cap| replace(&cap.span, most))
        .collect();
    if !scanned.endpoint.has_output() {
        return edits;
    }
    let read = |field: CapField| match scanned.endpoint {
        Endpoint::Messages => field == CapField::MaxTokens,
        Endpoint::Responses => field == CapField::MaxOutputTokens,
        _ => field != CapField::MaxOutputTokens,
    };
    if scanned
        .caps
        .iter()
        .any(|cap| read(cap.field) && cap.value.is_some())
    {
        return edits;
    }
    let name = match scanned.endpoint {
        Endpoint::Responses => "max_output_tokens",
        _ => "max_tokens",
    };
    edits.push(match scanned.caps.iter().find(|cap| read(cap.field)) {
        Some(null) => replace(&null.span, most),
        None => Edit {
            at: scanned.object_start..scanned.object_start,
            text: format!("\"{name}\":{most},"),
        },
    });
    edits
}

fn replace(span: &Range<usize>, number: i64) -> Edit {
    Edit {
        at: span.clone(),
        text: number.to_string(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
