//! A response around its output: what the request asked for is said again in it.

use super::super::super::node::{Node, object};
use super::super::super::openai::Usage;
use super::super::neutral::{Answer, Stop};
use super::item;

/// Fields of the request that stand in the response, with what stands there where the request has none.
const ECHOED: [(&str, &str); 10] = [
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("reasoning", "null"),
    ("temperature", "null"),
    ("text", "null"),
    ("tool_choice", "\"auto\""),
    ("tools", "[]"),
    ("top_p", "null"),
];

/// What every form of one response says.
#[derive(Clone, Debug, Default)]
pub(in crate::wire::translate) struct Echo {
    id: String,
    model: String,
    created: u64,
    echoed: Vec<(String, Node)>,
}

impl Echo {
    /// Of this request.
    pub(in crate::wire::translate) fn new(request: &Node, created: u64) -> Self {
        let value = |key: &str, default: &str| match request.get(key).present() {
            Some(said) => said.clone(),
            None => Node::parse(default.as_bytes()).unwrap_or_default(),
        };
        let echoed = ECHOED
            .iter()
            .map(|(key, default)| ((*key).to_owned(), value(key, default)));
        Echo {
            created,
            echoed: echoed.collect(),
            ..Echo::default()
        }
    }

    /// Takes over who answers.
    pub(super) fn answered_by(&mut self, id: &str, model: &str) {
        id.clone_into(&mut self.id);
        model.clone_into(&mut self.model);
    }

    /// The id of the answer, of which those of its items are made.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The response with this output; without a reason to stop it is in progress.
    pub(super) fn response(&self, output: Vec<Node>, stop: Option<&Stop>, usage: Option<Usage>) -> Node {
        let (status, details) = match stop {
            None => ("in_progress", None),
            Some(Stop::Length) => ("incomplete", Some("max_output_tokens")),
            Some(Stop::Filtered) => ("incomplete", Some("content_filter")),
            Some(_) => ("completed", None),
        };
        let mut response = object!({
            "id": format!("resp_{}", self.id),
            "object": "response",
            "created_at": self.created,
            "status": status,
            "error": Node::Null,
            "incomplete_details": details.map(|reason| object!({ "reason": reason })),
            "model": &self.model,
            "output": output,
        });
        for (key, value) in &self.echoed {
            response.put(key, value);
        }
        response.put("usage", usage.map(counts));
        response
    }

    /// A whole response.
    pub(in crate::wire::translate) fn whole(mut self, answer: &Answer) -> Node {
        self.answered_by(&answer.id, &answer.model);
        let output = item::of_parts(&answer.parts, &self.id);
        self.response(output, Some(&answer.stop), answer.usage)
    }
}

fn counts(usage: Usage) -> Node {
    object!({
        "input_tokens": usage.input,
        "input_tokens_details": object!({ "cached_tokens": usage.cached }),
        "output_tokens": usage.output,
        "output_tokens_details": object!({ "reasoning_tokens": 0_u64 }),
        "total_tokens": usage.input.saturating_add(usage.output),
    })
}
