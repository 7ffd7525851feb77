//! A request for a message, read.

use super::super::super::node::Node;
use super::super::neutral::{Effort, Format, Part, Request, Role, Source, Tool, ToolCall, ToolChoice};
use crate::facts::Demand;

/// Fields that are left out in translation: they change nothing that an answer says.
pub(in crate::wire::translate) const DROPPED: [&str; 5] = [
    "cache_control",
    "diagnostics",
    "service_tier",
    "speed",
    "user_profile_id",
];

/// Thinking budgets below this are a low effort, in tokens.
const LOW_BUDGET: u64 = 4096;

/// Thinking budgets below this are a medium effort, in tokens.
const MEDIUM_BUDGET: u64 = 16_384;

/// Reads one field of a body.
pub(in crate::wire::translate) fn field(key: &str, value: &Node, request: &mut Request) {
    match key {
        "model" => {}
        "system" => system(value, request),
        "messages" => value.items().iter().for_each(|entry| message(entry, request)),
        "stream" => request.stream = value.truth() == Some(true),
        "max_tokens" => request.max_tokens = value.whole(),
        "temperature" => request.temperature = Some(value.clone()),
        "top_p" => request.top_p = Some(value.clone()),
        "top_k" => request.top_k = Some(value.clone()),
        "stop_sequences" => {
            request.stop = value
                .items()
                .iter()
                .filter_map(Node::text)
                .map(str::to_owned)
                .collect();
        }
        "tools" => value.items().iter().for_each(|entry| tool(entry, request)),
        "tool_choice" => tool_choice(value, request),
        "thinking" => thinking(value, request),
        "output_config" => output_config(value, request),
        "output_format" => output_format(value, request),
        "metadata" => request.user = value.get("user_id").text().map(str::to_owned),
        "container" | "mcp_servers" => request.demands.insert(Demand::HostedTools),
        key if DROPPED.contains(&key) => {}
        _ => request.demands.insert(Demand::Unknown),
    }
}

fn system(value: &Node, request: &mut Request) {
    request.system.extend(value.text().map(str::to_owned));
    let blocks = value.items().iter().filter_map(|block| block.get("text").text());
    request.system.extend(blocks.map(str::to_owned));
}

fn message(entry: &Node, request: &mut Request) {
    let role = match entry.get("role").text_or_empty() {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => return system(entry.get("content"), request),
        _ => return request.demands.insert(Demand::Unknown),
    };
    let content = entry.get("content");
    if let Some(text) = content.text() {
        request.say(role, Part::Text(text.to_owned()));
    }
    content
        .items()
        .iter()
        .for_each(|entry| block(role, entry, request));
}

fn block(role: Role, entry: &Node, request: &mut Request) {
    let text = |key| entry.get(key).text_or_empty().to_owned();
    let part = match (entry.get("type").text_or_empty(), role) {
        ("text", _) => Part::Text(text("text")),
        ("image", Role::User) => match image(entry.get("source"), request) {
            Some(source) => Part::Image(source),
            None => return,
        },
        ("document", Role::User) => return document(entry, request),
        ("tool_result", Role::User) => Part::ToolResult {
            id: text("tool_use_id"),
            text: result(entry.get("content"), request),
            is_error: entry.get("is_error").truth() == Some(true),
        },
        ("tool_use", Role::Assistant) => Part::ToolCall(ToolCall {
            id: text("id"),
            name: text("name"),
            arguments: entry.get("input").to_string(),
        }),
        ("thinking", Role::Assistant) => Part::Thinking {
            text: text("thinking"),
            signature: text("signature"),
        },
        // Sealed thinking means nothing to another provider.
        ("redacted_thinking", Role::Assistant) => return,
        (kind, _) => {
            let hosted =
                kind.starts_with("server_") || kind.ends_with("_tool_result") || kind.starts_with("mcp_");
            let demand = if hosted {
                Demand::HostedTools
            } else {
                Demand::Unknown
            };
            return request.demands.insert(demand);
        }
    };
    request.say(role, part);
}

fn image(source: &Node, request: &mut Request) -> Option<Source> {
    match source.get("type").text_or_empty() {
        "base64" => Some(base64(source)),
        "url" => {
            request.demands.insert(Demand::ImageLinks);
            Some(Source::Link(source.get("url").text_or_empty().to_owned()))
        }
        _ => {
            request.demands.insert(Demand::Files);
            None
        }
    }
}

fn base64(source: &Node) -> Source {
    Source::Base64 {
        media_type: source.get("media_type").text_or_empty().to_owned(),
        data: source.get("data").text_or_empty().to_owned(),
    }
}

fn document(entry: &Node, request: &mut Request) {
    let source = entry.get("source");
    let title = entry.get("title").text().map(str::to_owned);
    let part = match source.get("type").text_or_empty() {
        "base64" => Part::Document(base64(source), title),
        "text" => Part::Text(source.get("data").text_or_empty().to_owned()),
        _ => return request.demands.insert(Demand::Files),
    };
    request.say(Role::User, part);
}

/// The text of a tool's result.
fn result(content: &Node, request: &mut Request) -> String {
    let mut text = content.text_or_empty().to_owned();
    for entry in content.items() {
        let demand = match entry.get("type").text_or_empty() {
            "text" => {
                text.push_str(entry.get("text").text_or_empty());
                continue;
            }
            "image" => Demand::ToolImages,
            "document" => Demand::Files,
            _ => Demand::Unknown,
        };
        request.demands.insert(demand);
    }
    text
}

fn tool(entry: &Node, request: &mut Request) {
    if !matches!(entry.get("type").text(), None | Some("custom")) {
        return request.demands.insert(Demand::HostedTools);
    }
    request.tools.push(Tool {
        name: entry.get("name").text_or_empty().to_owned(),
        description: entry.get("description").text().map(str::to_owned),
        parameters: entry.get("input_schema").clone(),
        strict: entry.get("strict").truth(),
    });
}

fn tool_choice(value: &Node, request: &mut Request) {
    request.tool_choice = match value.get("type").text_or_empty() {
        "auto" => Some(ToolChoice::Auto),
        "any" => Some(ToolChoice::Any),
        "none" => Some(ToolChoice::None),
        "tool" => Some(ToolChoice::Named(value.get("name").text_or_empty().to_owned())),
        _ => return request.demands.insert(Demand::Unknown),
    };
    if value.get("disable_parallel_tool_use").truth() == Some(true) {
        request.parallel_tools = Some(false);
    }
}

/// A budget of thinking is an effort, as near as it comes; an effort that is named counts instead.
fn thinking(value: &Node, request: &mut Request) {
    let by_budget = match value.get("budget_tokens").whole() {
        Some(budget) if budget < LOW_BUDGET => Some(Effort::Low),
        Some(budget) if budget < MEDIUM_BUDGET => Some(Effort::Medium),
        Some(_) => Some(Effort::High),
        None => None,
    };
    request.effort = request.effort.or(by_budget);
}

fn output_config(value: &Node, request: &mut Request) {
    let effort = match value.get("effort").text_or_empty() {
        "low" => Some(Effort::Low),
        "medium" => Some(Effort::Medium),
        "high" => Some(Effort::High),
        "xhigh" | "max" => Some(Effort::ExtraHigh),
        _ => None,
    };
    request.effort = effort.or(request.effort);
    if !value.get("format").is_null() {
        output_format(value.get("format"), request);
    }
}

fn output_format(value: &Node, request: &mut Request) {
    if value.get("type").text() != Some("json_schema") {
        return request.demands.insert(Demand::Unknown);
    }
    request.format = Some(Format::Schema {
        name: None,
        description: None,
        schema: value.get("schema").clone(),
        strict: None,
    });
}
