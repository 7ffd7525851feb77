//! A request for generated content, written. The model stands in the URL.

use super::super::super::node::{Node, object};
use super::super::chat::list;
use super::super::neutral::{Effort, Format, Part, Request, Role, Source, ToolChoice, Turn};
use std::collections::BTreeMap;

/// Stands in the place of a seal that only the provider can make, by its documents, so that calls which another
/// provider's model made are taken.
const NO_SEAL: &str = "skip_thought_signature_validator";

/// The body.
pub(in crate::wire::translate) fn write_request(request: &Request) -> Node {
    let names = names_of_calls(request);
    let mut contents: Vec<Node> = request.turns.iter().map(|turn| content(turn, &names)).collect();
    let mut body = object!({});
    match request.system_text() {
        // A dialogue must have a turn: where there are only instructions, they are what the user says.
        Some(system) if contents.is_empty() => {
            contents.push(object!({ "role": "user", "parts": vec![text(&system)] }));
        }
        Some(system) => {
            body.put("systemInstruction", object!({ "parts": vec![text(&system)] }));
        }
        None => {}
    }
    body.put("contents", contents);
    write_tools(request, &mut body);
    let config = config(request);
    if !config.entries().is_empty() {
        body.put("generationConfig", config);
    }
    body
}

fn text(text: &str) -> Node {
    object!({ "text": text })
}

/// The names of the tools that were called, by the ids of the calls: results name the tool.
fn names_of_calls(request: &Request) -> BTreeMap<&str, &str> {
    let parts = request.turns.iter().flat_map(|turn| &turn.parts);
    parts
        .filter_map(|part| match part {
            Part::ToolCall(call) => Some((call.id.as_str(), call.name.as_str())),
            _ => None,
        })
        .collect()
}

fn content(turn: &Turn, names: &BTreeMap<&str, &str>) -> Node {
    let role = match turn.role {
        Role::User => "user",
        Role::Assistant => "model",
    };
    let parts: Vec<Node> = turn
        .parts
        .iter()
        .filter_map(|part| write_part(part, names))
        .collect();
    object!({ "role": role, "parts": parts })
}

fn write_part(part: &Part, names: &BTreeMap<&str, &str>) -> Option<Node> {
    Some(match part {
        Part::Text(said) | Part::Refusal(said) => text(said),
        Part::Image(source) | Part::Document(source, _) => match source {
            Source::Base64 { media_type, data } => {
                let inline = object!({ "mimeType": media_type, "data": data });
                object!({ "inlineData": inline })
            }
            Source::Link(url) => object!({ "fileData": object!({ "fileUri": url }) }),
        },
        Part::ToolCall(call) => {
            let args = Node::parse(call.arguments.as_bytes()).unwrap_or(object!({}));
            let function = object!({ "name": &call.name, "args": args });
            object!({ "functionCall": function, "thoughtSignature": NO_SEAL })
        }
        Part::ToolResult { id, text, is_error } => {
            let name = names.get(id.as_str()).copied().unwrap_or(id);
            let key = if *is_error { "error" } else { "output" };
            let response = Node::object([(key, Node::from(text))]);
            let function = object!({ "name": name, "response": response });
            object!({ "functionResponse": function })
        }
        Part::Thinking { .. } => return None,
    })
}

fn write_tools(request: &Request, body: &mut Node) {
    if request.tools.is_empty() {
        return;
    }
    let declarations: Vec<Node> = request
        .tools
        .iter()
        .map(|tool| {
            let mut entry = object!({ "name": &tool.name });
            entry.put_some("description", tool.description.as_ref());
            entry.put_some("parametersJsonSchema", tool.parameters.present());
            entry
        })
        .collect();
    body.put("tools", vec![object!({ "functionDeclarations": declarations })]);
    let calling = match &request.tool_choice {
        None => return,
        Some(ToolChoice::Auto) => object!({ "mode": "AUTO" }),
        Some(ToolChoice::None) => object!({ "mode": "NONE" }),
        Some(ToolChoice::Any) => object!({ "mode": "ANY" }),
        Some(ToolChoice::Named(name)) => {
            object!({ "mode": "ANY", "allowedFunctionNames": vec![Node::from(name)] })
        }
    };
    body.put("toolConfig", object!({ "functionCallingConfig": calling }));
}

fn config(request: &Request) -> Node {
    let mut config = object!({});
    config.put_some("maxOutputTokens", request.max_tokens);
    config.put_some("temperature", request.temperature.as_ref());
    config.put_some("topP", request.top_p.as_ref());
    config.put_some("topK", request.top_k.as_ref());
    if !request.stop.is_empty() {
        config.put("stopSequences", list(&request.stop));
    }
    if let Some(format) = &request.format {
        config.put("responseMimeType", "application/json");
        if let Format::Schema { schema, .. } = format {
            config.put("responseJsonSchema", schema);
        }
    }
    if let Some(effort) = request.effort {
        config.put("thinkingConfig", object!({ "thinkingLevel": level(effort) }));
    }
    config
}

fn level(effort: Effort) -> &'static str {
    match effort {
        Effort::None => "minimal",
        Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High | Effort::ExtraHigh => "high",
    }
}
