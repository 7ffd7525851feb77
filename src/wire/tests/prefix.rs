//! The leading blocks of a prompt.

use crate::wire::endpoint::Endpoint;
use crate::wire::prefix::leading_blocks;

fn key(endpoint: Endpoint, body: &str) -> Option<[u8; 32]> {
    leading_blocks(endpoint, body.as_bytes())
}

/// The key of a chat with these messages.
fn chat(dialogue: &str) -> Option<[u8; 32]> {
    key(
        Endpoint::Chat,
        &format!(r#"{{"model":"m","messages":{dialogue}}}"#),
    )
}

#[test]
fn the_first_turn_counts_and_later_ones_do_not() {
    let first = chat(r#"[{"role":"system","content":"s"},{"role":"user","content":"a"}]"#);
    assert!(first.is_some());
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
fn questions_behind_one_long_beginning_stay_together() {
    let asked = |system: &str, question: &str| {
        let system = system.repeat(100);
        chat(&format!(
            r#"[{{"role":"system","content":"{system}"}},{{"role":"user","content":"{question}"}}]"#
        ))
    };
    assert_eq!(
        asked("Be brief. ", "Who?"),
        asked("Be brief. ", "And why is that?")
    );
    assert_ne!(asked("Be brief. ", "Who?"), asked("Be polite. ", "Who?"));
    let long = "a question of its own ".repeat(20);
    assert_ne!(asked("Be brief. ", "Who?"), asked("Be brief. ", &long));
    assert_eq!(
        asked("Be very brief, please, and say nothing twice. ", "Who?"),
        asked("Be very brief, please, and say nothing twice. ", &long),
        "behind 4 KiB nothing counts"
    );
}

#[test]
fn a_mark_of_what_is_to_be_cached_may_move() {
    let marked = r#"{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}"#;
    let first = chat(&format!(r#"[{{"role":"user","content":[{marked}]}}]"#));
    let later = chat(&format!(
        r#"[{{"role":"user","content":"a"}},{{"role":"user","content":[{marked}]}}]"#
    ));
    assert_eq!(first, later);
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
        of([r#""tools":[{"name":"u"}]"#, system, messages])
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
