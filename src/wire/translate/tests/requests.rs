//! Requests from one form into the other.

use super::super::{Target, asking_field, chat, demands, messages, request, responses};
use super::{RESPONSES_TO_MESSAGES, TO_CHAT, TO_GENERATE, TO_MESSAGES, pretty};
use crate::facts::Demand;
use crate::wire::endpoint::Endpoint;
use crate::wire::exchange::Exchange;

const CHAT: &str = r#"{
  "model": "asked", "stream": true, "stream_options": {"include_usage": true},
  "max_tokens": 900, "max_completion_tokens": 800, "temperature": 1.50, "top_p": 0.9, "stop": "END", "seed": 7,
  "user": "u1", "parallel_tool_calls": false, "tool_choice": {"type": "function", "function": {"name": "weather"}},
  "tools": [{"type": "function", "function": {"name": "weather", "description": "tells", "strict": true,
    "parameters": {"type": "object", "properties": {"z": {"type": "string"}, "a": {"type": "number"}}}}}],
  "response_format": {"type": "json_schema", "json_schema": {"name": "out", "schema": {"type": "object"}, "strict": true}},
  "messages": [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Look:"},
      {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
      {"type": "image_url", "image_url": {"url": "https://h/a.png", "detail": "low"}},
      {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,UERG"}}]},
    {"role": "assistant", "content": "I ask twice.", "tool_calls": [
      {"id": "call.1", "type": "function", "function": {"name": "weather", "arguments": "{\"z\": \"Ulm\",\"a\":1.0}"}},
      {"id": "call.2", "type": "function", "function": {"name": "weather", "arguments": ""}}]},
    {"role": "tool", "tool_call_id": "call.1", "content": "sun"},
    {"role": "tool", "tool_call_id": "call.2", "content": [{"type": "text", "text": "rain"}]},
    {"role": "developer", "content": "Stay brief."},
    {"role": "user", "content": "And now?"}
  ]
}"#;

const MESSAGES: &str = r#"{
  "model": "asked", "max_tokens": 500, "stream": true, "temperature": 0.5, "top_k": 40, "stop_sequences": ["A", "B"],
  "metadata": {"user_id": "u1"}, "thinking": {"type": "enabled", "budget_tokens": 9000},
  "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
  "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}, {"type": "text", "text": "Be kind."}],
  "tools": [{"name": "weather", "description": "tells", "input_schema": {"type": "object", "properties": {"z": {}, "a": {}}}}],
  "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
  "messages": [
    {"role": "user", "content": [{"type": "text", "text": "Look:"},
      {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"}},
      {"type": "image", "source": {"type": "url", "url": "https://h/a.png"}},
      {"type": "document", "title": "a.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "UERG"}}]},
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"},
      {"type": "text", "text": "I ask twice."},
      {"type": "tool_use", "id": "t1", "name": "weather", "input": {"z": "Ulm", "a": 1.0}},
      {"type": "tool_use", "id": "t2", "name": "weather", "input": {}}]},
    {"role": "user", "content": [
      {"type": "tool_result", "tool_use_id": "t1", "content": "sun"},
      {"type": "tool_result", "tool_use_id": "t2", "is_error": true, "content": [{"type": "text", "text": "rain"}]},
      {"type": "text", "text": "And now?"}]}
  ]
}"#;

fn translated(exchange: Exchange, body: &str, max_output: Option<u64>, max_tokens: Option<u64>) -> String {
    let target = Target {
        model: "upstream-1",
        max_output,
        max_tokens,
        stream_usage: true,
    };
    pretty(&request(exchange, body.as_bytes(), target).unwrap())
}

#[test]
fn a_chat_becomes_messages() {
    insta::assert_snapshot!(translated(TO_MESSAGES, CHAT, None, None));
}

#[test]
fn messages_become_a_chat() {
    insta::assert_snapshot!(translated(TO_CHAT, MESSAGES, None, None));
}

const RESPONSES: &str = r#"{
  "model": "asked", "stream": true, "instructions": "Be brief.", "max_output_tokens": 300, "store": false,
  "reasoning": {"effort": "low"}, "tool_choice": "auto",
  "text": {"format": {"type": "json_schema", "name": "out", "schema": {"type": "object"}}},
  "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}, "strict": false}],
  "input": [
    {"role": "developer", "content": "Be kind."},
    {"role": "user", "content": [{"type": "input_text", "text": "Look:"},
      {"type": "input_image", "image_url": "data:image/png;base64,QUJD"}]},
    {"type": "reasoning", "id": "rs_1", "summary": []},
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I ask."}]},
    {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": "{\"z\":1}"},
    {"type": "function_call_output", "call_id": "c1", "output": "sun"},
    {"role": "user", "content": "And now?"}
  ]
}"#;

#[test]
fn a_response_becomes_messages() {
    insta::assert_snapshot!(translated(RESPONSES_TO_MESSAGES, RESPONSES, None, None));
}

#[test]
fn a_chat_becomes_generated_content() {
    insta::assert_snapshot!(translated(TO_GENERATE, CHAT, None, Some(50)));
}

#[test]
fn what_a_response_asks_beyond_translation_is_named() {
    for (fields, expected) in [
        (r#""previous_response_id":"r""#, Demand::State),
        (r#""background":true"#, Demand::State),
        (r#""input":[{"type":"item_reference","id":"i"}]"#, Demand::State),
        (r#""tools":[{"type":"web_search"}]"#, Demand::HostedTools),
        (r#""input":[{"type":"web_search_call"}]"#, Demand::HostedTools),
        (r#""top_logprobs":2"#, Demand::Logprobs),
        (r#""text":{"format":{"type":"json_object"}}"#, Demand::JsonMode),
        (r#""context_management":[]"#, Demand::Unknown),
        (
            r#""input":[{"role":"user","content":[{"type":"input_file","file_id":"f"}]}]"#,
            Demand::Files,
        ),
    ] {
        assert_eq!(asked(Endpoint::Responses, fields), [expected], "{fields}");
    }
    let nothing = r#""input":"hi","background":false,"store":true,"text":{"verbosity":"low"},"include":[]"#;
    assert_eq!(asked(Endpoint::Responses, nothing), []);
}

#[test]
fn a_cap_is_the_smallest_of_client_guard_and_model() {
    let chat = |body: &str, max_output, max_tokens| {
        let text = translated(TO_MESSAGES, body, max_output, max_tokens);
        let (_, rest) = text.split_once("\"max_tokens\":").unwrap();
        rest.split([',', '\n'])
            .next()
            .unwrap()
            .trim()
            .parse::<u64>()
            .unwrap()
    };
    let open = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    let capped = r#"{"model":"m","max_tokens":900,"messages":[{"role":"user","content":"hi"}]}"#;
    assert_eq!(chat(open, None, None), 4096);
    assert_eq!(chat(open, Some(16_000), None), 16_000);
    assert_eq!(chat(open, Some(16_000), Some(100)), 100);
    assert_eq!(chat(capped, Some(16_000), Some(1000)), 900);
    assert_eq!(chat(capped, Some(500), Some(1000)), 500);
}

#[test]
fn effort_becomes_thinking_that_no_forced_call_or_temperature_disturbs() {
    let chat = |more: &str| {
        let body = format!(
            r#"{{"model":"m","reasoning_effort":"high","temperature":0.1,{more}"messages":[{{"role":"user","content":"hi"}}],
                "tools":[{{"type":"function","function":{{"name":"f"}}}}]}}"#
        );
        translated(TO_MESSAGES, &body, Some(99), None)
    };
    let thinks = chat("");
    assert!(thinks.contains(r#""thinking": {"type":"adaptive"}"#) && thinks.contains(r#"{"effort":"high"}"#));
    assert!(!thinks.contains("temperature"));
    let forced = chat(r#""tool_choice":"required","#);
    assert!(!forced.contains("thinking") && forced.contains(r#""temperature": 0.1"#));
}

#[test]
fn instructions_alone_are_what_the_user_says() {
    let body = r#"{"model":"m","messages":[{"role":"system","content":"Say hi."}]}"#;
    assert_eq!(
        translated(TO_MESSAGES, body, Some(9), None),
        r#"{"model":"upstream-1","max_tokens":9,"messages":[{"role":"user","content":"Say hi."}]}"#
    );
}

fn asked(endpoint: Endpoint, fields: &str) -> Vec<Demand> {
    let body = format!(r#"{{"model":"m",{fields}}}"#);
    let asked: Vec<Demand> = demands(endpoint, body.as_bytes()).iter().collect();
    // That a count is asked for stands in no field.
    for demand in asked.iter().filter(|demand| **demand != Demand::Counting) {
        let field = asking_field(endpoint, body.as_bytes(), *demand);
        let named = field.is_some_and(|field| fields.starts_with(&format!("\"{field}\":")));
        assert!(named, "which field asks: {fields}");
    }
    asked
}

#[test]
fn the_field_that_asks_is_the_first_that_does() {
    let body = br#"{"model":"m","n":1,"seed":1,"wobble":null,"of_tomorrow":1,"of_later":2,"messages":[]}"#;
    let field = |demand| asking_field(Endpoint::Chat, body, demand);
    assert_eq!(field(Demand::Unknown).as_deref(), Some("of_tomorrow"));
    assert_eq!(field(Demand::Choices), None);
    assert_eq!(asking_field(Endpoint::Embeddings, body, Demand::Unknown), None);
}

#[test]
fn what_a_chat_asks_beyond_translation_is_named() {
    let part = |part: &str| format!(r#""messages":[{{"role":"user","content":[{part}]}}]"#);
    for (fields, expected) in [
        (r#""n":2"#.to_owned(), Demand::Choices),
        (r#""logprobs":true"#.to_owned(), Demand::Logprobs),
        (r#""logit_bias":{"1":2}"#.to_owned(), Demand::LogitBias),
        (r#""modalities":["text","audio"]"#.to_owned(), Demand::Audio),
        (r#""functions":[]"#.to_owned(), Demand::OlderCalls),
        (r#""web_search_options":{}"#.to_owned(), Demand::HostedTools),
        (
            r#""response_format":{"type":"json_object"}"#.to_owned(),
            Demand::JsonMode,
        ),
        (r#""of_tomorrow":1"#.to_owned(), Demand::Unknown),
        (r#""tools":[{"type":"custom"}]"#.to_owned(), Demand::Unknown),
        (
            r#""messages":[{"role":"assistant","content":"I"}]"#.to_owned(),
            Demand::Prefill,
        ),
        (part(r#"{"type":"input_audio"}"#), Demand::Audio),
        (part(r#"{"type":"file","file":{"file_id":"f"}}"#), Demand::Files),
        (
            part(r#"{"type":"image_url","image_url":{"url":"https://h/a"}}"#),
            Demand::ImageLinks,
        ),
        (part(r#"{"type":"hologram"}"#), Demand::Unknown),
    ] {
        assert_eq!(asked(Endpoint::Chat, &fields), [expected], "{fields}");
    }
    let nothing = r#""n":1,"logprobs":false,"logit_bias":{},"modalities":["text"],"seed":1,"stop":null"#;
    assert_eq!(asked(Endpoint::Chat, nothing), []);
}

#[test]
fn what_a_message_asks_beyond_translation_is_named() {
    let block = |role: &str, block: &str| {
        let next = r#"{"role":"user","content":"go on"}"#;
        format!(r#""messages":[{{"role":"{role}","content":[{block}]}},{next}]"#)
    };
    for (fields, expected) in [
        (r#""container":"c""#.to_owned(), Demand::HostedTools),
        (r#""inference_geo":"eu""#.to_owned(), Demand::Unknown),
        (
            r#""tools":[{"type":"web_search_20250305","name":"w"}]"#.to_owned(),
            Demand::HostedTools,
        ),
        (
            block("assistant", r#"{"type":"server_tool_use"}"#),
            Demand::HostedTools,
        ),
        (block("user", r#"{"type":"search_result"}"#), Demand::Unknown),
        (
            block(
                "user",
                r#"{"type":"document","source":{"type":"file","file_id":"f"}}"#,
            ),
            Demand::Files,
        ),
        (
            block(
                "user",
                r#"{"type":"tool_result","content":[{"type":"image","source":{}}]}"#,
            ),
            Demand::ToolImages,
        ),
    ] {
        assert_eq!(asked(Endpoint::Messages, &fields), [expected], "{fields}");
    }
    assert_eq!(
        asked(Endpoint::CountTokens, r#""messages":[]"#),
        [Demand::Counting]
    );
    assert_eq!(
        asked(Endpoint::Messages, r#""cache_control":{},"service_tier":"auto""#),
        []
    );
}

#[test]
fn every_loss_is_documented() {
    let document = include_str!("../../../../docs/protocols.md");
    for field in chat::DROPPED
        .into_iter()
        .chain(messages::DROPPED)
        .chain(responses::DROPPED)
    {
        assert!(
            document.contains(&format!("`{field}`")),
            "`{field}` is lost in silence"
        );
    }
    for demand in Demand::ALL {
        assert!(
            document.contains(demand.name()),
            "{} stands nowhere",
            demand.name()
        );
    }
}
