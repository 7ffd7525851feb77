//! What is said of words.

use super::super::describe::describe;
use super::super::navigate::word_at;
use super::super::vocabulary::{STATEMENTS, clauses_of};
use super::Desk;
use crate::compile::compile_text;
use crate::diagnostic::Code;
use crate::facts::Builtin;
use crate::model::{Function, Macro};

fn said(desk: &Desk) -> Option<String> {
    let analysis = desk.analysis();
    describe(&analysis, word_at(&analysis, &desk.name, desk.offset)?)
}

#[test]
fn words_are_described() {
    let places = [
        "when     ti‸er",
        "fact te‸am",
        "let heavy = tok‸ens",
        "in ou‸rs",
        "members [gpt-‸mini",
        "fallback sma‸ll",
        "provider vllm-eu‸\n",
        "tenant != \"ac‸me\"",
        "rou‸te named",
        "fall‸back small",
        "target.reg‸ion",
        "region == \"e‸u\"",
        "requested == \"‸gpt-mini\"",
    ];
    let all: Vec<String> = places
        .iter()
        .map(|at| format!("## {at}\n{}", said(&Desk::in_example(at)).unwrap()))
        .collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn a_policy_that_never_loaded_is_described_as_it_is_written() {
    let text = "model a { context 8k provider }\nmodel b { provider x context 8k }\nroute r { target ‸b }";
    let told = said(&Desk::new(&[("a.policy", text)])).unwrap();
    assert_eq!(
        told,
        "model `b`\n\n```policy\nmodel b { provider x context 8k }\n```"
    );
}

#[test]
fn nothing_is_said_of_nothing() {
    assert_eq!(said(&Desk::beside_example("  ‸  \nuse \"x\"")), None);
    assert_eq!(said(&Desk::beside_example("let a = unknow‸n == \"\"")), None);
}

#[test]
fn every_function_and_fact_has_its_line() {
    for name in Function::ALL
        .map(Function::name)
        .into_iter()
        .chain(Macro::ALL.map(Macro::name))
    {
        assert!(super::super::vocabulary::function(name).is_some(), "{name}");
    }
    for builtin in Builtin::ALL {
        assert!(
            !super::super::vocabulary::fact(builtin.name()).is_empty(),
            "{}",
            builtin.name()
        );
    }
}

#[test]
fn every_clause_is_one_of_the_language() {
    for statement in STATEMENTS
        .iter()
        .filter(|known| !["fact", "let", "use", "tenants"].contains(&known.word))
    {
        let name = if statement.word == "defaults" { "" } else { "a" };
        for clause in clauses_of(statement.word) {
            let text = format!("{} {name} {{ {} }}", statement.word, clause.form);
            let found = match compile_text(&text) {
                Ok(compiled) => compiled.diagnostics,
                Err(rejected) => rejected.diagnostics,
            };
            let is_unknown = |found: &crate::diagnostic::Diagnostic| {
                [Code::UNKNOWN_CLAUSE, Code::NOT_YET].contains(&found.code())
            };
            assert!(!found.iter().any(is_unknown), "{text}: {found:?}");
        }
    }
}

#[test]
fn the_grammar_for_colours_knows_every_word() {
    let grammar = include_str!("../../../editors/textmate/policy.tmLanguage.json");
    let words: Vec<&str> = grammar
        .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
        .collect();
    for statement in STATEMENTS {
        let has = |word: &str| words.contains(&word) || words.contains(&word.trim_end_matches('s'));
        assert!(has(statement.word), "{}", statement.word);
        for clause in clauses_of(statement.word)
            .iter()
            .filter(|clause| clause.word != "type")
        {
            assert!(has(clause.word), "{}: {}", statement.word, clause.word);
        }
    }
}
