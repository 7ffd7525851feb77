//! A request for chat completions, read.

use super::super::super::node::Node;
use super::super::neutral::{Effort, Format, Part, Request, Role, Source, Tool, ToolCall, ToolChoice};
use crate::facts::Demand;

/// Fields that are left out in translation: they change nothing that an answer says, or only how it is sampled.
pub(in crate::wire::translate) const DROPPED: [&str; 13] = [
    "frequency_penalty",
    "max_output_tokens",
    "metadata",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "seed",
    "service_tier",
    "store",
    "top_logprobs",
    "verbosity",
];

/// Reads one field of a body.
pub(in crate::wire::translate) fn field(key: &str, value: &Node, request: &mut Request) {
    match key {
        // Whether counts are shown is the writer's affair.
        "model" | "stream_options" => {}
        "messages" => value.items().iter().for_each(|entry| message(entry, request)),
        "stream" => request.stream = value.truth() == Some(true),
        "max_tokens" | "max_completion_tokens" => {
            request.max_tokens = value.whole().into_iter().chain(request.max_tokens).min();
        }
        "temperature" => request.temperature = Some(value.clone()),
        "top_p" => request.top_p = Some(value.clone()),
        "top_k" => request.top_k = Some(value.clone()),
        "stop" => request.stop = texts(value),
        "user" => request.user = value.text().map(str::to_owned),
        "tools" => value.items().iter().for_each(|entry| tool(entry, request)),
        "tool_choice" => tool_choice(value, request),
        "parallel_tool_calls" => request.parallel_tools = value.truth(),
        "response_format" => response_format(value, request),
        "reasoning_effort" => effort(value.text_or_empty(), request),
        other => demand(other, value, request),
    }
}

/// Fields that some protocols cannot express.
fn demand(key: &str, value: &Node, request: &mut Request) {
    let demand = match key {
        "n" if value.whole() == Some(1) => return,
        "n" => Demand::Choices,
        "logprobs" if value.truth() == Some(false) => return,
        "logprobs" => Demand::Logprobs,
        "logit_bias" if value.entries().is_empty() => return,
        "logit_bias" => Demand::LogitBias,
        "modalities" if value.items().iter().all(|word| word.text() == Some("text")) => return,
        "modalities" | "audio" => Demand::Audio,
        "functions" | "function_call" => Demand::OlderCalls,
        "web_search_options" => Demand::HostedTools,
        key if DROPPED.contains(&key) => return,
        _ => Demand::Unknown,
    };
    request.demands.insert(demand);
}

/// A text, or a list of them.
fn texts(value: &Node) -> Vec<String> {
    let one = value.text().into_iter();
    one.chain(value.items().iter().filter_map(Node::text))
        .map(str::to_owned)
        .collect()
}

fn message(entry: &Node, request: &mut Request) {
    match entry.get("role").text_or_empty() {
        "system" | "developer" => {
            let text = text_of(entry.get("content"), request);
            request.system.push(text);
        }
        "user" => user(entry.get("content"), request),
        "assistant" => assistant(entry, request),
        "tool" => {
            let text = text_of(entry.get("content"), request);
            let id = entry.get("tool_call_id").text_or_empty().to_owned();
            let result = Part::ToolResult {
                id,
                text,
                is_error: false,
            };
            request.say(Role::User, result);
        }
        "function" => request.demands.insert(Demand::OlderCalls),
        _ => request.demands.insert(Demand::Unknown),
    }
}

/// A content that may only be text: its parts are joined.
fn text_of(content: &Node, request: &mut Request) -> String {
    if let Some(text) = content.text() {
        return text.to_owned();
    }
    let mut joined = String::new();
    for part in content.items() {
        match part.get("text").text() {
            Some(text) => joined.push_str(text),
            None => request.demands.insert(Demand::Unknown),
        }
    }
    joined
}

fn user(content: &Node, request: &mut Request) {
    if let Some(text) = content.text() {
        request.say(Role::User, Part::Text(text.to_owned()));
    }
    for entry in content.items() {
        let demand = match (entry.get("type").text_or_empty(), entry) {
            ("text", entry) => {
                let text = entry.get("text").text_or_empty().to_owned();
                request.say(Role::User, Part::Text(text));
                continue;
            }
            ("image_url", entry) => {
                let url = entry.get("image_url").get("url").text_or_empty();
                image(url, request);
                continue;
            }
            ("file", entry) if entry.get("file").get("file_data").text().is_some() => {
                file(entry.get("file"), request);
                continue;
            }
            ("file", _) => Demand::Files,
            ("input_audio", _) => Demand::Audio,
            _ => Demand::Unknown,
        };
        request.demands.insert(demand);
    }
}

/// Adds an image by its URL.
pub(in crate::wire::translate) fn image(url: &str, request: &mut Request) {
    let source = Source::of_url(url);
    if matches!(source, Source::Link(_)) {
        request.demands.insert(Demand::ImageLinks);
    }
    request.say(Role::User, Part::Image(source));
}

/// Adds a document that stands in `file_data`.
pub(in crate::wire::translate) fn file(file: &Node, request: &mut Request) {
    let source = Source::of_url(file.get("file_data").text_or_empty());
    if matches!(source, Source::Link(_)) {
        request.demands.insert(Demand::Files);
    }
    let name = file.get("filename").text().map(str::to_owned);
    request.say(Role::User, Part::Document(source, name));
}

fn assistant(entry: &Node, request: &mut Request) {
    for key in ["function_call", "audio"] {
        if !entry.get(key).is_null() {
            request.demands.insert(Demand::OlderCalls);
        }
    }
    let content = entry.get("content");
    let spoken = content.text().into_iter();
    let parts = content.items().iter().filter_map(|part| {
        let text = part.get("text").present().unwrap_or(part.get("refusal"));
        text.text()
    });
    let declined = entry.get("refusal").text().into_iter();
    for text in spoken
        .chain(parts)
        .chain(declined)
        .filter(|text| !text.is_empty())
    {
        request.say(Role::Assistant, Part::Text(text.to_owned()));
    }
    for call in entry.get("tool_calls").items() {
        let function = call.get("function");
        if function.is_null() {
            request.demands.insert(Demand::Unknown);
        }
        tool_call(
            call.get("id"),
            function.get("name"),
            function.get("arguments"),
            request,
        );
    }
}

/// Adds a call that the model made; its arguments must be an object, or nothing.
pub(in crate::wire::translate) fn tool_call(id: &Node, name: &Node, arguments: &Node, request: &mut Request) {
    let arguments = match arguments.text_or_empty() {
        "" => "{}",
        text => text,
    };
    if !matches!(Node::parse(arguments.as_bytes()), Ok(Node::Object(_))) {
        request.demands.insert(Demand::Unknown);
    }
    let call = ToolCall {
        id: id.text_or_empty().to_owned(),
        name: name.text_or_empty().to_owned(),
        arguments: arguments.to_owned(),
    };
    request.say(Role::Assistant, Part::ToolCall(call));
}

fn tool(entry: &Node, request: &mut Request) {
    let function = entry.get("function");
    if entry.get("type").text() != Some("function") || function.is_null() {
        request.demands.insert(Demand::Unknown);
        return;
    }
    request.tools.push(function_tool(function));
}

/// A tool whose name, description and parameters stand in one object.
pub(in crate::wire::translate) fn function_tool(function: &Node) -> Tool {
    Tool {
        name: function.get("name").text_or_empty().to_owned(),
        description: function.get("description").text().map(str::to_owned),
        parameters: function.get("parameters").clone(),
        strict: function.get("strict").truth(),
    }
}

fn tool_choice(value: &Node, request: &mut Request) {
    let named = value.get("function").get("name").text();
    request.tool_choice = match (value.text(), named) {
        (Some("auto"), _) => Some(ToolChoice::Auto),
        (Some("none"), _) => Some(ToolChoice::None),
        (Some("required"), _) => Some(ToolChoice::Any),
        (None, Some(name)) => Some(ToolChoice::Named(name.to_owned())),
        _ => {
            request.demands.insert(Demand::Unknown);
            None
        }
    };
}

fn response_format(value: &Node, request: &mut Request) {
    match value.get("type").text_or_empty() {
        "text" => {}
        "json_object" => json_mode(request),
        "json_schema" => request.format = Some(schema(value.get("json_schema"))),
        _ => request.demands.insert(Demand::Unknown),
    }
}

/// JSON of any kind is asked for.
pub(in crate::wire::translate) fn json_mode(request: &mut Request) {
    request.format = Some(Format::Json);
    request.demands.insert(Demand::JsonMode);
}

/// The schema that stands in an object beside its name.
pub(in crate::wire::translate) fn schema(value: &Node) -> Format {
    Format::Schema {
        name: value.get("name").text().map(str::to_owned),
        description: value.get("description").text().map(str::to_owned),
        schema: value.get("schema").clone(),
        strict: value.get("strict").truth(),
    }
}

/// Reads how much is thought.
pub(in crate::wire::translate) fn effort(word: &str, request: &mut Request) {
    request.effort = match word {
        "none" => Some(Effort::None),
        "minimal" | "low" => Some(Effort::Low),
        "medium" => Some(Effort::Medium),
        "high" => Some(Effort::High),
        "xhigh" | "max" => Some(Effort::ExtraHigh),
        _ => {
            request.demands.insert(Demand::Unknown);
            None
        }
    };
}
