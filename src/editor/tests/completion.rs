//! What is offered where.

use super::super::completion::complete;
use super::super::positions::{Encoding, Lines};
use super::Desk;
use lsp_types::CompletionTextEdit;

/// What is offered: label, and what is inserted where that is something else.
fn offered(text: &str) -> Vec<String> {
    let desk = Desk::beside_example(text);
    let analysis = desk.analysis();
    let text = analysis.text(&desk.name).unwrap();
    let lines = Lines::new(text, Encoding::Utf16);
    complete(&analysis, text, desk.offset, &lines)
        .into_iter()
        .map(|item| match item.text_edit {
            Some(CompletionTextEdit::Edit(edit)) if edit.new_text != item.label => {
                format!("{} → {}", item.label, edit.new_text)
            }
            _ => item.label,
        })
        .collect()
}

#[test]
fn what_is_offered_in_every_place() {
    let places = [
        "‸",
        "ro‸",
        "route x {\n  ‸\n}",
        "route x {\n  when tier == \"free\"\n  target gpt-mini\n  ‸\n}",
        "route x { target ‸ }",
        "route x { target gp‸",
        "route x { target split by ‸ }",
        "route x { target split by user { ‸ } }",
        "route x { target a fallback [gpt-mini, ‸] }",
        "route x { target a fallback small on [‸] }",
        "route x { target a retry 1 on ‸ }",
        "route x { when tier == ‸ }",
        "route x { when tier == \"‸\" target a }",
        "route x { when tier in [\"free\", \"‸\"] }",
        "route x { when \"‸\" in tags }",
        "route x { when requested != \"\" && requested == \"‸\" }",
        "route x { when tenant == \"‸\" }",
        "route x { when stream == ‸ }",
        "route x { when tier == \"free\" ‸ }",
        "guard x { require target.region == \"‸\" }",
        "guard x { require target.model in [\"‸\"] }",
        "guard x { require \"‸\" in target.can }",
        "guard x { set ‸ }",
        "guard x { record ‸ }",
        "route x { target a record ‸ }",
        "route x { target a record content ‸ }",
        "route x { target a record content up to 8k ‸ }",
        "route x { target a record content redact [email, ‸] }",
        "model x { provider ‸ }",
        "model x { can [‸] }",
        "model x { region \"‸\" }",
        "pool x { members [‸] }",
        "pool x { pick ‸ }",
        "tenant x { ‸ }",
        "tenant x { tier \"‸\" }",
        "fact x ‸",
        "fact x string ‸",
        "fact x string from ‸",
        "test \"x\" { given { ‸ } }",
        "test \"x\" { given { tier \"‸\" } }",
        "test \"x\" { expect { route ‸ } }",
        "test \"x\" { expect { target in [‸] } }",
        "assert x { when ‸",
        "# only a comment ‸",
        "route ‸",
        "let ‸",
    ];
    let all: Vec<String> = places
        .iter()
        .map(|at| {
            let offered = offered(at);
            let shown = match offered.len() > 24 {
                true => format!("{} … ({})", offered[..24].join(", "), offered.len()),
                false => offered.join(", "),
            };
            format!("{}\n    {shown}", at.replace('\n', "⏎"))
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn conditions_know_facts_lets_attributes_and_functions() {
    let in_guard = offered("guard x { require ‸ }");
    for word in ["tier", "team", "tokens", "heavy", "target.region", "size"] {
        assert!(in_guard.iter().any(|offered| offered == word), "{word}");
    }
    let in_route = offered("route x { when ‸ }");
    assert!(!in_route.iter().any(|offered| offered.starts_with("target.")));
    let in_assert = offered("assert x { that pos‸ }");
    assert!(in_assert.iter().any(|offered| offered == "position"));
}

#[test]
fn behind_a_dot_stand_methods() {
    let offered = offered("route x { when prompt.‸ }");
    assert!(
        offered.contains(&"startsWith → prompt.startsWith".to_owned()),
        "{offered:?}"
    );
}

#[test]
fn nothing_is_beyond_it() {
    // Every place of a text that gets ever more broken.
    let text = super::EXAMPLE;
    for at in (0..text.len())
        .step_by(37)
        .filter(|at| text.is_char_boundary(*at))
    {
        let mut cut = text[..at].to_owned();
        cut.push(super::CURSOR);
        let _ = offered(&cut);
        cut.push_str(" } ] \" in ==");
        let _ = offered(&cut);
    }
}
