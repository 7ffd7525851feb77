//! Messages, whole and in events, read.

use super::super::super::node::Node;
use super::super::super::openai::Usage;
use super::super::neutral::{Answer, Part, Piece, Stop, ToolCall};

/// Reads a whole message.
pub(in crate::wire::translate) fn read_answer(body: &Node, usage: Option<Usage>) -> Answer {
    Answer {
        id: body.get("id").text_or_empty().to_owned(),
        model: body.get("model").text_or_empty().to_owned(),
        parts: body.get("content").items().iter().filter_map(block).collect(),
        stop: stop(body),
        usage,
    }
}

fn block(entry: &Node) -> Option<Part> {
    let text = |key| entry.get(key).text_or_empty().to_owned();
    Some(match entry.get("type").text_or_empty() {
        "text" => Part::Text(text("text")),
        "thinking" => Part::Thinking {
            text: text("thinking"),
            signature: text("signature"),
        },
        "tool_use" => Part::ToolCall(ToolCall {
            id: text("id"),
            name: text("name"),
            arguments: entry.get("input").to_string(),
        }),
        _ => return None,
    })
}

/// Why a message or its delta says that it stops.
fn stop(within: &Node) -> Stop {
    match within.get("stop_reason").text_or_empty() {
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "tool_use" => Stop::Tools,
        "refusal" => Stop::Filtered,
        "stop_sequence" => Stop::Sequence(within.get("stop_sequence").text_or_empty().to_owned()),
        _ => Stop::End,
    }
}

/// Reads the events of one stream.
#[derive(Clone, Debug, Default)]
pub(in crate::wire::translate) struct EventReader {
    /// The block of a call that has had no arguments yet, and the input that it began with.
    call: Option<(u64, String)>,
}

impl EventReader {
    /// The pieces of an event.
    pub(in crate::wire::translate) fn read(&mut self, event: &Node, pieces: &mut Vec<Piece>) {
        match event.get("type").text_or_empty() {
            "message_start" => pieces.push(Piece::Start {
                id: event.get("message").get("id").text_or_empty().to_owned(),
                model: event.get("message").get("model").text_or_empty().to_owned(),
            }),
            "content_block_start" => self.start(event, pieces),
            "content_block_delta" => self.delta(event, pieces),
            "content_block_stop" => self.stop(pieces),
            "message_delta" if !event.get("delta").get("stop_reason").is_null() => {
                pieces.push(Piece::Stop(stop(event.get("delta"))));
            }
            _ => {}
        }
    }

    fn start(&mut self, event: &Node, pieces: &mut Vec<Piece>) {
        let call = event.get("index").whole().unwrap_or_default();
        match block(event.get("content_block")) {
            Some(Part::Text(text)) if !text.is_empty() => pieces.push(Piece::Text(text)),
            Some(Part::Thinking { text, .. }) if !text.is_empty() => pieces.push(Piece::Thinking(text)),
            Some(Part::ToolCall(ToolCall { id, name, arguments })) => {
                pieces.push(Piece::ToolStart { call, id, name });
                self.call = Some((call, arguments));
            }
            _ => {}
        }
    }

    fn delta(&mut self, event: &Node, pieces: &mut Vec<Piece>) {
        let call = event.get("index").whole().unwrap_or_default();
        let delta = event.get("delta");
        let text = |key| delta.get(key).text_or_empty().to_owned();
        pieces.push(match delta.get("type").text_or_empty() {
            "text_delta" => Piece::Text(text("text")),
            "thinking_delta" => Piece::Thinking(text("thinking")),
            "signature_delta" => Piece::Signature(text("signature")),
            "input_json_delta" if !text("partial_json").is_empty() => {
                self.call = None;
                let text = text("partial_json");
                Piece::ToolArguments { call, text }
            }
            _ => return,
        });
    }

    /// A call without arguments has those that it began with, mostly none.
    fn stop(&mut self, pieces: &mut Vec<Piece>) {
        if let Some((call, text)) = self.call.take() {
            pieces.push(Piece::ToolArguments { call, text });
        }
    }
}
