//! Messages, whole and in events, written.

use super::super::super::node::{Node, object};
use super::super::super::openai::Usage;
use super::super::neutral::{Answer, Part, Piece, Stop};
use super::super::write_event;

/// A whole message.
pub(in crate::wire::translate) fn write_answer(answer: &Answer) -> Node {
    let content: Vec<Node> = answer.parts.iter().filter_map(block).collect();
    let (reason, sequence) = stop_reason(&answer.stop);
    object!({
        "id": &answer.id,
        "type": "message",
        "role": "assistant",
        "model": &answer.model,
        "content": content,
        "stop_reason": reason,
        "stop_sequence": sequence,
        "usage": usage(answer.usage.unwrap_or_default()),
    })
}

fn block(part: &Part) -> Option<Node> {
    Some(match part {
        Part::Text(text) | Part::Refusal(text) => object!({ "type": "text", "text": text }),
        Part::Thinking { text, signature } => {
            object!({ "type": "thinking", "thinking": text, "signature": signature })
        }
        Part::ToolCall(call) => object!({
            "type": "tool_use",
            "id": &call.id,
            "name": &call.name,
            "input": Node::parse(call.arguments.as_bytes()).unwrap_or(object!({})),
        }),
        Part::Image(_) | Part::Document(..) | Part::ToolResult { .. } => return None,
    })
}

/// The word for why a message stops, and the text that stopped it.
fn stop_reason(stop: &Stop) -> (&'static str, Option<&str>) {
    match stop {
        Stop::End => ("end_turn", None),
        Stop::Sequence(text) => ("stop_sequence", Some(text)),
        Stop::Length => ("max_tokens", None),
        Stop::Tools => ("tool_use", None),
        Stop::Filtered => ("refusal", None),
    }
}

/// Cached tokens stand beside the input here.
fn usage(usage: Usage) -> Node {
    object!({
        "input_tokens": usage.input.saturating_sub(usage.cached),
        "cache_creation_input_tokens": 0_u64,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
    })
}

/// What a block is that has begun and not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Text,
    Thinking,
    Call,
}

/// Writes the events of one stream.
#[derive(Clone, Debug, Default)]
pub(in crate::wire::translate) struct EventWriter {
    /// Number of blocks that have begun.
    blocks: u64,
    open: Option<Open>,
    /// The block of each call, by the number that it came with.
    calls: Vec<(u64, u64)>,
    stop: Option<Stop>,
    usage: Option<Usage>,
}

impl EventWriter {
    /// Writes a piece.
    pub(in crate::wire::translate) fn write(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        match piece {
            Piece::Start { id, model } => self.start(id, model, out),
            Piece::Text(text) | Piece::Refusal(text) => {
                self.begin(Open::Text, object!({ "type": "text", "text": "" }), out);
                self.delta(self.last(), object!({ "type": "text_delta", "text": text }), out);
            }
            Piece::Thinking(text) => {
                self.begin_thinking(out);
                self.delta(
                    self.last(),
                    object!({ "type": "thinking_delta", "thinking": text }),
                    out,
                );
            }
            Piece::Signature(text) => {
                self.begin_thinking(out);
                self.delta(
                    self.last(),
                    object!({ "type": "signature_delta", "signature": text }),
                    out,
                );
            }
            Piece::ToolStart { call, id, name } => {
                self.close(out);
                self.calls.push((*call, self.blocks));
                let block = object!({ "type": "tool_use", "id": id, "name": name, "input": object!({}) });
                self.begin(Open::Call, block, out);
            }
            Piece::ToolArguments { call, text } => {
                let known = self.calls.iter().rev().find(|(known, _)| known == call);
                let block = known.map_or(self.last(), |(_, block)| *block);
                self.delta(
                    block,
                    object!({ "type": "input_json_delta", "partial_json": text }),
                    out,
                );
            }
            Piece::Stop(stop) => {
                self.close(out);
                self.stop = Some(stop.clone());
            }
            Piece::Usage(usage) => self.usage = Some(*usage),
        }
    }

    /// Writes the end of a stream that has ended well.
    pub(in crate::wire::translate) fn finish(&mut self, out: &mut Vec<u8>) {
        self.close(out);
        let stop = self.stop.take().unwrap_or(Stop::End);
        let (reason, sequence) = stop_reason(&stop);
        let delta = object!({ "stop_reason": reason, "stop_sequence": sequence });
        let counts = usage(self.usage.unwrap_or_default());
        let event = object!({ "type": "message_delta", "delta": delta, "usage": counts });
        write_event("message_delta", &event, out);
        write_event("message_stop", &object!({ "type": "message_stop" }), out);
    }

    fn start(&mut self, id: &str, model: &str, out: &mut Vec<u8>) {
        let message = object!({
            "id": id,
            "type": "message",
            "role": "assistant",
            "model": model,
            "content": Vec::new(),
            "stop_reason": Node::Null,
            "stop_sequence": Node::Null,
            "usage": usage(self.usage.unwrap_or_default()),
        });
        let event = object!({ "type": "message_start", "message": message });
        write_event("message_start", &event, out);
    }

    fn begin_thinking(&mut self, out: &mut Vec<u8>) {
        let block = object!({ "type": "thinking", "thinking": "", "signature": "" });
        self.begin(Open::Thinking, block, out);
    }

    /// Begins a block, unless one of its kind is open.
    fn begin(&mut self, kind: Open, block: Node, out: &mut Vec<u8>) {
        if self.open == Some(kind) {
            return;
        }
        self.close(out);
        let event = object!({ "type": "content_block_start", "index": self.blocks, "content_block": block });
        write_event("content_block_start", &event, out);
        self.blocks += 1;
        self.open = Some(kind);
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            let event = object!({ "type": "content_block_stop", "index": self.last() });
            write_event("content_block_stop", &event, out);
        }
    }

    fn delta(&self, block: u64, delta: Node, out: &mut Vec<u8>) {
        let event = object!({ "type": "content_block_delta", "index": block, "delta": delta });
        write_event("content_block_delta", &event, out);
    }

    /// The block that began last.
    fn last(&self) -> u64 {
        self.blocks.saturating_sub(1)
    }
}
