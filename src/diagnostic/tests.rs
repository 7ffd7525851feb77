//! Order, distance and rendering of diagnostics.

use super::*;
use crate::source::SourceMap;
use insta::assert_snapshot;

const TEXT: &str = "route free {\n  when   teir == \"free\"\n  target gpt-mini\n}\n";

fn example(sources: &mut SourceMap) -> Vec<Diagnostic> {
    let file = sources.add("30-routes.policy", TEXT);
    let span = |part: &str| {
        let start = TEXT.find(part).unwrap();
        Span::new(file, start, start + part.len())
    };
    vec![
        Diagnostic::error(Code::UNKNOWN_NAME, "no fact or `let` is called `teir`")
            .at(span("teir"), "not declared")
            .help("did you mean `tier`?")
            .fix(Fix::safe("write `tier`").replace(span("teir"), "tier")),
        Diagnostic::warning(Code::UNUSED, "nothing uses the model `other`")
            .at(span("gpt-mini"), "")
            .also(span("free"), "the route")
            .fix(Fix::suggestion("leave the model out").remove(span("gpt-mini"))),
        Diagnostic::error(Code::EMPTY_POLICY, "the policy has no statement"),
    ]
}

#[test]
fn people_see_the_source_underlined() {
    let mut sources = SourceMap::new();
    let diagnostics = example(&mut sources);
    assert_snapshot!(render_human(&diagnostics, &sources, false));
}

#[test]
fn machines_read_json() {
    let mut sources = SourceMap::new();
    let diagnostics = example(&mut sources);
    let json = serde_json::to_string_pretty(&render_json(&diagnostics, &sources)).unwrap();
    assert_snapshot!(json);
}

#[test]
fn any_span_of_any_text_renders() {
    let long = format!("{}é{}\r\n\n# ☃", "x".repeat(100_000), "y".repeat(100_000));
    for text in ["", "\n", "é", "a\r\nb", long.as_str()] {
        let mut sources = SourceMap::new();
        let file = sources.add("any", text);
        for start in [0, 1, 2, 99_999, 100_001, 200_003, usize::MAX] {
            for length in [0, 1, 5, 150_000] {
                let span = Span::new(file, start, start.saturating_add(length));
                let found = [Diagnostic::error(Code::SYNTAX, "x")
                    .at(span, "here")
                    .also(span.end_point(), "there")];
                let rendered = render_human(&found, &sources, true);
                assert!(
                    rendered.len() < 60_000,
                    "{} bytes for {start}+{length}",
                    rendered.len()
                );
                assert!(render_json(&found, &sources)[0]["line"].is_number());
            }
        }
    }
}

#[test]
fn user_input_does_not_command_the_terminal() {
    let mut sources = SourceMap::new();
    let file = sources.add("a\u{1b}[2J", "let x = \"\u{1b}[2J\"\n");
    let hostile = "`\u{1b}[2J\n\u{9b}2J`";
    let found = [Diagnostic::error(Code::SYNTAX, hostile)
        .at(Span::new(file, 4, 5), hostile)
        .also(Span::new(file, 0, 3), hostile)
        .help(hostile)];
    let rendered = render_human(&found, &sources, false);
    assert!(!rendered.contains(['\u{1b}', '\u{9b}']), "{rendered}");
}

#[test]
fn only_a_near_name_is_meant() {
    let names = ["tier", "tenant", "tags", "tokens"];
    assert_eq!(did_you_mean("teir", names), Some("tier"));
    assert_eq!(did_you_mean("tokns", names), Some("tokens"));
    assert_eq!(did_you_mean("region", names), None);
    assert_eq!(did_you_mean("d", [""]), None);
    assert_eq!(did_you_mean("x", names), None);
}

#[test]
fn places_come_in_the_order_of_the_text() {
    let mut sources = SourceMap::new();
    let mut diagnostics = example(&mut sources);
    sort(&mut diagnostics);
    let codes: Vec<&str> = diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code().id())
        .collect();
    assert_eq!(codes, ["P702", "P201", "P601"]);
}

#[test]
fn only_a_slip_of_the_pen_is_certain() {
    let certain =
        |word, names: &[&'static str]| meant(word, names.iter().copied()).map(|meant| meant.certain);
    assert_eq!(certain("teir", &["tier", "tenant"]), Some(true));
    assert_eq!(certain("gpt-3", &["gpt-4"]), Some(false), "another digit");
    assert_eq!(
        certain("small1", &["small2", "small3"]),
        Some(false),
        "two are near"
    );
    assert_eq!(certain("tir", &["tier"]), Some(false), "too short");
    assert_eq!(certain("targetin", &["target"]), Some(false), "two words");
    assert_eq!(certain("targets", &["target"]), Some(true));
}
