//! Answers of chat completions, whole and in chunks, written.

use super::super::super::node::{Node, object};
use super::super::super::openai::Usage;
use super::super::neutral::{Answer, Part, Piece, Stop};
use super::super::write_data;

/// A whole answer.
pub(in crate::wire::translate) fn write_answer(answer: &Answer, created: u64) -> Node {
    let mut message = object!({
        "role": "assistant",
        "content": answer.text(),
        "refusal": answer.refusal(),
    });
    message.put_some("reasoning_content", answer.thinking());
    let calls: Vec<Node> = answer.parts.iter().filter_map(tool_call).collect();
    if !calls.is_empty() {
        message.put("tool_calls", calls);
    }
    let choice = object!({
        "index": 0_u64,
        "message": message,
        "logprobs": Node::Null,
        "finish_reason": finish_reason(&answer.stop),
    });
    let mut body = object!({
        "id": &answer.id,
        "object": "chat.completion",
        "created": created,
        "model": &answer.model,
        "choices": vec![choice],
    });
    body.put_some("usage", answer.usage.map(usage));
    body
}

fn tool_call(part: &Part) -> Option<Node> {
    let Part::ToolCall(call) = part else { return None };
    let function = object!({ "name": &call.name, "arguments": &call.arguments });
    Some(object!({ "id": &call.id, "type": "function", "function": function }))
}

fn finish_reason(stop: &Stop) -> &'static str {
    match stop {
        Stop::End | Stop::Sequence(_) => "stop",
        Stop::Length => "length",
        Stop::Tools => "tool_calls",
        Stop::Filtered => "content_filter",
    }
}

fn usage(usage: Usage) -> Node {
    object!({
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input.saturating_add(usage.output),
        "prompt_tokens_details": object!({ "cached_tokens": usage.cached }),
    })
}

/// Writes the chunks of one stream.
#[derive(Clone, Debug, Default)]
pub(in crate::wire::translate) struct ChunkWriter {
    id: String,
    model: String,
    created: u64,
    /// Whether the client asked for the counts.
    show_usage: bool,
    usage: Option<Usage>,
    /// The calls that have begun, by the number they came with.
    calls: Vec<u64>,
}

impl ChunkWriter {
    /// The start of a stream.
    pub(in crate::wire::translate) fn new(created: u64, show_usage: bool) -> Self {
        ChunkWriter {
            created,
            show_usage,
            ..Self::default()
        }
    }

    /// Writes a piece.
    pub(in crate::wire::translate) fn write(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        let delta = match piece {
            Piece::Start { id, model } => {
                self.id.clone_from(id);
                self.model.clone_from(model);
                object!({ "role": "assistant", "content": "" })
            }
            Piece::Text(text) => object!({ "content": text }),
            Piece::Refusal(text) => object!({ "refusal": text }),
            Piece::Thinking(text) => object!({ "reasoning_content": text }),
            Piece::ToolStart { call, id, name } => {
                let function = object!({ "name": name, "arguments": "" });
                self.calls.push(*call);
                let position = self.position(*call);
                let entry =
                    object!({ "index": position, "id": id, "type": "function", "function": function });
                object!({ "tool_calls": vec![entry] })
            }
            Piece::ToolArguments { call, text } => {
                let function = object!({ "arguments": text });
                let entry = object!({ "index": self.position(*call), "function": function });
                object!({ "tool_calls": vec![entry] })
            }
            Piece::Stop(stop) => return self.chunk(object!({}), Some(finish_reason(stop)), out),
            Piece::Usage(usage) => {
                self.usage = Some(*usage);
                return;
            }
            Piece::Signature(_) => return,
        };
        self.chunk(delta, None, out);
    }

    /// Writes the end of a stream that has ended well.
    pub(in crate::wire::translate) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(counts) = self.usage.filter(|_| self.show_usage) {
            let mut chunk = self.envelope(Vec::new());
            chunk.put("usage", usage(counts));
            write_data(&chunk, out);
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    /// The position of a call among those of the answer.
    fn position(&self, call: u64) -> usize {
        let known = self.calls.iter().position(|known| *known == call);
        known.unwrap_or_default()
    }

    fn chunk(&self, delta: Node, finish_reason: Option<&str>, out: &mut Vec<u8>) {
        let choice = object!({ "index": 0_u64, "delta": delta, "finish_reason": finish_reason });
        write_data(&self.envelope(vec![choice]), out);
    }

    fn envelope(&self, choices: Vec<Node>) -> Node {
        object!({
            "id": &self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": &self.model,
            "choices": choices,
        })
    }
}
