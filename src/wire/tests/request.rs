//! What is found in bodies, and what is refused.

use crate::wire::endpoint::Endpoint;
use crate::wire::request::{Cap, CapField, Keys, MAX_PROMPT_BYTES, Scanned, Wanted, scan};
use crate::wire::tokens::{Counter, estimate_text};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Write;

const ALL: Wanted<'static> = Wanted {
    endpoint: Endpoint::Chat,
    tokens: Counter::Estimate,
    prompt: true,
    tags: true,
    metadata: Keys::All,
};

fn found(body: &str) -> Scanned {
    scan(body.as_bytes(), &ALL).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn a_full_request() {
    let body = r#" {
      "model": "gpt-\u0034o", "stream": true, "user": "u1", "n": 2, "stream_options": {"include_usage": true},
      "max_tokens": 100, "max_completion_tokens": null,
      "response_format": {"json_schema": {"type": "x"}, "type": "json_schema"},
      "tools": [{"type": "function", "function": {"name": "a"}}, {}],
      "messages": [
        {"role": "system", "content": "be short"},
        {"content": [{"type": "text", "text": "what is"}, {"type": "image_url", "image_url": {"url": "data:xyz"}},
                     {"text": "\u0074his?"}], "role": "user"},
        {"role": "assistant", "content": null, "tool_calls": [{"id": "1"}]}
      ],
      "metadata": {"team": "blue", "tags": ["a", " b "], "none": null},
      "unknown": {"model": 7}
    }"#;
    let found = found(body);
    assert_eq!(found.model, "gpt-4o");
    assert_eq!(&body[found.model_span.clone()], r#""gpt-\u0034o""#);
    assert_eq!(&body[..found.object_start], " {");
    assert!(found.stream && found.json);
    assert_eq!(found.user.as_deref(), Some("u1"));
    assert_eq!(
        (found.tools, found.images, found.turns, found.choices),
        (2, 1, 3, 2)
    );
    assert_eq!(found.prompt, "what is\nthis?");
    assert_eq!(found.tags, ["a", "b"]);
    let metadata: Vec<_> = found.metadata.iter().map(|(k, v)| format!("{k}={v}")).collect();
    assert_eq!(metadata, ["tags=a,b", "team=blue"]);
    let caps: Vec<_> = found
        .caps
        .iter()
        .map(|cap| (cap.field, cap.value, &body[cap.span.clone()]))
        .collect();
    assert_eq!(
        caps,
        [
            (CapField::MaxTokens, Some(100), "100"),
            (CapField::MaxCompletionTokens, None, "null")
        ]
    );
    assert_eq!(found.max_tokens(), 100);
}

#[test]
fn null_is_absent() {
    let found = found(
        r#"{"model":"m","stream":null,"user":null,"messages":null,"tools":null,"metadata":null,"response_format":null,"max_tokens":null}"#,
    );
    assert!(!found.stream && !found.json && found.user.is_none());
    assert_eq!((found.turns, found.tools, found.max_tokens()), (0, 0, 0));
}

#[test]
fn an_image_hides_behind_no_missing_type() {
    let found = found(
        r#"{"model":"m","messages":[{"role":"user","content":[{"image_url":{"url":"x"}},{"type":"input_image"},
        {"type":"text","text":"a"},{"type":"file","file":{}}]}]}"#,
    );
    assert_eq!(found.images, 2);
}

#[test]
fn only_what_is_wanted_is_held() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"metadata":{"a":1,"b":"2","tags":{"x":1}}}"#;
    let nothing = scan(body.as_bytes(), &Wanted::default()).unwrap();
    assert!(nothing.prompt.is_empty() && nothing.metadata.is_empty() && nothing.tags.is_empty());
    assert_eq!(nothing.tokens(), 4 + 3, "the text was not looked at");
    let keys = BTreeSet::from(["b".to_owned()]);
    let some = Wanted {
        metadata: Keys::Of(&keys),
        ..Wanted::default()
    };
    assert_eq!(scan(body.as_bytes(), &some).unwrap().metadata.len(), 1);
}

#[test]
fn the_prompt_is_cut_at_a_character() {
    let long = "é".repeat(MAX_PROMPT_BYTES);
    let found = found(&format!(
        r#"{{"model":"m","messages":[{{"role":"user","content":"a{long}"}}]}}"#
    ));
    assert_eq!(found.prompt.len(), MAX_PROMPT_BYTES - 1);
    assert!(found.prompt.ends_with('é'));
}

#[test]
fn the_smallest_cap_counts() {
    let found = found(r#"{"model":"m","max_tokens":9,"max_completion_tokens":7,"max_output_tokens":8}"#);
    assert_eq!(found.max_tokens(), 7);
    assert_eq!(found.caps.len(), 3);
    assert_eq!(
        found.caps.last(),
        Some(&Cap {
            field: CapField::MaxOutputTokens,
            value: Some(8),
            span: 74..75
        })
    );
}

#[test]
fn refused_bodies_name_the_key_and_the_place() {
    let bodies = [
        "",
        "[]",
        "{",
        r#"{"model":"m"} x"#,
        r#"{"model":"m",}"#,
        "{}",
        r#"{"model":""}"#,
        r#"{"model":null}"#,
        r#"{"model":3}"#,
        "{\n  \"model\": \"m\",\n  \"mod\\u0065l\": \"n\"\n}",
        r#"{"model":"m","stream":"yes"}"#,
        r#"{"model":"m","user":7}"#,
        r#"{"model":"m","max_tokens":-1}"#,
        r#"{"model":"m","max_tokens":1.5}"#,
        r#"{"model":"m","max_completion_tokens":1e3}"#,
        r#"{"model":"m","max_tokens":1099511627777}"#,
        r#"{"model":"m","max_output_tokens":"5"}"#,
        r#"{"model":"m","max_tokens":-0}"#,
        r#"{"model":"m","tools":{}}"#,
        r#"{"model":"m","messages":{}}"#,
        r#"{"model":"m","messages":["x"]}"#,
        r#"{"model":"m","messages":[{"role":1}]}"#,
        r#"{"model":"m","messages":[{},{"role":"user","role":"system"}]}"#,
        r#"{"model":"m","messages":[{"content":5}]}"#,
        r#"{"model":"m","messages":[{"content":[{"type":"text","text":5}]}]}"#,
        r#"{"model":"m","messages":[{"content":[{},{"type":"text","type":"image_url"}]}]}"#,
        r#"{"model":"m","response_format":"json"}"#,
        r#"{"model":"m","response_format":{"type":1}}"#,
        r#"{"model":"m","metadata":[]}"#,
        r#"{"model":"m","metadata":{"a":"1","a":"2"}}"#,
        r#"{"model":"m","metadata":{"a":1}}"#,
        r#"{"model":"m","metadata":{"tags":[1]}}"#,
    ];
    let mut shown = String::new();
    for body in bodies {
        let error = scan(body.as_bytes(), &ALL).unwrap_err();
        writeln!(shown, "{}\n  {error}", body.escape_debug()).unwrap();
    }
    insta::assert_snapshot!(shown);
}

proptest! {
    /// Whatever comes, there is an answer; and what is taken is JSON with one model in it.
    #[test]
    fn scanning_is_total(
        text in r#"\{("(model|messages|role|content|type|text|max_tokens|tools|metadata|tags|\\u006d)"|[\[\]{}:, 0-9]|"|\\){0,30}\}?"#,
        cut in 0usize..60,
    ) {
        let body = text.as_bytes().get(..cut).unwrap_or(text.as_bytes());
        if scan(body, &ALL).is_ok() {
            let value: serde_json::Value = serde_json::from_slice(body).unwrap();
            prop_assert!(value["model"].is_string());
        }
    }
}

#[test]
fn what_is_to_be_embedded_is_counted() {
    let wanted = Wanted {
        endpoint: Endpoint::Embeddings,
        tokens: Counter::Estimate,
        ..Wanted::default()
    };
    let tokens = |input: &str| {
        let body = format!(r#"{{"model":"m","input":{input}}}"#);
        scan(body.as_bytes(), &wanted).map(|found| found.tokens())
    };
    let one = tokens(r#""two words""#).unwrap();
    let more = tokens(r#"["two words","two words"]"#).unwrap() - one;
    assert!((2..=3).contains(&more), "{more} for two words");
    assert_eq!(tokens("[[11,12],[13]]").unwrap(), tokens("[11,12,13]").unwrap());
    assert_eq!(tokens("[11,12,13]").unwrap() - tokens("[]").unwrap(), 3);
    let error = tokens(r#"["a",{}]"#).unwrap_err();
    assert_eq!(error.key.as_deref(), Some("input"));
    let chat = scan(br#"{"model":"m","input":{}}"#, &ALL).unwrap();
    assert_eq!(chat.tokens(), 3);
}

fn of(endpoint: Endpoint, body: &str) -> Scanned {
    scan(body.as_bytes(), &Wanted { endpoint, ..ALL }).unwrap()
}

#[test]
fn a_message_is_read_as_anthropics_clients_write_it() {
    let found = of(
        Endpoint::Messages,
        r#"{"model":"m","max_tokens":9,"stream":true,"user":5,"n":"x","metadata":{"user_id":"u1"},
            "system":[{"type":"text","text":"Be brief."}],"tools":[{"name":"f","input_schema":{}}],
            "output_config":{"format":{"type":"json_schema","schema":{}}},
            "messages":[{"role":"user","content":[{"type":"text","text":"hello"},{"type":"image","source":{"data":"QUJD"}}]},
              {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},
              {"role":"user","content":[{"type":"tool_result","tool_use_id":"t",
                "content":[{"type":"text","text":"seen"},{"type":"image","source":{"data":"QUJD"}}]}]}]}"#,
    );
    assert_eq!((found.turns, found.images, found.tools), (3, 2, 1));
    assert_eq!(
        (found.prompt.as_str(), found.user.as_deref()),
        ("hello", Some("u1"))
    );
    assert_eq!((found.stream, found.json, found.max_tokens()), (true, true, 9));
}

#[test]
fn a_response_is_read_by_its_items() {
    let found = of(
        Endpoint::Responses,
        r#"{"model":"m","instructions":"Be brief.","max_output_tokens":9,"text":{"format":{"type":"json_object"}},
            "tools":[{"type":"function","name":"f"}],"user":"u1",
            "input":[{"role":"user","content":[{"type":"input_text","text":"hello"},{"type":"input_image","image_url":"data:"}]},
              {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
              {"type":"function_call_output","call_id":"c","output":[{"type":"input_image","image_url":"data:"}]}]}"#,
    );
    assert_eq!((found.turns, found.images, found.tools), (1, 2, 1));
    assert_eq!(
        (found.prompt.as_str(), found.user.as_deref()),
        ("hello", Some("u1"))
    );
    assert_eq!((found.json, found.max_tokens()), (true, 9));
    let plain = of(Endpoint::Responses, r#"{"model":"m","input":"hello"}"#);
    assert_eq!((plain.turns, plain.prompt.as_str()), (1, "hello"));
}

#[test]
fn all_but_the_weight_of_the_text_is_read_where_no_tokens_are_wanted() {
    let long = "a dozen words and some more of them ".repeat(20);
    for (endpoint, template) in [
        (Endpoint::Chat, r#""messages":[{"role":"user","content":"TEXT"}]"#),
        (Endpoint::Messages, r#""system":"TEXT","messages":[]"#),
        (
            Endpoint::CountTokens,
            r#""messages":[{"role":"user","content":[{"type":"text","text":"TEXT"},{"type":"image"}]}]"#,
        ),
        (
            Endpoint::Messages,
            r#""messages":[{"content":[{"type":"tool_result","content":[{"type":"text","text":"TEXT"},{"type":"image"}]}]}]"#,
        ),
        (
            Endpoint::Messages,
            r#""messages":[{"content":[{"type":"tool_use","input":{"a":["TEXT"]}}]}]"#,
        ),
        (Endpoint::Responses, r#""input":"TEXT""#),
        (
            Endpoint::Responses,
            r#""instructions":"TEXT","input":[{"role":"user","content":[{"type":"input_image"}]}]"#,
        ),
        (
            Endpoint::Responses,
            r#""input":[{"type":"function_call_output","output":[{"type":"input_text","text":"TEXT"},{"type":"input_image"}]}]"#,
        ),
        (Endpoint::Responses, r#""tools":[{"description":"TEXT"}]"#),
        (Endpoint::Embeddings, r#""input":["TEXT"]"#),
    ] {
        let body = format!(r#"{{"model":"m",{}}}"#, template.replace("TEXT", &long));
        let [with, mut without] = [Counter::Estimate, Counter::None].map(|tokens| {
            let wanted = Wanted {
                endpoint,
                tokens,
                ..ALL
            };
            scan(body.as_bytes(), &wanted).unwrap()
        });
        let text = with.tokens() - without.tokens();
        assert!(text.abs_diff(estimate_text(&long)) <= 10, "{text} for {template}");
        without.text = with.text;
        assert_eq!(with, without, "{template}");
    }
}
