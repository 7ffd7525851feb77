//! Translations, text in, text out: requests, whole answers, streams cut anywhere, and what cannot be said.

mod answers;
mod requests;
mod streams;

use super::super::node::Node;
use crate::wire::endpoint::Endpoint;
use crate::wire::exchange::Exchange;

/// Chat completions for clients, messages upstream.
const TO_MESSAGES: Exchange = Exchange {
    client: Endpoint::Chat,
    upstream: Endpoint::Messages,
};

/// Messages for clients, chat completions upstream.
const TO_CHAT: Exchange = Exchange {
    client: Endpoint::Messages,
    upstream: Endpoint::Chat,
};

/// Responses for clients, messages upstream.
const RESPONSES_TO_MESSAGES: Exchange = Exchange {
    client: Endpoint::Responses,
    upstream: Endpoint::Messages,
};

/// Chat completions for clients, generated content upstream.
const TO_GENERATE: Exchange = Exchange {
    client: Endpoint::Chat,
    upstream: Endpoint::Generate,
};

/// JSON with an entry a line, so that snapshots can be read.
fn pretty(body: &[u8]) -> String {
    let mut out = String::new();
    lay_out(&Node::parse(body).unwrap(), 0, &mut out);
    out
}

fn lay_out(node: &Node, depth: usize, out: &mut String) {
    let line = node.to_string();
    if line.len() < 100 {
        return out.push_str(&line);
    }
    let (open, close) = match node {
        Node::Array(_) => ('[', ']'),
        Node::Object(_) => ('{', '}'),
        _ => return out.push_str(&line),
    };
    let indent = "  ".repeat(depth + 1);
    out.push(open);
    let keyed = node.entries().iter().map(|(key, value)| (Some(key), value));
    for (key, value) in keyed.chain(node.items().iter().map(|item| (None, item))) {
        out.push_str(&format!("\n{indent}"));
        if let Some(key) = key {
            out.push_str(&format!("{key:?}: "));
        }
        lay_out(value, depth + 1, out);
    }
    out.push_str(&format!("\n{}{close}", "  ".repeat(depth)));
}
