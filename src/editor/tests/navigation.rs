//! From words to declarations and uses, and the outline.

use super::super::navigate::{declaration, references};
use super::super::outline::outline;
use super::super::positions::{Encoding, Lines};
use super::{Desk, shown};

fn declared(desk: &Desk) -> Vec<String> {
    let analysis = desk.analysis();
    declaration(&analysis, &desk.name, desk.offset)
        .into_iter()
        .map(|found| shown(&analysis, &found.name, found.range))
        .collect()
}

fn used(desk: &Desk) -> String {
    let analysis = desk.analysis();
    let found: Vec<String> = references(&analysis, &desk.name, desk.offset)
        .into_iter()
        .map(|found| shown(&analysis, &found.name, found.range))
        .collect();
    found.join("\n")
}

#[test]
fn a_words_declaration_is_found() {
    for (at, expected) in [
        ("members [gpt-‸mini", "model «gpt-mini» {"),
        ("fallback sma‸ll", "pool «small» {"),
        ("provider vllm-eu‸\n", "provider «vllm-eu» {"),
        ("requested == \"‸gpt-mini\"", "model «gpt-mini» {"),
        ("ours = [\"llama‸-eu\"]", "model «llama-eu» {"),
        ("in ou‸rs", "let «ours» = [\"llama-eu\"]"),
        ("&& !‸heavy", "let «heavy» = tokens > 100000 || images > 4"),
        (
            "when     ti‸er",
            "fact «tier» one of [\"free\", \"pro\", \"gold\"] from tenant default \"free\"",
        ),
        (
            "ti‸er   \"gold\"",
            "fact «tier» one of [\"free\", \"pro\", \"gold\"] from tenant default \"free\"",
        ),
        ("tenant != \"ac‸me\"", "tenant «acme» {"),
    ] {
        let found = declared(&Desk::in_example(at));
        let expected = vec![expected.to_owned()];
        let without_place: Vec<String> = found
            .iter()
            .map(|line| line.split(": ").skip(1).collect::<Vec<_>>().join(": "))
            .collect();
        assert_eq!(without_place, expected, "{at}");
    }
}

#[test]
fn a_word_of_a_broken_rule_is_found_too() {
    let found = declared(&Desk::beside_example(
        "guard a { when tier == require llama-‸eu }",
    ));
    assert_eq!(found, ["00-example.policy:21: model «llama-eu» {"]);
}

#[test]
fn built_in_facts_are_declared_nowhere() {
    assert!(declared(&Desk::in_example("let heavy = tok‸ens")).is_empty());
}

#[test]
fn all_uses_of_a_model_are_found() {
    insta::assert_snapshot!(used(&Desk::in_example("model llama-‸eu {")));
}

#[test]
fn names_in_asserts_and_tests_are_uses() {
    let desk = Desk::beside_example(
        "assert a { when tenant == \"acme\" that target.model != \"gpt-mini\" || fallbacks.all(f, f in [\"llama-eu\"]) }\n\
         assert b { that [\"llama-eu\", \"x\"].exists(m, m == target.model) }\n\
         test \"t\" { given { tenant \"acme\" tier \"free\" } failing [llama-eu] failing provider vllm-eu\n\
           expect { route free target in [llama-‸eu, gpt-mini] fallback not in [llama-eu] skipped llama-eu } }\n",
    );
    insta::assert_snapshot!(used(&desk));
}

#[test]
fn a_variable_of_a_macro_is_no_fact() {
    let desk = Desk::beside_example("let tagged = tags.exists(tea‸m, team == \"vip\") && team == \"a\"");
    assert_eq!(used(&desk), "");
    let desk = Desk::beside_example("let tagged = tags.exists(team, team == \"vip\") && tea‸m == \"a\"");
    assert_eq!(used(&desk).lines().count(), 2);
}

#[test]
fn the_outline_names_every_statement() {
    let analysis = Desk::new(&[("00-example.policy", super::EXAMPLE)]).analysis();
    let file = &analysis.index().files()[0];
    let symbols = outline(file, &Lines::new(&file.text, Encoding::Utf16));
    let lines: Vec<String> = symbols
        .iter()
        .map(|symbol| {
            format!(
                "{} {} {}",
                symbol.range.start.line,
                symbol.detail.as_deref().unwrap(),
                symbol.name
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
