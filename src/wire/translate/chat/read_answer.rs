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
    let sealed = |text| Part::Thinking {
        text,
        signature: String::new(),
    };
    parts.extend(thinking(message).map(sealed));
    parts.extend(content(message).into_iter().map(|said| match said {
        Said::Text(text) => Part::Text(text),
        Said::Thinking(text) => sealed(text),
    }));
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
    /// The calls that have begun: their numbers and ids.
    calls: Vec<(u64, String)>,
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
            pieces.extend(content(delta).into_iter().map(|said| match said {
                Said::Text(text) => Piece::Text(text),
                Said::Thinking(text) => Piece::Thinking(text),
            }));
            pieces.extend(said(delta.get("refusal")).map(Piece::Refusal));
            for call in delta.get("tool_calls").items() {
                self.tool_call(call, pieces);
            }
            pieces.extend(
                choice
                    .get("finish_reason")
                    .text()
                    .map(|word| Piece::Stop(stop(word))),
            );
        }
    }

    /// A call begins where it is named; some servers name it, with its id, at each piece of its arguments.
    fn tool_call(&mut self, entry: &Node, pieces: &mut Vec<Piece>) {
        let call = entry.get("index").whole().unwrap_or(0);
        let function = entry.get("function");
        let id = entry.get("id").text_or_empty();
        let goes_on = |known: &(u64, String)| known.0 == call && known.1 == id && !id.is_empty();
        if let Some(name) = said(function.get("name"))
            && !self.calls.iter().any(goes_on)
        {
            let id = id.to_owned();
            self.calls.push((call, id.clone()));
            pieces.push(Piece::ToolStart { call, id, name });
        }
        if let Some(text) = said(function.get("arguments")) {
            pieces.push(Piece::ToolArguments { call, text });
        }
    }
}

/// What a message says in its content.
enum Said {
    Text(String),
    Thinking(String),
}

/// The content of a message: a text, or a list of parts, as some servers have it beside what the model thought.
fn content(message: &Node) -> Vec<Said> {
    let content = message.get("content");
    if let Some(text) = said(content) {
        return vec![Said::Text(text)];
    }
    let texts = |value: &Node| match said(value) {
        Some(text) => text,
        None => value
            .items()
            .iter()
            .map(|part| part.get("text").text_or_empty())
            .collect(),
    };
    let parts = content.items().iter().map(|part| match part.get("thinking") {
        Node::Null => Said::Text(texts(part.get("text"))),
        thinking => Said::Thinking(texts(thinking)),
    });
    parts
        .filter(|(Said::Text(text) | Said::Thinking(text))| !text.is_empty())
        .collect()
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
