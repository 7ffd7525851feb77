//! A request for a message, written.

use super::super::super::node::{Node, object};
use super::super::chat::list;
use super::super::neutral::{Effort, Format, Part, Request, Role, Source, ToolChoice, Turn};

/// The cap on output tokens where neither client nor guard nor model sets one; the protocol asks for one.
const MAX_TOKENS: u64 = 4096;

/// The schema of a tool that has none; the protocol asks for one.
const NO_PARAMETERS: &str = "object";

/// The body for a model, whose longest completion is `max_output` where that is known.
pub(in crate::wire::translate) fn write_request(
    request: &Request,
    model: &str,
    max_output: Option<u64>,
) -> Node {
    let cap = request.max_tokens.or(max_output).unwrap_or(MAX_TOKENS);
    let cap = cap.min(max_output.unwrap_or(cap));
    let mut body = object!({ "model": model, "max_tokens": cap });
    let mut messages: Vec<Node> = request.turns.iter().filter_map(write_turn).collect();
    match request.system_text() {
        // A dialogue must have a turn: where there are only instructions, they are what the user says.
        Some(system) if messages.is_empty() => {
            messages.push(object!({ "role": "user", "content": system }));
        }
        system => body.put_some("system", system),
    }
    body.put("messages", messages);
    if !request.stop.is_empty() {
        body.put("stop_sequences", list(&request.stop));
    }
    write_tools(request, &mut body);
    write_thinking(request, &mut body);
    if let Some(user) = &request.user {
        body.put("metadata", object!({ "user_id": user }));
    }
    if request.stream {
        body.put("stream", true);
    }
    body
}

fn write_turn(turn: &Turn) -> Option<Node> {
    let role = match turn.role {
        Role::User => "user",
        Role::Assistant => "assistant",
    };
    // Results of tools stand first, since they must follow the calls.
    let (results, others): (Vec<&Part>, Vec<&Part>) = turn
        .parts
        .iter()
        .partition(|part| matches!(part, Part::ToolResult { .. }));
    let blocks: Vec<Node> = results.into_iter().chain(others).filter_map(block).collect();
    match blocks.as_slice() {
        [] => None,
        [one] if one.get("type").text() == Some("text") => {
            Some(object!({ "role": role, "content": one.get("text") }))
        }
        _ => Some(object!({ "role": role, "content": blocks })),
    }
}

/// A block; empty text is none, since the protocol refuses it.
fn block(part: &Part) -> Option<Node> {
    Some(match part {
        Part::Text(text) | Part::Refusal(text) if text.is_empty() => return None,
        Part::Text(text) | Part::Refusal(text) => object!({ "type": "text", "text": text }),
        Part::Image(from) => object!({ "type": "image", "source": source(from) }),
        Part::Document(from, title) => {
            let mut block = object!({ "type": "document", "source": source(from) });
            block.put_some("title", title.as_ref());
            block
        }
        Part::ToolCall(call) => object!({
            "type": "tool_use",
            "id": call_id(&call.id),
            "name": &call.name,
            "input": Node::parse(call.arguments.as_bytes()).unwrap_or(object!({})),
        }),
        Part::ToolResult { id, text, is_error } => {
            let mut block = object!({
                "type": "tool_result",
                "tool_use_id": call_id(id),
                "content": text,
            });
            if *is_error {
                block.put("is_error", true);
            }
            block
        }
        // Thinking without its provider's seal is not taken back.
        Part::Thinking { .. } => return None,
    })
}

fn source(from: &Source) -> Node {
    match from {
        Source::Base64 { media_type, data } => {
            object!({ "type": "base64", "media_type": media_type, "data": data })
        }
        Source::Link(url) => object!({ "type": "url", "url": url }),
    }
}

/// The id of a call in the characters that the protocol takes.
fn call_id(id: &str) -> String {
    id.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' || c == '-' {
                c
            } else {
                '_'
            }
        })
        .collect()
}

fn write_tools(request: &Request, body: &mut Node) {
    if request.tools.is_empty() {
        return;
    }
    let tools: Vec<Node> = request
        .tools
        .iter()
        .map(|tool| {
            let mut entry = object!({ "name": &tool.name });
            entry.put_some("description", tool.description.as_ref());
            let schema = tool.parameters.present().cloned();
            entry.put(
                "input_schema",
                schema.unwrap_or(object!({ "type": NO_PARAMETERS })),
            );
            entry.put_some("strict", tool.strict);
            entry
        })
        .collect();
    body.put("tools", tools);
    let mut choice = match &request.tool_choice {
        None if request.parallel_tools != Some(false) => return,
        None | Some(ToolChoice::Auto) => object!({ "type": "auto" }),
        Some(ToolChoice::None) => object!({ "type": "none" }),
        Some(ToolChoice::Any) => object!({ "type": "any" }),
        Some(ToolChoice::Named(name)) => object!({ "type": "tool", "name": name }),
    };
    if request.parallel_tools == Some(false) && request.tool_choice != Some(ToolChoice::None) {
        choice.put("disable_parallel_tool_use", true);
    }
    body.put("tool_choice", choice);
}

/// Thinking, the form of the answer, and how it is sampled. A model that thinks takes no temperature and no forced call.
fn write_thinking(request: &Request, body: &mut Node) {
    let forced = matches!(request.tool_choice, Some(ToolChoice::Any | ToolChoice::Named(_)));
    let effort = request.effort.filter(|effort| *effort != Effort::None);
    let thinks = effort.is_some() && !forced;
    if thinks {
        body.put("thinking", object!({ "type": "adaptive" }));
    } else {
        body.put_some("temperature", request.temperature.as_ref().map(at_most_one));
        body.put_some("top_p", request.top_p.as_ref());
        body.put_some("top_k", request.top_k.as_ref());
    }
    let mut config = object!({});
    config.put_some("effort", effort.map(effort_word));
    if let Some(Format::Schema { schema, .. }) = &request.format {
        config.put("format", object!({ "type": "json_schema", "schema": schema }));
    }
    if !config.entries().is_empty() {
        body.put("output_config", config);
    }
}

/// The protocol's temperatures end at 1.
fn at_most_one(temperature: &Node) -> Node {
    match temperature {
        Node::Number(digits) if digits.parse::<f64>().is_ok_and(|value| value > 1.0) => {
            Node::Number("1".to_owned())
        }
        other => other.clone(),
    }
}

fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::None | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::ExtraHigh => "xhigh",
    }
}
