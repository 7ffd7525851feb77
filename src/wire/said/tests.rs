//! What is recorded of bodies and of streams, and that it does not depend on how these are cut.

use super::*;
use crate::model::{Content, Redaction, Sensitive};
use crate::record::{LOOKAHEAD, RecordedAnswer, RecordedContent, RecordedText, Redactor};
use crate::wire::endpoint::Endpoint;
use insta::assert_snapshot;
use proptest::prelude::*;
use std::sync::LazyLock;

/// Made once: what compiles slowly in a test build would be most of a test's time.
fn redactor() -> &'static Redactor {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(made);
    &REDACTOR
}

fn made() -> Redactor {
    let known = Sensitive::ALL.map(Redaction::Known);
    let own = Redaction::Pattern("ACME-[0-9]+".to_owned());
    let redact = known.into_iter().chain([own]).collect();
    Redactor::new(&Content { most: 64_000, redact }).unwrap()
}

fn recorded(text: &str) -> String {
    let recorded = body(text.as_bytes(), text.len() as u64, 64_000, redactor());
    assert!(!recorded.truncated && recorded.bytes == text.len() as u64);
    recorded.text
}

#[test]
fn strings_are_looked_at_as_they_read() {
    let text = r#"{"model":"m", "user" : "jo\u0068n\u0040example.com","n":-1.5e3,
        "messages":[{"content":"mail a@b.co\nand \"ACME-12\" é \ud83d\ude00"},{"plain":"caf\u00e9"}],
        "cards":[4111111111111111, 4111111111111112],"key@of.an":true,"x":null}"#;
    assert_snapshot!(recorded(text), @r#"
    {"model":"m", "user" : "[redacted:email]","n":-1.5e3,
            "messages":[{"content":"mail [redacted:email]\nand \"[redacted]\" é 😀"},{"plain":"caf\u00e9"}],
            "cards":["[redacted:card]", 4111111111111112],"[redacted:email]":true,"x":null}
    "#);
    let parsed: serde_json::Value = serde_json::from_str(&recorded(text)).unwrap();
    assert_eq!(parsed["n"], -1.5e3);
}

#[test]
fn what_is_no_json_is_looked_at_as_a_whole() {
    assert_eq!(
        recorded("<p>a@b.co \"4111 1111\" 1111"),
        "<p>[redacted:email] \"4111 1111\" 1111"
    );
    assert_eq!(
        recorded("{not json} 4111 1111 1111 1111"),
        "{not json} [redacted:card]"
    );
    assert_eq!(recorded(""), "");
    let bytes = b"\xff a@b.co";
    assert_eq!(body(bytes, 8, 100, redactor()).text, "\u{fffd} [redacted:email]");
}

#[test]
fn a_cut_body_shows_no_part_of_what_is_left_out() {
    let text = format!(
        r#"{{"a":"{}john@example.com and more","b":"a@b.co"}}"#,
        "x ".repeat(500)
    );
    let at = text.find("john").unwrap();
    for most in at - 2..at + 20 {
        let cut = body(text.as_bytes(), text.len() as u64, most, redactor());
        assert!(cut.truncated && cut.text.len() <= most, "{most}");
        assert!(
            !cut.text.contains("jo") && !cut.text.contains("exa"),
            "{most}: {}",
            cut.text
        );
    }
    let long = body(text.as_bytes(), 1 << 20, 2 * text.len(), redactor());
    assert!(long.truncated && long.text.contains("[redacted:email]\"}"));
    let idle = body(text.as_bytes(), text.len() as u64, 10, &Redactor::default());
    assert_eq!(idle.text, &text[..10]);
}

/// A stream of these events.
fn stream(events: &[&str]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn heard(endpoint: Endpoint, most: usize, pieces: &[&[u8]]) -> RecordedAnswer {
    let mut transcript = Transcript::new(endpoint, most);
    transcript.begin(true, false);
    pieces.iter().for_each(|piece| transcript.take(piece));
    transcript.recorded(redactor()).unwrap()
}

fn shown(endpoint: Endpoint, events: &[&str]) -> String {
    let answer = heard(endpoint, 64_000, &[stream(events).as_bytes()]);
    let request = RecordedText::default();
    let mut line = "{}".to_owned();
    RecordedContent::Said {
        request,
        answer: Some(answer),
    }
    .add_to(&mut line);
    let line: serde_json::Value = serde_json::from_str(&line.replacen("{,", "{", 1)).unwrap();
    serde_json::to_string_pretty(&line["content"]["answer"]).unwrap()
}

const CHAT: [&str; 7] = [
    r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":"","reasoning_content":"Hm.","reasoning":"Hm."}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"Write to jo"}},{"index":1,"delta":{"content":"Or 4111 1111"}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"hn@exam"}},{"index":1,"delta":{"content":" 1111 1111."}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"ple.com!","tool_calls":[{"index":0,"function":{"name":"mail","arguments":"{\"to\":\"jo"}}]}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"hn@example.com\"}"}}]}}]}"#,
    r#"{"choices":[],"usage":{"prompt_tokens":3}}"#,
    r#"[DONE]"#,
];

#[test]
fn a_stream_of_chat_completions_is_put_together() {
    assert_snapshot!(shown(Endpoint::Chat, &CHAT));
}

#[test]
fn a_stream_of_messages_is_put_together() {
    assert_snapshot!(shown(
        Endpoint::Messages,
        &[
            r#"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":3}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"+1 212 5"}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"55 0123"}}"#,
            r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","name":"call","input":{}}}"#,
            r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"too much"}}"#,
        ],
    ));
}

#[test]
fn a_stream_of_responses_is_put_together() {
    assert_snapshot!(shown(
        Endpoint::Responses,
        &[
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"message"}}"#,
            r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"ACME-"}"#,
            r#"{"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"77"}"#,
            r#"{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"ACME-77"}"#,
            r#"{"type":"response.output_text.delta","output_index":0,"content_index":1,"delta":"second"}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","name":"f"}}"#,
            r#"{"type":"response.function_call_arguments.delta","output_index":1,"delta":"{}"}"#,
            r#"{"type":"error","message":"broken","error":{"message":"broken"}}"#,
        ],
    ));
}

#[test]
fn what_is_beyond_the_bound_is_counted_and_the_cut_shows_nothing() {
    let text = "y ".repeat(1_000) + "john@example.com";
    let delta =
        |text: &str| serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}}]}).to_string();
    let long = [delta(&text), delta(&"z".repeat(LOOKAHEAD)), delta("lost")];
    let long: Vec<&str> = long.iter().map(String::as_str).collect();
    for most in 1_999..2_017 {
        let answer = heard(Endpoint::Chat, most, &[stream(&long).as_bytes()]);
        let RecordedAnswer::Parts {
            parts,
            bytes,
            truncated,
        } = answer
        else {
            panic!("no parts");
        };
        assert!(truncated && bytes == text.len() as u64 + LOOKAHEAD as u64 + 4);
        assert!(
            parts[0].text.len() <= most && !parts[0].text.contains("jo"),
            "{most}"
        );
    }
}

#[test]
fn a_whole_answer_and_an_encoded_one_are_held_as_they_are() {
    let mut transcript = Transcript::new(Endpoint::Chat, 1_000);
    assert_eq!(transcript.recorded(redactor()), None);
    transcript.begin(false, false);
    transcript.take(b"{\"a\":\"a@");
    transcript.take(b"b.co\"}");
    let Some(RecordedAnswer::Whole(text)) = transcript.recorded(redactor()) else {
        panic!("not whole");
    };
    assert_eq!(
        (text.text.as_str(), text.bytes),
        (r#"{"a":"[redacted:email]"}"#, 14)
    );
    transcript.begin(true, true);
    transcript.take(b"\x1f\x8b");
    assert_eq!(
        transcript.recorded(redactor()),
        Some(RecordedAnswer::Encoded { bytes: 2 })
    );
}

/// A text in pieces that are cut at these places.
fn cut<'t>(text: &'t [u8], cuts: &[prop::sample::Index]) -> Vec<&'t [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    places.extend([0, text.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

fn said() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "john@example.com",
        "a@b.co",
        "4111 1111 1111 1111",
        "ACME-",
        "12",
        " ",
        "\"",
        "\\",
        "\n",
        "é",
        "😀",
        "x",
    ]);
    prop::collection::vec(pieces, 0..16).prop_map(|pieces| pieces.concat())
}

fn cuts() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 0..12)
}

/// The redaction of a text as one piece.
fn whole(text: &str) -> String {
    redactor()
        .redact(text, text.len())
        .unwrap_or_else(|| text.to_owned())
}

proptest! {
    #[test]
    fn a_text_in_pieces_is_recorded_as_the_whole_one(text in said(), deltas in cuts(), bytes in cuts()) {
        let letters: Vec<char> = text.chars().collect();
        let mut places: Vec<usize> = deltas.iter().map(|cut| cut.index(letters.len() + 1)).collect();
        places.extend([0, letters.len()]);
        places.sort_unstable();
        let events: Vec<String> = places
            .windows(2)
            .map(|pair| letters[pair[0]..pair[1]].iter().collect::<String>())
            .map(|delta| serde_json::json!({"choices": [{"index": 0, "delta": {"content": delta}}]}).to_string())
            .collect();
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let stream = stream(&events);
        let answer = heard(Endpoint::Chat, 64_000, &cut(stream.as_bytes(), &bytes));
        let RecordedAnswer::Parts { parts, truncated, .. } = answer else {
            return Err(TestCaseError::fail("no parts"));
        };
        let texts: String = parts.into_iter().map(|part| part.text).collect();
        prop_assert!(!truncated);
        prop_assert_eq!(texts, whole(&text));
    }

    #[test]
    fn a_body_reads_as_its_strings_do(key in said(), text in said(), is_ascii in any::<bool>()) {
        let mut json = serde_json::json!({"k": [text, {"in": key}]}).to_string();
        if is_ascii {
            json = json.chars().map(|letter| match letter.is_ascii() {
                true => letter.to_string(),
                false => letter.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
            }).collect();
        }
        let read: serde_json::Value = serde_json::from_str(&recorded(&json)).unwrap();
        prop_assert_eq!(&read["k"][0], &whole(&text));
        prop_assert_eq!(&read["k"][1]["in"], &whole(&key));
    }

    #[test]
    fn a_cut_body_is_the_start_of_the_whole_one(text in said(), most in 1..200_usize) {
        let json = serde_json::json!({"k": text, "l": [text]}).to_string();
        let start = body(json.as_bytes(), json.len() as u64, most, redactor());
        let all = recorded(&json);
        prop_assert!(start.text.len() <= most && all.starts_with(&start.text), "{} {}", all, start.text);
    }
}
