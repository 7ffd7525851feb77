//! Gemini's generated content: what a router reads of answers, of which the events of a stream have the form too.

use super::answer::{Whole, WholeAnswer};
use super::json::JsonError;
use super::node::Node;
use super::openai::{ErrorFields, Usage};
use super::signals::Signals;

/// Reasons to stop that are the provider's filter.
const FILTERS: [&str; 6] = [
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "IMAGE_SAFETY",
];

/// Whether a reason to stop is the provider's filter.
pub(super) fn is_filter(reason: &str) -> bool {
    FILTERS.contains(&reason)
}

/// Reads a whole answer.
pub(super) fn read_answer(body: &[u8]) -> Result<Whole, JsonError> {
    let node = Node::parse(body)?;
    let signals = signals(&node, body);
    Ok(match (node, signals.error) {
        (_, Some(error)) => Whole::Error(error),
        (Node::Object(_), None) => Whole::Answer(WholeAnswer {
            content: signals.content,
            filtered: signals.filtered,
            usage: signals.usage,
        }),
        _ => Whole::NotJson,
    })
}

/// Reads an event's data.
pub(super) fn read_event(data: &[u8]) -> Result<Signals, JsonError> {
    Node::parse(data).map(|node| signals(&node, data))
}

fn signals(node: &Node, text: &[u8]) -> Signals {
    let candidate = node.get("candidates").at(0);
    let reason = candidate.get("finishReason").text();
    let blocked = !node.get("promptFeedback").get("blockReason").is_null();
    let says = |part: &Node| match part.get("text").text() {
        Some(text) => !text.is_empty(),
        None => !part.entries().is_empty(),
    };
    // An error may stand in a list of one.
    let failed = !node.get("error").is_null() || !node.at(0).get("error").is_null();
    let error = match node.items().first() {
        Some(first) => ErrorFields::read(first.to_string().as_bytes()),
        None => ErrorFields::read(text),
    };
    Signals {
        content: candidate.get("content").get("parts").items().iter().any(says),
        finished: u64::from(reason.is_some() || blocked),
        filtered: blocked || reason.is_some_and(is_filter),
        usage: usage(node.get("usageMetadata")),
        counts_alone: false,
        error: failed.then_some(error),
        done: false,
    }
}

/// What was thought is output too.
fn usage(counts: &Node) -> Option<Usage> {
    let input = counts.get("promptTokenCount").whole()?;
    let count = |key: &str| counts.get(key).whole().unwrap_or(0);
    Some(Usage {
        input,
        cached: count("cachedContentTokenCount").min(input),
        cache_written: 0,
        output: count("candidatesTokenCount").saturating_add(count("thoughtsTokenCount")),
    })
}
