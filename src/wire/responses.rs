//! OpenAI's responses: what a router reads of answers and of the events of a stream.

use super::answer::{Whole, WholeAnswer};
use super::json::JsonError;
use super::node::Node;
use super::openai::{ErrorFields, Usage};
use super::signals::Signals;

/// Reads a whole response. One that is made in the background has no output yet, and is good nevertheless.
pub(super) fn read_answer(body: &[u8]) -> Result<Whole, JsonError> {
    let node = Node::parse(body)?;
    if !matches!(node, Node::Object(_)) {
        return Ok(Whole::NotJson);
    }
    if is_foreign_error(&node) {
        return Ok(Whole::Error(ErrorFields::read(body)));
    }
    let waits = matches!(node.get("status").text(), Some("queued" | "in_progress"));
    Ok(Whole::Answer(WholeAnswer {
        content: waits || node.get("output").items().iter().any(says_something),
        filtered: is_filtered(&node),
        usage: usage(&node),
    }))
}

/// Reads an event's data. Items that begin and are no message are content, since they are calls of tools; reasoning is,
/// where it says something.
pub(super) fn read_event(data: &[u8]) -> Result<Signals, JsonError> {
    let event = Node::parse(data)?;
    let kind = event.get("type").text_or_empty();
    let response = event.get("response");
    let over = matches!(kind, "response.completed" | "response.incomplete");
    let error = match kind {
        "error" => Some(ErrorFields::read(data)),
        "response.failed" => Some(ErrorFields::read(
            object_of_error(response).to_string().as_bytes(),
        )),
        "" if is_foreign_error(&event) => Some(ErrorFields::read(data)),
        _ => None,
    };
    let content = match kind {
        "response.output_item.added" => !matches!(
            event.get("item").get("type").text(),
            Some("message" | "reasoning")
        ),
        kind => kind.ends_with(".delta") && event.get("delta").text() != Some(""),
    };
    Ok(Signals {
        content: content || (over && response.get("output").items().iter().any(says_something)),
        finished: u64::from(over),
        filtered: over && is_filtered(response),
        usage: usage(response),
        counts_alone: false,
        error,
        done: over,
    })
}

/// Whether it is an error as other endpoints have it, which servers send here too.
fn is_foreign_error(node: &Node) -> bool {
    !node.get("error").is_null() || node.get("object").text() == Some("error")
}

/// The error of a response as a body of its own.
fn object_of_error(response: &Node) -> Node {
    Node::object([("error", response.get("error").clone())])
}

fn says_something(item: &Node) -> bool {
    let parts = match item.get("type").text_or_empty() {
        "message" => item.get("content"),
        "reasoning" => item.get("summary"),
        _ => return true,
    };
    let said = |part: &Node| {
        [part.get("text"), part.get("refusal")]
            .iter()
            .any(|text| !text.text_or_empty().is_empty())
    };
    parts.items().iter().any(said) || !item.get("encrypted_content").is_null()
}

fn is_filtered(response: &Node) -> bool {
    response.get("incomplete_details").get("reason").text() == Some("content_filter")
}

fn usage(response: &Node) -> Option<Usage> {
    let usage = response.get("usage");
    let input = usage.get("input_tokens").whole()?;
    let cached = usage.get("input_tokens_details").get("cached_tokens").whole();
    Some(Usage {
        input,
        cached: cached.unwrap_or(0).min(input),
        cache_written: 0,
        output: usage.get("output_tokens").whole().unwrap_or(0),
    })
}
