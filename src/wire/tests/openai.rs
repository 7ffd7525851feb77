//! Answers, chunks and errors of OpenAI's protocol and its dialects.

use crate::model::FailureClass as Class;
use crate::wire::answer::{Whole, read_answer};
use crate::wire::endpoint::Endpoint;
use crate::wire::errors::{ErrorForm, ErrorShape, is_error_body};
use crate::wire::openai::{ErrorFields, Usage, class_of_error, class_of_status, is_done, read_chunk};
use crate::wire::signals::Signals;

fn chunk(text: &str) -> Signals {
    read_chunk(text.as_bytes()).unwrap()
}

#[test]
fn a_role_alone_is_no_content() {
    let delta = |delta: &str| chunk(&format!(r#"{{"choices":[{{"index":0,"delta":{delta}}}]}}"#)).content;
    for nothing in [
        r#"{"role":"assistant"}"#,
        r#"{"role":"assistant","content":""}"#,
        r#"{"content":null,"refusal":null,"tool_calls":[]}"#,
        "{}",
        "null",
    ] {
        assert!(!delta(nothing), "{nothing}");
    }
    for something in [
        r#"{"content":"a"}"#,
        r#"{"content":" "}"#,
        r#"{"reasoning_content":"hm"}"#,
        r#"{"reasoning":"hm"}"#,
        r#"{"refusal":"no"}"#,
        r#"{"tool_calls":[{"index":0}]}"#,
        r#"{"function_call":{"name":"f"}}"#,
    ] {
        assert!(delta(something), "{something}");
    }
}

#[test]
fn finishes_usage_and_errors_are_found_anywhere() {
    let both = chunk(
        r#"{"choices":[{"index":1,"finish_reason":"stop","delta":{}},{"index":0,"finish_reason":null}]}"#,
    );
    assert_eq!((both.finished, both.filtered), (0b10, false));
    assert!(chunk(r#"{"choices":[{"finish_reason":"content_filter"}]}"#).filtered);
    let usage = chunk(
        r#"{"choices":[],"usage":{"completion_tokens":3,"prompt_tokens":10,"prompt_tokens_details":{"cached_tokens":4}}}"#,
    );
    assert_eq!(
        usage.usage,
        Some(Usage {
            input: 10,
            cached: 4,
            cache_written: 0,
            output: 3
        })
    );
    let groq =
        chunk(r#"{"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":10,"completion_tokens":3}}}"#);
    assert_eq!(groq.usage.map(|usage| (usage.input, usage.output)), Some((10, 3)));
    assert_eq!(chunk(r#"{"usage":null,"error":null}"#), Signals::default());
    let error = chunk(r#"{"error":{"message":"busy","type":"overloaded_error","code":529}}"#)
        .error
        .unwrap();
    assert_eq!(
        (error.kind.as_str(), error.status()),
        ("overloaded_error", Some(529))
    );
    let vllm = chunk(r#"{"object":"error","message":"boom","code":500}"#)
        .error
        .unwrap();
    assert_eq!(
        (vllm.message.as_str(), class_of_error(&vllm)),
        ("boom", Class::Server)
    );
    assert!(read_chunk(b"{\"choices\":").is_err());
    assert!(is_done(b" [DONE] ") && !is_done(b"[DONE"));
}

#[test]
fn whole_answers() {
    let full = r#"{"choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
    let Whole::Answer(answer) = read_answer(Endpoint::Chat, full.as_bytes()) else {
        panic!("an answer");
    };
    assert!(answer.content && answer.usage.is_some());
    for end in 0..full.len() {
        assert_eq!(
            read_answer(Endpoint::Chat, &full.as_bytes()[..end]),
            Whole::Cut,
            "cut at {end}"
        );
    }
    let empty = r#"{"choices":[{"message":{"role":"assistant","content":null},"finish_reason":"stop"}]}"#;
    assert!(
        matches!(read_answer(Endpoint::Chat, empty.as_bytes()), Whole::Answer(answer) if !answer.content)
    );
    for other in ["<html></html>", "[]", "\"hi\"", "{} {}", "upstream error"] {
        assert_eq!(
            read_answer(Endpoint::Chat, other.as_bytes()),
            Whole::NotJson,
            "{other}"
        );
    }
    assert!(matches!(
        read_answer(Endpoint::Chat, br#"{"error":{"message":"x"}}"#),
        Whole::Error(_)
    ));
}

#[test]
fn statuses_and_bodies_have_a_class() {
    let cases: &[(u16, &str, Class)] = &[
        (
            429,
            r#"{"error":{"code":"rate_limit_exceeded"}}"#,
            Class::RateLimit,
        ),
        (429, "", Class::RateLimit),
        (
            429,
            r#"{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}"#,
            Class::Quota,
        ),
        (403, r#"{"error":{"type":"insufficient_quota"}}"#, Class::Quota),
        (402, "", Class::Quota),
        (503, "<html>", Class::Overload),
        (529, "", Class::Overload),
        (500, r#"{"error":{"type":"overloaded_error"}}"#, Class::Overload),
        (500, "", Class::Server),
        (502, "", Class::Server),
        (408, "", Class::Server),
        (302, "", Class::Server),
        (401, r#"{"error":{"code":"invalid_api_key"}}"#, Class::Auth),
        (403, "", Class::Auth),
        (
            400,
            r#"{"error":{"code":"context_length_exceeded"}}"#,
            Class::ContextLength,
        ),
        (
            400,
            r#"{"object":"error","message":"This model's maximum context length is 8192 tokens.","code":400}"#,
            Class::ContextLength,
        ),
        (
            400,
            r#"{"error":{"type":"exceed_context_size_error","message":"x"}}"#,
            Class::ContextLength,
        ),
        (
            400,
            r#"{"error":{"code":"content_filter","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            Class::ContentFilter,
        ),
        (
            400,
            r#"{"error":{"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy."}}"#,
            Class::ContentFilter,
        ),
        (
            400,
            r#"{"error":{"message":"unknown parameter"}}"#,
            Class::BadRequest,
        ),
        (404, r#"{"detail":"Not Found"}"#, Class::BadRequest),
        (
            400,
            r#"{"error":{"code":400,"message":"The input token count (99999) exceeds the maximum number of tokens allowed (1000).","status":"INVALID_ARGUMENT"}}"#,
            Class::ContextLength,
        ),
        (
            400,
            r#"{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[1,{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}"#,
            Class::Auth,
        ),
        (422, "", Class::BadRequest),
        (
            429,
            r#"{"error":{"message":"maximum context length"}}"#,
            Class::RateLimit,
        ),
    ];
    for (status, body, class) in cases {
        let fields = ErrorFields::read(body.as_bytes());
        assert_eq!(class_of_status(*status, &fields), *class, "{status} {body}");
    }
}

#[test]
fn errors_with_a_status_of_success_have_a_class() {
    let cases: &[(&str, Class)] = &[
        (r#"{"error":{"type":"overloaded_error"}}"#, Class::Overload),
        (r#"{"error":{"code":"rate_limit_exceeded"}}"#, Class::RateLimit),
        (
            r#"{"error":{"code":429,"message":"slow down"}}"#,
            Class::RateLimit,
        ),
        (r#"{"error":{"code":"insufficient_quota"}}"#, Class::Quota),
        (
            r#"{"error":{"code":502,"message":"provider disconnected"}}"#,
            Class::Server,
        ),
        (r#"{"error":{"type":"invalid_request_error"}}"#, Class::BadRequest),
        (
            r#"{"error":{"type":"invalid_request_error","code":"context_length_exceeded"}}"#,
            Class::ContextLength,
        ),
        (r#"{"error":{"type":"server_error"}}"#, Class::Server),
        (r#"{"error":"boom"}"#, Class::Server),
        (r#"{"error":{"code":401}}"#, Class::Auth),
    ];
    for (body, class) in cases {
        assert_eq!(
            class_of_error(&ErrorFields::read(body.as_bytes())),
            *class,
            "{body}"
        );
    }
}

#[test]
fn our_errors_have_openai_s_shape() {
    let shape = ErrorShape {
        status: 400,
        message: "no \"model\"",
        kind: "invalid_request_error",
        code: None,
        param: Some("model"),
    };
    let text = String::from_utf8(shape.event(ErrorForm::OpenAi)).unwrap();
    assert_eq!(
        text,
        "data: {\"error\":{\"message\":\"no \\\"model\\\"\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":null}}\n\n"
    );
    assert!(is_error_body(&shape.body(ErrorForm::OpenAi), ErrorForm::OpenAi));
    assert!(
        !is_error_body(b"{\"error\":\"x\"}", ErrorForm::OpenAi)
            && !is_error_body(b"{\"error\":{}", ErrorForm::OpenAi)
            && !is_error_body(b"x", ErrorForm::OpenAi)
    );
}
