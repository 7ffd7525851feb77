//! A request for chat completions, written.

use super::super::super::node::{Node, object};
use super::super::neutral::{Effort, Format, Part, Request, Role, ToolChoice, Turn};

/// The name of a schema that has none; the protocol asks for one.
const SCHEMA_NAME: &str = "answer";

/// The body for a model; a stream is asked for its counts where `stream_usage`.
pub(in crate::wire::translate) fn write_request(request: &Request, model: &str, stream_usage: bool) -> Node {
    let mut messages = Vec::new();
    if let Some(system) = request.system_text() {
        messages.push(object!({ "role": "system", "content": system }));
    }
    request
        .turns
        .iter()
        .for_each(|turn| write_turn(turn, &mut messages));
    let mut body = object!({ "model": model, "messages": messages });
    body.put_some("max_completion_tokens", request.max_tokens);
    body.put_some("temperature", request.temperature.as_ref());
    body.put_some("top_p", request.top_p.as_ref());
    if !request.stop.is_empty() {
        body.put("stop", list(&request.stop));
    }
    write_tools(request, &mut body);
    body.put_some("response_format", request.format.as_ref().map(response_format));
    body.put_some("reasoning_effort", request.effort.map(effort));
    body.put_some("user", request.user.as_ref());
    if request.stream {
        body.put("stream", true);
        if stream_usage {
            body.put("stream_options", object!({ "include_usage": true }));
        }
    }
    body
}

/// Texts as a list.
pub(in crate::wire::translate) fn list(texts: &[String]) -> Vec<Node> {
    texts.iter().map(Node::from).collect()
}

fn write_turn(turn: &Turn, messages: &mut Vec<Node>) {
    match turn.role {
        Role::User => write_user(turn, messages),
        Role::Assistant => messages.push(assistant(turn)),
    }
}

/// Results of tools stand first, each a message of its own, since they must follow the calls.
fn write_user(turn: &Turn, messages: &mut Vec<Node>) {
    let mut parts = Vec::new();
    for part in &turn.parts {
        match part {
            Part::ToolResult { id, text, .. } => {
                messages.push(object!({ "role": "tool", "tool_call_id": id, "content": text }));
            }
            Part::Text(text) => parts.push(object!({ "type": "text", "text": text })),
            Part::Image(source) => {
                let url = object!({ "url": source.to_url() });
                parts.push(object!({ "type": "image_url", "image_url": url }));
            }
            Part::Document(source, name) => {
                let name = name.as_deref().unwrap_or("document.pdf");
                let file = object!({ "filename": name, "file_data": source.to_url() });
                parts.push(object!({ "type": "file", "file": file }));
            }
            Part::Thinking { .. } | Part::ToolCall(_) | Part::Refusal(_) => {}
        }
    }
    match parts.as_slice() {
        [] => {}
        [one] if one.get("type").text() == Some("text") => {
            messages.push(object!({ "role": "user", "content": one.get("text") }));
        }
        _ => messages.push(object!({ "role": "user", "content": parts })),
    }
}

fn assistant(turn: &Turn) -> Node {
    let mut text = String::new();
    let mut calls = Vec::new();
    for part in &turn.parts {
        match part {
            Part::Text(said) | Part::Refusal(said) => text.push_str(said),
            Part::ToolCall(call) => {
                let function = object!({ "name": &call.name, "arguments": &call.arguments });
                calls.push(object!({ "id": &call.id, "type": "function", "function": function }));
            }
            _ => {}
        }
    }
    let content = (!text.is_empty()).then_some(text);
    let mut message = object!({ "role": "assistant", "content": content });
    if !calls.is_empty() {
        message.put("tool_calls", calls);
    }
    message
}

fn write_tools(request: &Request, body: &mut Node) {
    if request.tools.is_empty() {
        return;
    }
    let tools: Vec<Node> = request
        .tools
        .iter()
        .map(|tool| {
            let mut function = object!({ "name": &tool.name });
            function.put_some("description", tool.description.as_ref());
            function.put_some("parameters", tool.parameters.present());
            function.put_some("strict", tool.strict);
            object!({ "type": "function", "function": function })
        })
        .collect();
    body.put("tools", tools);
    body.put_some("tool_choice", request.tool_choice.as_ref().map(tool_choice));
    body.put_some("parallel_tool_calls", request.parallel_tools);
}

fn tool_choice(choice: &ToolChoice) -> Node {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Any => "required".into(),
        ToolChoice::Named(name) => {
            let function = object!({ "name": name });
            object!({ "type": "function", "function": function })
        }
    }
}

fn response_format(format: &Format) -> Node {
    match format {
        Format::Json => object!({ "type": "json_object" }),
        Format::Schema {
            name,
            description,
            schema,
            strict,
        } => {
            let mut inner = object!({ "name": name.as_deref().unwrap_or(SCHEMA_NAME), "schema": schema });
            inner.put_some("description", description.as_ref());
            inner.put_some("strict", *strict);
            object!({ "type": "json_schema", "json_schema": inner })
        }
    }
}

/// The word for how much is thought.
pub(in crate::wire::translate) fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "none",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
        Effort::ExtraHigh => "xhigh",
    }
}
