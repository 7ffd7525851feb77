//! The items of a response's output.

use super::super::super::node::{Node, object};
use super::super::neutral::Part;

/// An item whose text grows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// What the model says.
    Message { text: String },
    /// How it declines.
    Refusal { text: String },
    /// What it thought.
    Reasoning { text: String },
    /// A call of a tool.
    Call {
        id: String,
        name: String,
        arguments: String,
    },
}

impl Item {
    /// The id of the item at a position of the answer.
    pub(super) fn id(&self, answer: &str, position: usize) -> String {
        let prefix = match self {
            Item::Message { .. } | Item::Refusal { .. } => "msg",
            Item::Reasoning { .. } => "rs",
            Item::Call { .. } => "fc",
        };
        format!("{prefix}_{answer}_{position}")
    }

    /// The text up to now.
    pub(super) fn text(&mut self) -> &mut String {
        match self {
            Item::Message { text } | Item::Refusal { text } | Item::Reasoning { text } => text,
            Item::Call { arguments, .. } => arguments,
        }
    }

    /// The part that holds the text; a call has none.
    pub(super) fn part(&self) -> Option<Node> {
        Some(match self {
            Item::Message { text } => object!({
                "type": "output_text",
                "annotations": Vec::new(),
                "logprobs": Vec::new(),
                "text": text,
            }),
            Item::Refusal { text } => object!({ "type": "refusal", "refusal": text }),
            Item::Reasoning { text } => object!({ "type": "summary_text", "text": text }),
            Item::Call { .. } => return None,
        })
    }

    /// The item, whole or as it begins.
    pub(super) fn node(&self, id: &str, whole: bool) -> Node {
        let status = if whole { "completed" } else { "in_progress" };
        let parts: Vec<Node> = self.part().filter(|_| whole).into_iter().collect();
        match self {
            Item::Message { .. } | Item::Refusal { .. } => object!({
                "id": id,
                "type": "message",
                "status": status,
                "role": "assistant",
                "content": parts,
            }),
            Item::Reasoning { .. } => object!({ "id": id, "type": "reasoning", "summary": parts }),
            Item::Call {
                id: call,
                name,
                arguments,
            } => object!({
                "id": id,
                "type": "function_call",
                "status": status,
                "call_id": call,
                "name": name,
                "arguments": arguments,
            }),
        }
    }
}

/// The output of a whole answer.
pub(super) fn of_parts(parts: &[Part], answer: &str) -> Vec<Node> {
    let items = parts.iter().filter_map(|part| {
        Some(match part {
            Part::Text(text) => Item::Message { text: text.clone() },
            Part::Refusal(text) => Item::Refusal { text: text.clone() },
            Part::Thinking { text, .. } => Item::Reasoning { text: text.clone() },
            Part::ToolCall(call) => Item::Call {
                id: call.id.clone(),
                name: call.name.clone(),
                arguments: call.arguments.clone(),
            },
            Part::Image(_) | Part::Document(..) | Part::ToolResult { .. } => return None,
        })
    });
    items
        .enumerate()
        .map(|(position, item)| item.node(&item.id(answer, position), true))
        .collect()
}
