//! Whole answers from one form into the other.

use super::super::answer;
use super::{RESPONSES_TO_MESSAGES, TO_CHAT, TO_GENERATE, TO_MESSAGES, pretty};
use crate::wire::answer::{Whole, read_answer};
use crate::wire::endpoint::Endpoint;
use crate::wire::exchange::Exchange;

const CHAT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt","choices":[{"index":0,
  "message":{"role":"assistant","content":"Both:","reasoning_content":"hm","refusal":null,"tool_calls":[
    {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"b\":1,\"a\":2}"}},
    {"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
  "finish_reason":"tool_calls"}],
  "usage":{"prompt_tokens":100,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":60}}}"#;

const MESSAGES: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[
    {"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"Both:"},
    {"type":"tool_use","id":"t1","name":"f","input":{"b":1,"a":2.50}},
    {"type":"tool_use","id":"t2","name":"g","input":{}}],
  "stop_reason":"tool_use","stop_sequence":null,
  "usage":{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"output_tokens":9}}"#;

fn translated(exchange: Exchange, body: &str) -> String {
    let Whole::Answer(read) = read_answer(exchange.upstream, body.as_bytes()) else {
        panic!("an answer");
    };
    pretty(&answer(exchange, b"{}", body.as_bytes(), read.usage, 1_700_000_000).unwrap())
}

#[test]
fn a_message_becomes_a_completion() {
    insta::assert_snapshot!(translated(TO_MESSAGES, MESSAGES));
}

#[test]
fn a_completion_becomes_a_message() {
    insta::assert_snapshot!(translated(TO_CHAT, CHAT));
}

#[test]
fn content_in_parts_is_not_lost() {
    let parts = r#"[{"type":"thinking","thinking":[{"type":"text","text":"so "},{"type":"text","text":"far"}]},{"type":"text","text":"then"}]"#;
    let body = format!(r#"{{"choices":[{{"message":{{"content":{parts}}},"finish_reason":"stop"}}]}}"#);
    let said = translated(TO_CHAT, &body).replace(": ", ":");
    assert!(said.contains(r#""thinking":"so far""#), "{said}");
    assert!(said.contains(r#""text":"then""#), "{said}");
}

#[test]
fn every_reason_to_stop_has_its_word() {
    let to_chat = |reason: &str| {
        let body = format!(r#"{{"content":[{{"type":"text","text":"a"}}],"stop_reason":"{reason}"}}"#);
        translated(TO_MESSAGES, &body)
    };
    for (reason, word) in [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("pause_turn", "stop"),
    ] {
        assert!(
            to_chat(reason)
                .replace(": ", ":")
                .contains(&format!(r#""finish_reason":"{word}""#)),
            "{reason}"
        );
    }
    let to_messages = |reason: &str| {
        let body = format!(r#"{{"choices":[{{"message":{{"content":"a"}},"finish_reason":"{reason}"}}]}}"#);
        translated(TO_CHAT, &body)
    };
    for (reason, word) in [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("content_filter", "refusal"),
    ] {
        assert!(
            to_messages(reason)
                .replace(": ", ":")
                .contains(&format!(r#""stop_reason":"{word}""#)),
            "{reason}"
        );
    }
}

const GENERATED: &str = r#"{"responseId":"g-1","modelVersion":"gemini-1","candidates":[{"content":{"role":"model","parts":[
    {"text":"hm","thought":true},{"text":"Both:"},
    {"functionCall":{"name":"f","args":{"b":1,"a":2}},"thoughtSignature":"s"},{"functionCall":{"name":"g"}}]},
  "finishReason":"STOP","index":0}],
  "usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":5,"thoughtsTokenCount":4}}"#;

#[test]
fn a_message_becomes_a_response() {
    insta::assert_snapshot!(translated(RESPONSES_TO_MESSAGES, MESSAGES));
}

#[test]
fn generated_content_becomes_a_completion() {
    insta::assert_snapshot!(translated(TO_GENERATE, GENERATED));
}

#[test]
fn what_a_filter_stopped_says_so() {
    for blocked in [
        r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#,
        r#"{"candidates":[{"finishReason":"PROHIBITED_CONTENT"}]}"#,
    ] {
        let Whole::Answer(read) = read_answer(Endpoint::Generate, blocked.as_bytes()) else {
            panic!("an answer");
        };
        assert!(read.filtered && !read.content, "{blocked}");
        assert!(
            translated(TO_GENERATE, blocked).contains("content_filter"),
            "{blocked}"
        );
    }
    let refused = r#"[{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}]"#;
    assert!(matches!(
        read_answer(Endpoint::Generate, refused.as_bytes()),
        Whole::Error(error) if error.status() == Some(429)
    ));
}
