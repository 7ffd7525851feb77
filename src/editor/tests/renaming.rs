//! Renaming: in all files, inside of conditions, and refused where it cannot be.

use super::super::rename::{applied, rename};
use super::Desk;
use crate::compile::{Texts, compile};
use std::fmt::Write;

/// The lines that a renaming changes, before and after.
fn renamed(desk: &Desk, new: &str) -> Result<String, String> {
    let analysis = desk.analysis();
    let edits = rename(&analysis, &desk.buffers, &desk.name, desk.offset, new)?;
    let mut shown = String::new();
    for (name, edits) in edits {
        let before = analysis.text(&name).unwrap();
        let after = applied(before, &edits);
        let removed = before
            .lines()
            .filter(|line| !after.lines().any(|other| other == *line));
        removed.for_each(|line| writeln!(shown, "-{line}").unwrap());
        let added = after
            .lines()
            .filter(|line| !before.lines().any(|other| other == *line));
        added.for_each(|line| writeln!(shown, "+{line}").unwrap());
    }
    Ok(shown)
}

#[test]
fn a_model_is_renamed_everywhere_and_keeps_what_others_call_it() {
    insta::assert_snapshot!(renamed(&Desk::in_example("model llama-‸eu {"), "llama 2").unwrap());
}

#[test]
fn every_kind_of_name_can_be_renamed() {
    let places = [
        ("requested == \"‸gpt-mini\"", "mini"),
        ("pool sma‸ll", "tiny"),
        ("provider vllm-eu‸\n", "vllm"),
        ("fact te‸am", "crew"),
        ("!hea‸vy", "big"),
        ("in ou‸rs", "own"),
        ("guard resi‸dency", "in eu"),
        ("route fr‸ee", "gratis"),
        ("tenant != \"ac‸me\"", "acme-2"),
    ];
    let all: Vec<String> = places
        .iter()
        .map(|(at, new)| {
            format!(
                "## {at} → {new}\n{}",
                renamed(&Desk::in_example(at), new).unwrap()
            )
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_renamed_policy_still_loads() {
    for (at, new) in [
        ("model llama-‸eu {", "route"),
        ("route fr‸ee", "ü"),
        ("let ou‸rs", "mine"),
    ] {
        let desk = Desk::in_example(at);
        let analysis = desk.analysis();
        let edits = rename(&analysis, &desk.buffers, &desk.name, desk.offset, new).unwrap();
        let text = applied(analysis.text(&desk.name).unwrap(), &edits[&desk.name]);
        let compiled = compile(&mut Texts::new([("a.policy", text)]));
        assert!(compiled.is_ok(), "{new}: {:?}", compiled.unwrap_err().diagnostics);
    }
}

#[test]
fn names_that_cannot_be_are_refused() {
    for (at, new, reason) in [
        (
            "model llama-‸eu {",
            "small",
            "there is a model or pool `small` already",
        ),
        (
            "model llama-‸eu {",
            "requested",
            "renamed, the policy would not load: no model or pool can be named `requested`",
        ),
        ("model llama-‸eu {", " ", "a name cannot be empty"),
        (
            "model llama-‸eu {",
            "a\nb",
            "a name has at most 128 bytes and no control characters",
        ),
        (
            "fact te‸am",
            "the-team",
            "a fact or `let` is named with letters, digits and `_`, and no digit first",
        ),
        (
            "fact te‸am",
            "tokens",
            "there is a fact or `let` `tokens` already",
        ),
        ("fact te‸am", "heavy", "there is a fact or `let` `heavy` already"),
        (
            "fact te‸am",
            "for",
            "renamed, the policy would not load: `for` is a reserved word of CEL",
        ),
        ("let heavy = tok‸ens", "many", "`tokens` is a built-in fact"),
        ("fact ti‸er", "level", "`tier` is a built-in fact"),
        ("rou‸te free", "x", "there is no name here"),
        (
            "tenant ac‸me",
            "anonymous",
            "renamed, the policy would not load: no tenant can be named `anonymous`",
        ),
    ] {
        assert_eq!(
            renamed(&Desk::in_example(at), new),
            Err(reason.to_owned()),
            "{at} → {new}"
        );
    }
}

#[test]
fn a_name_is_renamed_in_a_policy_with_other_errors() {
    let desk = Desk::beside_example("route x { target nowhere }\nlet mi‸ne = 1\nlet twice = mine + mine");
    assert_eq!(
        renamed(&desk, "own").unwrap(),
        "-let mine = 1\n-let twice = mine + mine\n+let own = 1\n+let twice = own + own\n"
    );
}

#[test]
fn tenants_and_facts_are_renamed_in_tables() {
    let own = "fact plan string from tenant default \"\"\ntenants from \"t.csv\"\nlet big = pl‸an == \"x\" || tenant == \"b,c\"";
    let table = "tenant,key,plan\n\"b,c\",sha256:00,x\n";
    let files = [
        ("00-example.policy", super::EXAMPLE),
        ("90-own.policy", own),
        ("t.csv", table),
    ];
    let told = renamed(&Desk::new(&files), "bundle").unwrap();
    assert!(told.contains("-tenant,key,plan\n+tenant,key,bundle\n"), "{told}");
    let own = own.replace('‸', "").replace("\"b,c\"", "\"b‸,c\"");
    let files = [
        ("00-example.policy", super::EXAMPLE),
        ("90-own.policy", &own),
        ("t.csv", table),
    ];
    let told = renamed(&Desk::new(&files), "d,\"e").unwrap();
    assert!(told.contains("+\"d,\"\"e\",sha256:00,x\n"), "{told}");
}
