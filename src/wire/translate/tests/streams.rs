//! Streams from one form into the other, whole and cut at every byte.

use super::super::StreamTranslator;
use super::{RESPONSES_TO_MESSAGES, TO_CHAT, TO_GENERATE, TO_MESSAGES};
use crate::wire::events::EventReader;
use crate::wire::exchange::Exchange;
use crate::wire::openai::Usage;
use crate::wire::signals::SignalReader;

const CHAT: &str = r#": a comment

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"content":"Bo"}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"content":"th ü:"}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"f","arguments":""}}]}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]}}]}

data: {"id":"c-1","model":"gpt","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: {"id":"c-1","model":"gpt","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":9,"prompt_tokens_details":{"cached_tokens":60}}}

data: [DONE]

"#;

const MESSAGES: &str = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"output_tokens":1}}}

event: ping
data: {"type":"ping"}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Both ü:"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: content_block_start
data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t1","name":"f","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}

event: content_block_delta
data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"1}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":2}

event: content_block_start
data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"t2","name":"g","input":{}}}

event: content_block_stop
data: {"type":"content_block_stop","index":3}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":9}}

event: message_stop
data: {"type":"message_stop"}

"#;

const GENERATED: &str = r#"data: {"responseId":"g-1","modelVersion":"gemini-1","candidates":[{"content":{"role":"model","parts":[{"text":"hm","thought":true}]},"index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60}}

data: {"responseId":"g-1","modelVersion":"gemini-1","candidates":[{"content":{"role":"model","parts":[{"text":"Both ü:"}]},"index":0}]}

data: {"responseId":"g-1","modelVersion":"gemini-1","candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"f","args":{"a":1}}},{"functionCall":{"name":"g","args":{}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":5,"thoughtsTokenCount":4}}

"#;

/// What the client gets of pieces, and the counts.
fn relayed(exchange: Exchange, request: &str, pieces: &[&[u8]]) -> (String, Option<Usage>) {
    let mut translator = StreamTranslator::new(exchange, request.as_bytes(), 1_700_000_000).unwrap();
    let mut signals = SignalReader::new(exchange.upstream);
    let mut reader = EventReader::new();
    let (mut out, mut usage) = (Vec::new(), None);
    for piece in pieces {
        let mut events = Vec::new();
        reader.push(piece, &mut events).unwrap();
        for event in events {
            usage = signals.read(&event).unwrap().usage.or(usage);
            translator.translate(&event, usage, &mut out);
        }
    }
    translator.finish(&mut out);
    (String::from_utf8(out).unwrap(), usage)
}

fn cut_anywhere(exchange: Exchange, request: &str, stream: &str) -> String {
    let whole = relayed(exchange, request, &[stream.as_bytes()]);
    let counts = Usage {
        input: 100,
        cached: 60,
        cache_written: if stream == MESSAGES { 30 } else { 0 },
        output: 9,
    };
    assert_eq!(whole.1, Some(counts));
    for at in 0..stream.len() {
        let (before, behind) = stream.as_bytes().split_at(at);
        assert_eq!(
            relayed(exchange, request, &[before, behind]),
            whole,
            "cut at {at}"
        );
    }
    let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
    assert_eq!(relayed(exchange, request, &bytes), whole);
    whole.0
}

#[test]
fn messages_become_chunks() {
    let asked = r#"{"stream_options":{"include_usage":true}}"#;
    let shown = cut_anywhere(TO_MESSAGES, asked, MESSAGES);
    insta::assert_snapshot!(shown);
    let unasked = cut_anywhere(TO_MESSAGES, "{}", MESSAGES);
    assert!(!unasked.contains("usage"));
}

#[test]
fn chunks_become_messages() {
    insta::assert_snapshot!(cut_anywhere(TO_CHAT, "{}", CHAT));
}

#[test]
fn messages_become_the_events_of_a_response() {
    insta::assert_snapshot!(cut_anywhere(RESPONSES_TO_MESSAGES, "{}", MESSAGES));
}

#[test]
fn generated_content_becomes_chunks() {
    insta::assert_snapshot!(cut_anywhere(TO_GENERATE, "{}", GENERATED));
}
