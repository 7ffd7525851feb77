//! What was said is the last member of a line, and readers pass over it, however long it is and whatever it holds.

use super::super::as_written::{glimpse, record};
use super::super::*;
use super::{EXAMPLE, strategies};
use proptest::prelude::*;

fn said(request: &str, parts: &[(&'static str, u64, &str)]) -> RecordedContent {
    let parts = parts.iter().map(|(kind, choice, text)| RecordedPart {
        kind,
        choice: *choice,
        name: (*kind == "tool").then(|| "search".to_owned()),
        text: (*text).to_owned(),
    });
    RecordedContent::Said {
        request: RecordedText {
            text: request.to_owned(),
            bytes: 9_000,
            truncated: true,
        },
        answer: Some(RecordedAnswer::Parts {
            parts: parts.collect(),
            bytes: 12,
            truncated: false,
        }),
    }
}

fn with(line: &str, content: &RecordedContent) -> String {
    let mut line = line.to_owned();
    content.add_to(&mut line);
    line
}

#[test]
fn what_was_said_stands_at_the_end_of_a_line() {
    let line = |content| with(r#"{"v":1,"facts":{}}"#, &content);
    assert_eq!(
        line(said("{\"a\":\"\n\"", &[("text", 0, "hi"), ("tool", 1, "{}")])),
        r#"{"v":1,"facts":{},"content":{"request":{"text":"{\"a\":\"\n\"","bytes":9000,"truncated":true},"answer":{"parts":[{"kind":"text","text":"hi"},{"kind":"tool","choice":1,"name":"search","text":"{}"}],"bytes":12}}}"#
    );
    let request = RecordedText::default;
    for (answer, shown) in [
        (None, ""),
        (
            Some(RecordedAnswer::Whole(request())),
            r#","answer":{"text":"","bytes":0}"#,
        ),
        (
            Some(RecordedAnswer::Encoded { bytes: 7 }),
            r#","answer":{"encoded":true,"bytes":7}"#,
        ),
    ] {
        let content = RecordedContent::Said {
            request: request(),
            answer,
        };
        let wanted =
            format!(r#"{{"v":1,"facts":{{}},"content":{{"request":{{"text":"","bytes":0}}{shown}}}}}"#);
        assert_eq!(line(content), wanted);
    }
    assert_eq!(
        line(RecordedContent::Lost),
        r#"{"v":1,"facts":{},"content":{"lost":true}}"#
    );
}

#[test]
fn the_longest_texts_are_passed_over_in_one_pass() {
    let text = "\"\\\n\u{1}é😀".repeat(20_000);
    let line = with(EXAMPLE, &said(&text, &[("text", 0, &text)]));
    assert!(line.len() > 500_000 && record(line.as_bytes()).is_some());
    assert_eq!(record(line.as_bytes()), record(EXAMPLE.as_bytes()));
    assert_eq!(glimpse(line.as_bytes()), glimpse(EXAMPLE.as_bytes()));
}

proptest! {
    #[test]
    fn a_record_reads_the_same_with_what_was_said(record in strategies::record(), request in ".*", text in any::<String>()) {
        let line = record.to_line();
        let longer = with(&line, &said(&request, &[("text", 0, &text), ("tool", 2, &request)]));
        prop_assert_eq!(Record::parse(line.as_bytes()), Record::parse(longer.as_bytes()));
        prop_assert_eq!(Record::parse_thoroughly(line.as_bytes()), Record::parse_thoroughly(longer.as_bytes()));
        prop_assert_eq!(Glimpse::parse(line.as_bytes()), Glimpse::parse(longer.as_bytes()));
    }
}
