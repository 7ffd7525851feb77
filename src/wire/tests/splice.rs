//! Bodies that go upstream.

use crate::wire::endpoint::Endpoint;
use crate::wire::request::{Wanted, scan};
use crate::wire::splice::{Changes, Edit, splice, upstream_edits};
use proptest::prelude::*;

fn upstream(body: &str, model: &str, max_tokens: Option<i64>) -> String {
    changed(body, changes(model, max_tokens))
}

fn changes(model: &str, max_tokens: Option<i64>) -> Changes<'_> {
    Changes {
        model,
        max_tokens,
        stream_usage: false,
    }
}

fn changed(body: &str, changes: Changes<'_>) -> String {
    let scanned = scan(body.as_bytes(), &Wanted::default()).unwrap();
    String::from_utf8(splice(body.as_bytes(), upstream_edits(&scanned, changes))).unwrap()
}

#[test]
fn only_the_model_changes() {
    let body = "{ \"a\" : 1e2,\n\"model\":\"old\\u0020\" , \"b\":{\"model\":\"x\"}, \"z\": [ ] }\n";
    assert_eq!(
        upstream(body, "n\"ew", None),
        "{ \"a\" : 1e2,\n\"model\":\"n\\\"ew\" , \"b\":{\"model\":\"x\"}, \"z\": [ ] }\n"
    );
}

#[test]
fn nothing_changes_where_the_name_is_the_same() {
    let body = br#"{"model":"\u006d","max_tokens":5}"#;
    let scanned = scan(body, &Wanted::default()).unwrap();
    assert_eq!(upstream_edits(&scanned, changes("m", Some(5))), []);
}

#[test]
fn every_cap_is_lowered() {
    let body = r#"{"model":"m","max_tokens":9000,"max_completion_tokens":500,"max_output_tokens":9001}"#;
    assert_eq!(
        upstream(body, "m", Some(1000)),
        r#"{"model":"m","max_tokens":1000,"max_completion_tokens":500,"max_output_tokens":1000}"#
    );
}

#[test]
fn a_missing_cap_is_set_and_cannot_be_escaped() {
    let lowered = |body| upstream(body, "m", Some(10));
    assert_eq!(lowered(r#"{"model":"m"}"#), r#"{"max_tokens":10,"model":"m"}"#);
    assert_eq!(
        lowered(r#"{"max_tokens":null,"model":"m"}"#),
        r#"{"max_tokens":10,"model":"m"}"#
    );
    assert_eq!(
        lowered(r#"{"max_tokens":null,"model":"m","max_completion_tokens":99}"#),
        r#"{"max_tokens":null,"model":"m","max_completion_tokens":10}"#
    );
    assert_eq!(
        lowered(r#"{"max_output_tokens":5,"model":"m"}"#),
        r#"{"max_tokens":10,"max_output_tokens":5,"model":"m"}"#
    );
}

#[test]
fn the_counts_at_a_streams_end_are_asked_for() {
    let asking = |body: &str| {
        let asks = Changes {
            stream_usage: true,
            ..changes("m", None)
        };
        changed(body, asks)
    };
    let shown: Vec<String> = [
        r#"{"model":"m", "stream":true}"#,
        r#"{"model":"m", "stream_options" : null }"#,
        r#"{"model":"m", "stream_options" : { } }"#,
        r#"{"model":"m", "stream_options" : {"include_obfuscation" : true} }"#,
        r#"{"model":"m", "stream_options" : { "include_usage" : false} }"#,
        r#"{"model":"m", "stream_options" : { "x":1, "include_\u0075sage" : null} }"#,
        r#"{"model":"m", "stream_options" : { "include_usage" : true} }"#,
        r#"{"model":"m", "stream_options" : { "include_usage" : "yes"} }"#,
        r#"{"model":"m", "stream_options" : { "include_usage" : false, "include_usage": false} }"#,
        r#"{"model":"m", "stream_options" : [] }"#,
    ]
    .map(|body| format!("{body}\n    {}", asking(body)))
    .into();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn edits_that_do_not_fit_are_left_out() {
    let edit = |at, text: &str| Edit {
        at,
        text: text.to_owned(),
    };
    let edits = vec![
        edit(3..4, "D"),
        edit(0..2, "AB"),
        edit(1..3, "?"),
        edit(90..91, "?"),
    ];
    assert_eq!(splice(b"abcdef", edits), b"ABcDef");
}

proptest! {
    #[test]
    fn the_result_is_what_a_json_editor_would_make(
        name in any::<String>().prop_filter("named", |name| !name.is_empty()),
        other in any::<String>(),
        cap in proptest::option::of(0i64..2000),
        most in 0i64..2000,
    ) {
        let mut body = serde_json::json!({"model": name, "extra": [other, 1.5], "max_tokens": cap});
        let spliced = upstream(&body.to_string(), "target", Some(most));
        body["model"] = "target".into();
        body["max_tokens"] = cap.unwrap_or(most).min(most).into();
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&spliced).unwrap(), body);
    }
}

#[test]
fn embeddings_get_no_cap() {
    let body = br#"{"model":"m","input":"a"}"#;
    let wanted = Wanted {
        endpoint: Endpoint::Embeddings,
        ..Wanted::default()
    };
    let scanned = scan(body, &wanted).unwrap();
    assert_eq!(upstream_edits(&scanned, changes("m", Some(5))), []);
}
