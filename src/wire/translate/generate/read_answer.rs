//! Generated content, whole and in events, read. An event has the form of a whole answer.

use super::super::super::gemini::is_filter;
use super::super::super::node::Node;
use super::super::super::openai::Usage;
use super::super::neutral::{Answer, Part, Piece, Stop, ToolCall};

/// Reads a whole answer.
pub(in crate::wire::translate) fn read_answer(body: &Node, usage: Option<Usage>) -> Answer {
    let candidate = body.get("candidates").at(0);
    let mut parts = Vec::new();
    let mut calls = 0;
    for entry in candidate.get("content").get("parts").items() {
        parts.extend(part(entry, body, &mut calls));
    }
    Answer {
        id: body.get("responseId").text_or_empty().to_owned(),
        model: body.get("modelVersion").text_or_empty().to_owned(),
        parts,
        stop: stop(body).map_or(Stop::End, |stop| after_calls(stop, calls)),
        usage,
    }
}

/// Reads the events of one stream.
#[derive(Clone, Debug, Default)]
pub(in crate::wire::translate) struct ContentReader {
    begun: bool,
    calls: u64,
}

impl ContentReader {
    /// The pieces of an event.
    pub(in crate::wire::translate) fn read(&mut self, event: &Node, pieces: &mut Vec<Piece>) {
        if !self.begun {
            self.begun = true;
            pieces.push(Piece::Start {
                id: event.get("responseId").text_or_empty().to_owned(),
                model: event.get("modelVersion").text_or_empty().to_owned(),
            });
        }
        let parts = event.get("candidates").at(0).get("content").get("parts");
        for entry in parts.items() {
            match part(entry, event, &mut self.calls) {
                Some(Part::Text(text)) => pieces.push(Piece::Text(text)),
                Some(Part::Thinking { text, .. }) => pieces.push(Piece::Thinking(text)),
                Some(Part::ToolCall(ToolCall { id, name, arguments })) => {
                    let call = self.calls;
                    pieces.push(Piece::ToolStart { call, id, name });
                    pieces.push(Piece::ToolArguments {
                        call,
                        text: arguments,
                    });
                }
                _ => {}
            }
        }
        let stop = stop(event).map(|stop| after_calls(stop, self.calls));
        pieces.extend(stop.map(Piece::Stop));
    }
}

/// A part; a call that has no id gets one of the answer's and its position.
fn part(entry: &Node, answer: &Node, calls: &mut u64) -> Option<Part> {
    let call = entry.get("functionCall");
    if !call.is_null() {
        *calls += 1;
        let id = match call.get("id").text() {
            Some(id) => id.to_owned(),
            None => format!("call_{}_{calls}", answer.get("responseId").text_or_empty()),
        };
        let arguments = call.get("args").present().map(Node::to_string);
        return Some(Part::ToolCall(ToolCall {
            id,
            name: call.get("name").text_or_empty().to_owned(),
            arguments: arguments.unwrap_or_else(|| "{}".to_owned()),
        }));
    }
    let text = entry
        .get("text")
        .text()
        .filter(|text| !text.is_empty())?
        .to_owned();
    Some(match entry.get("thought").truth() {
        Some(true) => Part::Thinking {
            text,
            signature: String::new(),
        },
        _ => Part::Text(text),
    })
}

/// Why it stops, where it does.
fn stop(body: &Node) -> Option<Stop> {
    let reason = body.get("candidates").at(0).get("finishReason").text();
    let blocked = !body.get("promptFeedback").get("blockReason").is_null();
    match reason {
        Some("MAX_TOKENS") => Some(Stop::Length),
        Some(reason) if is_filter(reason) => Some(Stop::Filtered),
        Some(_) => Some(Stop::End),
        None => blocked.then_some(Stop::Filtered),
    }
}

/// The provider has no word for an end at calls.
fn after_calls(stop: Stop, calls: u64) -> Stop {
    match stop {
        Stop::End if calls > 0 => Stop::Tools,
        stop => stop,
    }
}
