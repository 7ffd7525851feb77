//! Streams from one form into the other, whole and cut at every byte.

use super::super::StreamTranslator;
use super::{RESPONSES_TO_MESSAGES, TO_CHAT, TO_GENERATE, TO_MESSAGES};
use crate::wire::events::EventReader;
use crate::wire::exchange::Exchange;
use crate::wire::openai::Usage;
use crate::wire::signals::SignalReader;

const CHAT: &str = include_str!("../../../../tests/cases/golden/chat.sse");

const MESSAGES: &str = include_str!("../../../../tests/cases/golden/messages.sse");

const GENERATED: &str = include_str!("../../../../tests/cases/golden/generate.sse");

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

/// Deltas of calls as chunks: the number of the call, a name where it begins, and a piece of its arguments.
fn calls(deltas: &[(u64, &str, &str)], last: &str) -> String {
    let chunk = |delta: &str, reason: &str| {
        format!(
            "data: {{\"id\":\"c\",\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{{delta}}},\"finish_reason\":{reason}}}]}}\n\n"
        )
    };
    let mut stream = String::new();
    for (call, name, text) in deltas {
        let text = text.replace('"', "\\\"");
        let begins = match *name {
            "" => String::new(),
            name => format!("\"name\":\"{name}\","),
        };
        let delta = format!(
            r#""tool_calls":[{{"index":{call},"id":"id{call}","function":{{{begins}"arguments":"{text}"}}}}]"#
        );
        stream.push_str(&chunk(&delta, "null"));
    }
    stream + &chunk("", last)
}

/// The starts, deltas and ends of blocks.
fn blocks(stream: &str) -> String {
    let (written, _) = relayed(TO_CHAT, "{}", &[stream.as_bytes()]);
    let data = written.lines().filter_map(|line| line.strip_prefix("data: "));
    let blocks = data.filter(|line| line.contains("content_block_"));
    blocks.collect::<Vec<_>>().join("\n")
}

#[test]
fn calls_that_are_told_at_once_become_blocks_one_after_the_other() {
    let at_once = [
        (0, "weather", ""),
        (1, "time", "{\"of"),
        (0, "", "{\"city\":"),
        (2, "none", ""),
        (1, "", "\":\"}{\"}"),
        (0, "", "\"Ulm\"}"),
    ];
    let in_turn = [
        (0, "weather", ""),
        (0, "", "{\"city\":"),
        (0, "", "\"Ulm\"}"),
        (1, "time", "{\"of"),
        (1, "", "\":\"}{\"}"),
        (2, "none", ""),
    ];
    let expected = blocks(&calls(&in_turn, "\"tool_calls\""));
    insta::assert_snapshot!(expected);
    assert_eq!(blocks(&calls(&at_once, "\"tool_calls\"")), expected);
    // Without a word of the end, as where the stream breaks off in form only, nothing that came is left out.
    assert_eq!(blocks(&calls(&at_once, "null")), expected);
}

#[test]
fn a_call_that_is_named_at_each_piece_is_one_call() {
    let named_each_time = [
        (0, "weather", "{\"city\":"),
        (0, "weather", "\"Ulm\"}"),
        (1, "time", "{}"),
    ];
    let named_once = [
        (0, "weather", "{\"city\":"),
        (0, "", "\"Ulm\"}"),
        (1, "time", "{}"),
    ];
    assert_eq!(
        blocks(&calls(&named_each_time, "null")),
        blocks(&calls(&named_once, "null"))
    );
}
