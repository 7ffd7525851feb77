//! What is read in one pass reads the same to the thorough reader.

use super::super::as_written::{glimpse, record};
use super::super::*;
use super::{EXAMPLE, strategies};
use crate::facts::Timestamp;
use proptest::prelude::*;

/// A record with all that the writer can write.
fn whole() -> String {
    let attempts = r#""attempts":[{"target":"gpt-mini","#;
    EXAMPLE
        .replace(
            r#""stream":true"#,
            r#""stream":true,"json":false,"turns":-3,"region":null,"headers":{"x-team":"rot\u00e9 \"1\""},"user":"Zoë""#,
        )
        .replace(
            r#","decision":{"#,
            r#","demands":["choices","state"],"decision":{"#,
        )
        .replace(
            r#""guards":["eu-residency"]"#,
            r#""shadow":"big","guards":["eu-residency"]"#,
        )
        .replace(
            r#""why":"lacks tools"}]"#,
            r#""why":"lacks tools"}],"denied":"g","status":403,"error":"e","max_tokens":null"#,
        )
        .replace(
            attempts,
            &format!(r#""propensity":"1/4","arms":{{"gpt-mini":"1/4","llama-eu":"3/4"}},{attempts}"#),
        )
        .replace(
            r#""ms":812}]"#,
            r#""ms":812},{"target":"b","cancelled":true}],"shadow":{"target":"big","status":200,"ms":9,"passed_over":"busy","usage":{"input":1,"cached":0,"cache_write":7,"output":2},"cost_usd":"-0.5"},"passed_over":["c","d"],"passed_over_after":["connect","server"]"#,
        )
        + "\n"
}

#[test]
fn what_is_written_here_needs_no_other_reader() {
    let hold = EXAMPLE.replace(r#""0.0003045"}"#, r#"null,"hold_exceeded":true}"#);
    let said = EXAMPLE.replace(
        r#""0.0003045"}"#,
        r#""0.0003045","content":{"request":{"text":"{\"a\":\"\\u00e9\n\u00e9\"}","bytes":9},"answer":{"parts":[]}}}"#,
    );
    let bare = r#"{"v":1,"orders":{},"facts":{},"attempts":[],"usage":null,"cost_usd":null}"#;
    for line in [EXAMPLE, &whole(), &hold, &said, bare] {
        let read = record(line.as_bytes());
        assert!(read.is_some(), "{line}");
        assert_eq!(read, Record::parse_thoroughly(line.as_bytes()).ok(), "{line}");
        let seen = glimpse(line.as_bytes());
        assert_eq!(seen, Glimpse::parse_thoroughly(line.as_bytes()), "{line}");
    }
}

#[test]
fn a_glimpse_takes_nothing_else_for_the_attempts() {
    let facts = [
        r#""facts":{"tenant":"a","attempts":["x","y"]}"#,
        r#""facts":{"tenant":"a","attempts":[]}"#,
        r#""facts":{"tenant":",\"attempts\":[{\"target\":\"x\"}]"}"#,
        r#""facts":{"own":{"a":1,"attempts":[{"target":"x"}]}}"#,
        r#""facts":{"own":{"a":1,"attempts":[{"target":"x"}]}},"other":{"a":1,"attempts":[]}"#,
    ];
    for facts in facts {
        let line = format!(
            r#"{{"v":1,"ts":"2026-11-20T12:00:00Z","orders":{{}},{facts},"attempts":[{{"target":"b","ms":1}}],"outcome":"ok"}}"#
        );
        let seen = Glimpse::parse(line.as_bytes());
        assert!(seen.is_some(), "{line}");
        assert_eq!(seen, Glimpse::parse_thoroughly(line.as_bytes()), "{line}");
    }
}

#[test]
fn what_is_written_otherwise_is_left_to_the_other_reader() {
    let changes = [
        (r#""v":1"#, r#""v":2"#),
        (r#""v":1"#, r#""v":1.0"#),
        (r#","ts":"#, r#","new":0,"ts":"#),
        ("12:00:00.123Z", "noon"),
        ("9f3c000000000001", "xyz"),
        (r#""tokens":812"#, r#""tokens":812.0"#),
        (r#""tokens":812"#, r#""tokens":1234567890123456789"#),
        (r#""tags":["vip"]"#, r#""tags":["vip",1]"#),
        (r#""status":429"#, r#""status":70000"#),
        (r#""status":429"#, r#""code":429"#),
        (r#""outcome":"ok""#, r#""outcome":"fine""#),
        (r#""0.0003045""#, "0.0003045"),
        (r#""0.0003045"}"#, r#""0.0003045"}]"#),
        (r#""0.0003045"}"#, r#""0.0003045""#),
        (r#""0.0003045"}"#, r#""0.0003045","content":"\q"}"#),
        (r#""0.0003045"}"#, r#""0.0003045","content":"\u00g0"}"#),
    ];
    for (from, to) in changes {
        let line = EXAMPLE.replacen(from, to, 1);
        assert_ne!(line, EXAMPLE, "{from}");
        assert_eq!(record(line.as_bytes()), None, "{line}");
    }
}

/// One change to a line: some bytes of it are left out, and others take their place.
fn mutation() -> impl Strategy<Value = (prop::sample::Index, usize, &'static str)> {
    let pieces = vec![
        "", "\"", "\\", "\\n", ",", ":", "{", "}", "[", "]", " ", "0", "7", "-", ".5", "e1", "null", "true",
        "\"\"", "\"ts\":", "\u{e9}", "\u{1}",
    ];
    (
        any::<prop::sample::Index>(),
        0..4_usize,
        prop::sample::select(pieces),
    )
}

fn mutated(line: &str, mutations: &[(prop::sample::Index, usize, &str)]) -> Vec<u8> {
    let mut bytes = line.as_bytes().to_vec();
    for (at, left_out, piece) in mutations {
        let from = at.index(bytes.len() + 1);
        let to = bytes.len().min(from + left_out);
        bytes.splice(from..to, piece.bytes());
    }
    bytes
}

fn check(line: &[u8]) -> Result<(), TestCaseError> {
    let shown = String::from_utf8_lossy(line);
    if let Some(read) = record(line) {
        prop_assert_eq!(Ok(read), Record::parse_thoroughly(line), "{}", shown);
    }
    // A glimpse tells of attempts in lines, too, that are broken elsewhere.
    if let Some((seen, read)) = glimpse(line).zip(Glimpse::parse_thoroughly(line)) {
        prop_assert_eq!(seen, read, "{}", shown);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn both_readers_agree_on_records(record in strategies::record()) {
        check(record.to_line().as_bytes())?;
    }

    #[test]
    fn both_readers_agree_on_damaged_records(
        record in strategies::record(),
        mutations in prop::collection::vec(mutation(), 1..3),
    ) {
        check(&mutated(&record.to_line(), &mutations))?;
    }

    #[test]
    fn both_readers_agree_on_a_whole_record_that_is_damaged(
        mutations in prop::collection::vec(mutation(), 1..3),
    ) {
        check(&mutated(&whole(), &mutations))?;
    }

    #[test]
    fn a_glimpse_sees_what_the_record_has(record in strategies::record()) {
        let line = record.to_line();
        let seen = Glimpse::parse(line.as_bytes()).unwrap_or_default();
        prop_assert_eq!(seen.ts, record.ts.filter(|ts| Timestamp::parse(&ts.to_string()).is_some()));
        prop_assert_eq!(seen.attempts, record.attempts);
    }
}
