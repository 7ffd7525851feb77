//! How long one condition takes: natively, as a program of the interpreter over facts that are borrowed, and in the bare
//! `cel` crate over variables that are at hand.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "benches stand in the world"
)]

use cel_interpreter::{Context, Env, Program, Value as CelValue};
use divan::{Bencher, black_box};
use pointsman::compile::compile_text;
use pointsman::facts::{Builtin, Facts, Timestamp, Value};
use pointsman::model::RouteId;
use pointsman::tree::Tree;
use std::sync::Arc;

/// Conditions that are native, by what they ask.
const NATIVE: [&str; 6] = [
    r#"tags.exists(tag, tag.startsWith("vip-"))"#,
    r#"["blue", "green"].exists(name, name in tags)"#,
    r#"tenant + "/" + tier == "acme/gold""#,
    r#"now.getHours() >= 22"#,
    r#"now.getHours("Europe/Berlin") >= 22"#,
    r#"prompt.matches(r"\border A-\d+\b")"#,
];

/// Conditions that the interpreter evaluates. The last two hand it a list of a hundred, once and at every step.
const OPAQUE: [&str; 4] = [
    r#"tags.map(tag, tag + "!").exists(tag, tag == "vip-1!")"#,
    r#"size(tags + ["a"]) == 3"#,
    r#"size(squads + ["a"]) == 101"#,
    r#"["a", "b", "c", "d"].map(name, name + "!").all(name, !(name in squads))"#,
];

/// A declared fact, a list of so many.
const SQUADS: usize = 100;

fn main() {
    divan::main();
}

fn tree(condition: &str) -> Tree {
    let text = format!(
        "provider p {{ protocol simulated }}\nmodel m {{ provider p }}\n\
         fact squads list(string) from header \"x-squads\" default []\nroute tested {{ when {condition} target m }}\nroute rest {{ target m }}"
    );
    match compile_text(&text) {
        Ok(compiled) => compiled.tree,
        Err(rejected) => panic!("{condition}: {:?}", rejected.diagnostics.first()),
    }
}

fn facts(tree: &Tree) -> Facts {
    let mut facts = Facts::empty(&tree.policy().facts);
    let text = |text: &str| Value::String(text.to_owned());
    let values = [
        (Builtin::Tenant, text("acme")),
        (Builtin::Tier, text("gold")),
        (
            Builtin::Tags,
            Value::StringList(vec!["beta".to_owned(), "vip-1".to_owned()]),
        ),
        (Builtin::Prompt, text("please translate order A-17 for me")),
        (
            Builtin::Now,
            Value::Timestamp(Timestamp::new(1_795_217_415, 0).unwrap()),
        ),
    ];
    for (fact, value) in values {
        facts.set(fact.into(), value).expect("a value of the fact's type");
    }
    let declared = tree.policy().facts.find("squads").expect("a declared fact");
    facts.set(declared, Value::StringList(squads())).expect("a list");
    facts
}

fn squads() -> Vec<String> {
    (0..SQUADS).map(|number| format!("squad-{number}")).collect()
}

#[divan::bench(args = NATIVE)]
fn native(bencher: Bencher, condition: &str) {
    decide(bencher, condition, 0);
}

#[divan::bench(args = OPAQUE)]
fn interpreted(bencher: Bencher, condition: &str) {
    decide(bencher, condition, 1);
}

/// The condition of a route, as requests meet it.
fn decide(bencher: Bencher, condition: &str, interpreted: usize) {
    let tree = tree(condition);
    assert_eq!(tree.interpreted().count(), interpreted, "{condition}");
    let facts = facts(&tree);
    bencher.bench_local(|| black_box(&tree).route_matches(RouteId(0), black_box(&facts)));
}

/// The bare crate: the program is parsed and the environment made before, the variables stand in a context.
#[divan::bench(args = NATIVE.into_iter().chain(OPAQUE))]
fn bare_crate(bencher: Bencher, condition: &str) {
    let program = Program::compile(condition).expect("an expression");
    let mut context = Context::with_env(Arc::new(Env::stdlib()));
    for (name, value) in [
        ("tenant", "acme"),
        ("tier", "gold"),
        ("prompt", "please translate order A-17 for me"),
    ] {
        context.add_variable_from_value(name, value);
    }
    context.add_variable_from_value("tags", vec!["beta", "vip-1"]);
    context.add_variable_from_value("squads", squads());
    let now = chrono::DateTime::from_timestamp(1_795_217_415, 0)
        .unwrap()
        .fixed_offset();
    context.add_variable_from_value("now", CelValue::Timestamp(now));
    bencher.bench_local(|| black_box(&program).execute(black_box(&context)).expect("a value"));
}
