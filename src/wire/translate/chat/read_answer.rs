//! Answers of chat completions, whole and in chunks, read.

use super::super::super::node::Node;
use super::super::super::openai::Usage;
use super::super::neutral::{Answer, Part, Piece, Stop, ToolCall};

/// Where servers of this protocol put what the model thought.
const THINKING: [&str; 2] = ["reasoning_content", "reasoning"];

/// Reads a whole answer: its first choice.
pub(in crate::wire::translate) fn read_answer(body: &Node, usage: Option<Usage>) -> Answer {
    let choice = body.get("choices").at(0);
    let message = choice.get("message");
    let mut parts = Vec::new();
    if let Some(text) = thinking(message) {
        parts.push(Part::Thinking {
            text,
            signature: String::new(),
        });
    }
    let text = message.get("content").text_or_empty();
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    if let Some(refusal) = said(message.get("refusal")) {
        parts.push(Part::Refusal(refusal));
    }
    parts.extend(message.get("tool_calls").items().iter().map(|call| {
        let function = call.get("function");
        Part::ToolCall(ToolCall {
            id: call.get("id").text_or_empty().to_owned(),
            name: function.get("name").text_or_empty().to_owned(),
            arguments: function.get("arguments").text_or_empty().to_owned(),
        })
    }));
    Answer {
        id: body.get("id").text_or_empty().to_owned(),
        model: body.get("model").text_or_empty().to_owned(),
        parts,
        stop: stop(choice.get("finish_reason").text_or_empty()),
        usage,
    }
}

/// Reads the chunks of one stream.
#[derive(Clone, Debug, Default)]
pub(in crate::wire::translate) struct ChunkReader {
    begun: bool,
}

impl ChunkReader {
    /// The pieces of a chunk.
    pub(in crate::wire::translate) fn read(&mut self, chunk: &Node, pieces: &mut Vec<Piece>) {
        if !self.begun {
            self.begun = true;
            pieces.push(Piece::Start {
                id: chunk.get("id").text_or_empty().to_owned(),
                model: chunk.get("model").text_or_empty().to_owned(),
            });
        }
        for choice in chunk.get("choices").items() {
            let delta = choice.get("delta");
            pieces.extend(thinking(delta).map(Piece::Thinking));
            pieces.extend(said(delta.get("content")).map(Piece::Text));
            pieces.extend(said(delta.get("refusal")).map(Piece::Refusal));
            delta
                .get("tool_calls")
                .items()
                .iter()
                .for_each(|call| tool_call(call, pieces));
            pieces.extend(
                choice
                    .get("finish_reason")
                    .text()
                    .map(|word| Piece::Stop(stop(word))),
            );
        }
    }
}

fn tool_call(entry: &Node, pieces: &mut Vec<Piece>) {
    let call = entry.get("index").whole().unwrap_or(0);
    let function = entry.get("function");
    if let Some(name) = said(function.get("name")) {
        let id = entry.get("id").text_or_empty().to_owned();
        pieces.push(Piece::ToolStart { call, id, name });
    }
    if let Some(text) = said(function.get("arguments")) {
        pieces.push(Piece::ToolArguments { call, text });
    }
}

fn thinking(message: &Node) -> Option<String> {
    THINKING.iter().find_map(|key| said(message.get(key)))
}

/// A text that is not empty.
fn said(value: &Node) -> Option<String> {
    value.text().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn stop(word: &str) -> Stop {
    match word {
        "length" => Stop::Length,
        "tool_calls" | "function_call" => Stop::Tools,
        "content_filter" => Stop::Filtered,
        _ => Stop::End,
    }
}
