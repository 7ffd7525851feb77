//! Answers and records in short.

use super::Seen;
use serde_json::Value;

/// A body in short: its events, or what a whole answer says.
pub(super) fn short(seen: &Seen) -> String {
    let mut shown = match seen.body.contains("data:") {
        true => seen
            .body
            .split("\n\n")
            .filter(|event| !event.is_empty())
            .map(event)
            .collect::<Vec<_>>()
            .join(" "),
        false => message(&seen.body),
    };
    if seen.broke {
        shown.push_str(" BROKEN OFF");
    }
    shown
}

fn event(event: &str) -> String {
    let data = event.lines().find_map(|line| line.strip_prefix("data: "));
    let Some(data) = data else {
        return "comment".to_owned();
    };
    match serde_json::from_str::<Value>(data) {
        Err(_) if data == "[DONE]" => "[DONE]".to_owned(),
        Err(_) => format!("NOT JSON {data}"),
        Ok(chunk) if chunk.get("choices").is_some() => chat_event(&chunk),
        Ok(chunk) => match chunk["type"].as_str() {
            Some("error") | None => message(data),
            Some(kind) => typed_event(kind, &chunk),
        },
    }
}

fn chat_event(chunk: &Value) -> String {
    let choice = &chunk["choices"][0];
    match (
        choice["delta"]["content"].as_str(),
        choice["finish_reason"].as_str(),
    ) {
        (_, Some(reason)) => format!("finish:{reason}"),
        (Some(""), None) => "role".to_owned(),
        (text, None) => format!("{:?}", text.unwrap_or_default()),
    }
}

/// An event of responses or of messages.
fn typed_event(kind: &str, event: &Value) -> String {
    match kind {
        "response.created" | "message_start" => "role".to_owned(),
        "response.output_text.delta" => event["delta"].to_string(),
        "response.completed" | "response.incomplete" => {
            format!("finish:{}", event["response"]["status"].as_str().unwrap())
        }
        "content_block_delta" => event["delta"]["text"].to_string(),
        "message_delta" => format!("finish:{}", event["delta"]["stop_reason"].as_str().unwrap()),
        "message_stop" => "[DONE]".to_owned(),
        other => other.replace("content_block_", "block-"),
    }
}

/// What a body of JSON says: an answer's text, or an error's code and message.
fn message(body: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(body) else {
        return format!("raw {body:?}");
    };
    if let Some(content) = json["choices"][0]["message"].get("content") {
        return format!("answer {content}");
    }
    if let Some(text) = json["output"][0]["content"][0].get("text") {
        return format!("answer {text}");
    }
    if let Some(text) = json["content"][0].get("text") {
        return format!("answer {text}");
    }
    if json["data"][0].get("embedding").is_some() {
        return "answer vector".to_owned();
    }
    let error = json
        .get("error")
        .filter(|error| !error.is_null())
        .unwrap_or(&json);
    let text = error["message"].as_str().or(error.as_str()).unwrap_or_default();
    let code = error["code"]
        .as_str()
        .or(error["type"].as_str())
        .unwrap_or_default();
    let code = if json["type"] == "error" || error["code"].is_string() {
        code
    } else {
        ""
    };
    format!("error {code} {text:?}").replace("error  ", "error ")
}

/// A record in short: outcome and attempts.
pub(super) fn record(record: &Value) -> String {
    let attempts: Vec<String> = record["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| {
            let target = attempt["target"].as_str().unwrap();
            let target = if target == "good" { "good" } else { "it" };
            let class = attempt["class"].as_str().unwrap_or("ok");
            format!("{target} {} {class}", attempt["status"])
        })
        .collect();
    let outcome = record["outcome"].as_str().unwrap();
    format!("{outcome} [{}]", attempts.join(", ")).replace("null ", "")
}
