//! The leading blocks of a prompt.

use crate::wire::endpoint::Endpoint;
use crate::wire::prefix::leading_blocks;

fn key(endpoint: Endpoint, body: &str) -> Option<[u8; 32]> {
    leading_blocks(endpoint, body.as_bytes())
}

#[test]
fn the_first_turn_counts_and_later_ones_do_not() {
    let chat = |dialogue: &str| {
        key(
            Endpoint::Chat,
            &format!(r#"{{"model":"m","messages":{dialogue}}}"#),
        )
    };
    let first = chat(r#"[{"role":"system","content":"s"},{"role":"user","content":"a"}]"#);
    let later = chat(
        r#"[{"role":"system","content":"s"},{"content":"a","role":"user"},{"role":"user","content":"b"}]"#,
    );
    assert!(first.is_some());
    assert_ne!(first, later, "its bytes are what counts");
    let grown = chat(
        r#"[{"role":"system","content":"s"},{"role":"user","content":"a"},{"role":"assistant","content":"b"}]"#,
    );
    assert_eq!(first, grown);
    assert_ne!(
        first,
        chat(r#"[{"role":"system","content":"s"},{"role":"user","content":"b"}]"#)
    );
}

#[test]
fn tools_and_instructions_count_wherever_they_stand() {
    let body = |parts: [&str; 3]| format!("{{{}}}", parts.join(","));
    let (tools, system) = (r#""tools":[{"name":"t"}]"#, r#""system":"s""#);
    let messages = r#""messages":[{"role":"user","content":"a"}]"#;
    let of = |parts| key(Endpoint::Messages, &body(parts));
    assert_eq!(of([tools, system, messages]), of([messages, tools, system]));
    assert_ne!(
        of([tools, system, messages]),
        of([r#""tools":[]"#, system, messages])
    );
    let input = |text: &str| {
        key(
            Endpoint::Responses,
            &format!(r#"{{"instructions":"i","input":"{text}"}}"#),
        )
    };
    assert_ne!(input("a"), input("b"));
}

#[test]
fn what_follows_behind_the_bound_does_not_count() {
    let long = "x".repeat(20_000);
    let of = |end: &str| key(Endpoint::Responses, &format!(r#"{{"input":"{long}{end}"}}"#));
    assert_eq!(of("a"), of("b"));
}

#[test]
fn nothing_leads_where_there_is_no_prompt() {
    assert_eq!(key(Endpoint::Chat, "{}"), None);
    assert_eq!(key(Endpoint::Chat, "no JSON"), None);
}
