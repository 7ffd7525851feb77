//! Which texts the events of a stream bring, in each protocol that clients speak.

use super::parts::{Kind, Parts, Place};
use crate::wire::endpoint::Endpoint;
use crate::wire::node::Node;

/// Where servers of chat completions put what the model thought.
const THINKING: [&str; 2] = ["reasoning_content", "reasoning"];

/// Adds what an event says to its parts.
pub(super) fn read(endpoint: Endpoint, event: &Node, parts: &mut Parts, room: usize) {
    let mut said = Said { parts, room };
    match endpoint {
        Endpoint::Messages | Endpoint::CountTokens => messages(event, &mut said),
        Endpoint::Responses => responses(event, &mut said),
        Endpoint::Chat | Endpoint::Embeddings | Endpoint::Generate => chat(event, &mut said),
    }
    error(event, &mut said);
}

/// What was said up to now.
struct Said<'p> {
    parts: &'p mut Parts,
    room: usize,
}

impl Said<'_> {
    fn add(&mut self, choice: u64, kind: Kind, slot: u64, text: &Node) {
        let place = Place { choice, kind, slot };
        self.parts.add(place, text.text_or_empty(), self.room);
    }

    fn tool(&mut self, choice: u64, slot: u64, name: &Node) {
        if let Some(name) = name.text().filter(|name| !name.is_empty()) {
            let place = Place {
                choice,
                kind: Kind::Tool,
                slot,
            };
            self.parts.name(place, name);
        }
    }
}

fn chat(chunk: &Node, said: &mut Said<'_>) {
    for choice in chunk.get("choices").items() {
        let index = choice.get("index").whole().unwrap_or_default();
        let delta = choice.get("delta");
        // Some servers say it twice.
        let thought = THINKING.map(|key| delta.get(key));
        if let Some(thought) = thought.iter().find(|thought| !thought.text_or_empty().is_empty()) {
            said.add(index, Kind::Reasoning, 0, thought);
        }
        said.add(index, Kind::Text, 0, delta.get("content"));
        said.add(index, Kind::Refusal, 0, delta.get("refusal"));
        for call in delta.get("tool_calls").items() {
            let slot = call.get("index").whole().unwrap_or_default();
            let function = call.get("function");
            said.tool(index, slot, function.get("name"));
            said.add(index, Kind::Tool, slot, function.get("arguments"));
        }
    }
}

fn messages(event: &Node, said: &mut Said<'_>) {
    let slot = event.get("index").whole().unwrap_or_default();
    // A block begins with what may be its whole text, and goes on in deltas.
    let block = match event.get("type").text_or_empty() {
        "content_block_start" => event.get("content_block"),
        "content_block_delta" => event.get("delta"),
        _ => return,
    };
    said.tool(0, slot, block.get("name"));
    said.add(0, Kind::Text, slot, block.get("text"));
    said.add(0, Kind::Reasoning, slot, block.get("thinking"));
    said.add(0, Kind::Tool, slot, block.get("partial_json"));
}

fn responses(event: &Node, said: &mut Said<'_>) {
    let output = event.get("output_index").whole().unwrap_or_default();
    let kind = event.get("type").text_or_empty();
    let item = event.get("item");
    if kind == "response.output_item.added" {
        return said.tool(0, output, item.get("name"));
    }
    let kind = match kind {
        "response.output_text.delta" => Kind::Text,
        "response.refusal.delta" => Kind::Refusal,
        kind if kind.starts_with("response.reasoning") && kind.ends_with(".delta") => Kind::Reasoning,
        "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => Kind::Tool,
        _ => return,
    };
    // Texts of one item stand in places of their own.
    let within = ["content_index", "summary_index"]
        .iter()
        .find_map(|key| event.get(key).whole())
        .filter(|_| kind != Kind::Tool)
        .unwrap_or_default();
    said.add(0, kind, output.saturating_add(within << 32), event.get("delta"));
}

/// The error that a stream ends with.
fn error(event: &Node, said: &mut Said<'_>) {
    let own = event.get("error").get("message");
    let of_response = event.get("response").get("error").get("message");
    let bare = match event.get("type").text_or_empty() {
        "error" => event.get("message"),
        _ => &Node::Null,
    };
    let all = [own, of_response, bare];
    if let Some(message) = all.iter().find(|message| !message.text_or_empty().is_empty()) {
        said.add(0, Kind::Error, 0, message);
    }
}
