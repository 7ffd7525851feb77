//! A request for a response, read.

use super::super::super::node::Node;
use super::super::chat::{file, function_tool, image, json_mode, read_effort, schema, tool_call};
use super::super::neutral::{Part, Request, Role, ToolChoice};
use crate::facts::Demand;

/// Fields that are left out in translation: they change nothing that an answer says.
pub(in crate::wire::translate) const DROPPED: [&str; 11] = [
    "include",
    "max_tool_calls",
    "metadata",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "store",
    "stream_options",
    "truncation",
];

/// Reads one field of a body.
pub(in crate::wire::translate) fn field(key: &str, value: &Node, request: &mut Request) {
    match key {
        "model" => {}
        "input" => input(value, request),
        // Instructions stand above what the input says of the system.
        "instructions" => request.system.insert(0, value.text_or_empty().to_owned()),
        "stream" => request.stream = value.truth() == Some(true),
        "max_output_tokens" => request.max_tokens = value.whole(),
        "temperature" => request.temperature = Some(value.clone()),
        "top_p" => request.top_p = Some(value.clone()),
        "user" => request.user = value.text().map(str::to_owned),
        "tools" => value.items().iter().for_each(|entry| tool(entry, request)),
        "tool_choice" => tool_choice(value, request),
        "parallel_tool_calls" => request.parallel_tools = value.truth(),
        "reasoning" => {
            if let Some(word) = value.get("effort").text() {
                read_effort(word, request);
            }
        }
        "text" => format(value.get("format"), request),
        "background" if value.truth() == Some(false) => {}
        "previous_response_id" | "conversation" | "background" | "prompt" => {
            request.demands.insert(Demand::State);
        }
        "top_logprobs" if value.whole() == Some(0) => {}
        "top_logprobs" => request.demands.insert(Demand::Logprobs),
        key if DROPPED.contains(&key) => {}
        _ => request.demands.insert(Demand::Unknown),
    }
}

fn input(value: &Node, request: &mut Request) {
    if let Some(text) = value.text() {
        request.say(Role::User, Part::Text(text.to_owned()));
    }
    value.items().iter().for_each(|entry| item(entry, request));
}

fn item(entry: &Node, request: &mut Request) {
    match entry.get("type").text().unwrap_or("message") {
        "message" => message(entry, request),
        "function_call" => {
            let (id, name) = (entry.get("call_id"), entry.get("name"));
            tool_call(id, name, entry.get("arguments"), request);
        }
        "function_call_output" => {
            let result = Part::ToolResult {
                id: entry.get("call_id").text_or_empty().to_owned(),
                text: text_of(entry.get("output"), request),
                is_error: false,
            };
            request.say(Role::User, result);
        }
        // What another provider's model thought means nothing to this one.
        "reasoning" => {}
        "item_reference" => request.demands.insert(Demand::State),
        kind if kind.ends_with("_call") || kind.ends_with("_call_output") || kind.starts_with("mcp_") => {
            request.demands.insert(Demand::HostedTools);
        }
        _ => request.demands.insert(Demand::Unknown),
    }
}

fn message(entry: &Node, request: &mut Request) {
    let content = entry.get("content");
    match entry.get("role").text_or_empty() {
        "system" | "developer" => {
            let text = text_of(content, request);
            request.system.push(text);
        }
        "assistant" => {
            let text = text_of(content, request);
            request.say(Role::Assistant, Part::Text(text));
        }
        "user" => {
            if let Some(text) = content.text() {
                request.say(Role::User, Part::Text(text.to_owned()));
            }
            content.items().iter().for_each(|part| user_part(part, request));
        }
        _ => request.demands.insert(Demand::Unknown),
    }
}

fn user_part(part: &Node, request: &mut Request) {
    match part.get("type").text_or_empty() {
        "input_text" => {
            let text = part.get("text").text_or_empty().to_owned();
            request.say(Role::User, Part::Text(text));
        }
        "input_image" if part.get("image_url").text().is_some() => {
            image(part.get("image_url").text_or_empty(), request);
        }
        "input_file" if part.get("file_data").text().is_some() => file(part, request),
        "input_image" | "input_file" => request.demands.insert(Demand::Files),
        "input_audio" => request.demands.insert(Demand::Audio),
        _ => request.demands.insert(Demand::Unknown),
    }
}

/// A content that may only be text: its parts are joined.
fn text_of(content: &Node, request: &mut Request) -> String {
    let mut joined = content.text_or_empty().to_owned();
    for part in content.items() {
        match part.get("text").present().unwrap_or(part.get("refusal")).text() {
            Some(text) => joined.push_str(text),
            None if part.get("type").text() == Some("input_image") => {
                request.demands.insert(Demand::ToolImages);
            }
            None => request.demands.insert(Demand::Unknown),
        }
    }
    joined
}

fn tool(entry: &Node, request: &mut Request) {
    match entry.get("type").text_or_empty() {
        "function" => request.tools.push(function_tool(entry)),
        "custom" => request.demands.insert(Demand::Unknown),
        _ => request.demands.insert(Demand::HostedTools),
    }
}

fn tool_choice(value: &Node, request: &mut Request) {
    let is_function = value.get("type").text() == Some("function");
    let named = value.get("name").text().filter(|_| is_function);
    request.tool_choice = match (value.text(), named) {
        (Some("auto"), _) => Some(ToolChoice::Auto),
        (Some("none"), _) => Some(ToolChoice::None),
        (Some("required"), _) => Some(ToolChoice::Any),
        (None, Some(name)) => Some(ToolChoice::Named(name.to_owned())),
        _ => return request.demands.insert(Demand::Unknown),
    };
}

fn format(value: &Node, request: &mut Request) {
    match value.get("type").text().unwrap_or("text") {
        "text" => {}
        "json_object" => json_mode(request),
        "json_schema" => request.format = Some(schema(value)),
        _ => request.demands.insert(Demand::Unknown),
    }
}
