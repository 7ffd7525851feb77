//! Records written and read back, costs, and when decisions differ.

mod as_written;
mod content;
mod propensity;
mod strategies;

use self::strategies::record;
use super::*;
use crate::decide::tests::fixture::Fixture;
use crate::decide::{NoOrders, decide};
use crate::facts::{Builtin, Definition, Facts, Origin, Register, Type, Value};
use crate::model::{GuardEffect, Price};
use crate::quantity::{Cost, TokenPrice};
use proptest::prelude::*;
use std::borrow::Cow;

/// The example of the contract, with its gaps filled.
const EXAMPLE: &str = r#"{"v":1,"ts":"2026-11-20T12:00:00.123Z","id":"r-1","policy":"ab12","seed":"9f3c000000000001","orders":{"small":["llama-eu","gpt-mini"]},"facts":{"tenant":"acme","user":"u1","tier":"gold","tags":["vip"],"model":"gpt-4o","requested":"gpt-mini","api":"chat","tokens":812,"stream":true},"decision":{"route":"free","targets":["gpt-mini","llama-eu"],"guards":["eu-residency"],"skipped":[{"target":"small","why":"lacks tools"}]},"attempts":[{"target":"gpt-mini","status":429,"class":"rate-limit","ms":31},{"target":"llama-eu","status":200,"first_token_ms":210,"ms":812}],"outcome":"ok","usage":{"input":812,"cached":0,"output":203},"cost_usd":"0.0003045"}"#;

fn facts_line(facts: &str) -> String {
    format!(r#"{{"facts":{facts}}}"#)
}

#[test]
fn the_contracts_example_is_written_as_it_was_read() {
    let record = Record::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!(record.seed, Some(0x9f3c_0000_0000_0001));
    assert_eq!(
        record.decision.as_ref().unwrap().targets,
        ["gpt-mini", "llama-eu"]
    );
    assert!(matches!(record.attempts[0].target, Cow::Borrowed("gpt-mini")));
    assert_eq!(record.to_line(), EXAMPLE);
}

#[test]
fn only_facts_must_be_there() {
    let record = Record::parse(br#"{"facts":{},"new":[1,{"a":null}]}"#).unwrap();
    assert_eq!(record, Record::default());
}

#[test]
fn what_is_no_record_says_why() {
    let error = |line: &str| Record::parse(line.as_bytes()).unwrap_err().to_string();
    let errors = [
        "{\"v\":1",
        r#"{"v":1}"#,
        r#"{"v":2,"facts":{}}"#,
        r#"{"v":2,"facts":[]}"#,
        r#"{"facts":[]}"#,
        r#"[1,null]"#,
        r#"{"facts":{},"seed":"xyz"}"#,
        r#"{"facts":{},"ts":"noon"}"#,
        r#"{"facts":{},"cost_usd":"1 USD"}"#,
        r#"{"facts":{},"outcome":"fine"}"#,
        "",
    ]
    .map(error);
    insta::assert_snapshot!(errors.join("\n"));
}

fn register() -> Register {
    let mut register = Register::new();
    register.declare(Definition {
        name: "team".to_owned(),
        ty: Type::String,
        origin: Origin::Header("x-team".to_owned()),
        default: Value::String("none".to_owned()),
        one_of: None,
        range: i64::MIN..=i64::MAX,
    });
    register
}

fn missing(read: &ReadFacts, register: &Register) -> Vec<String> {
    read.missing
        .iter()
        .map(|id| register.get(*id).unwrap().name.clone())
        .collect()
}

#[test]
fn facts_are_read_back_and_what_lacks_is_named() {
    let register = register();
    let record = Record::parse(EXAMPLE.as_bytes()).unwrap();
    let read = record.facts.read(&register, record.ts);
    let facts = &read.facts;
    assert_eq!(facts.string(Builtin::Tier.into()), "gold");
    assert_eq!(facts.int(Builtin::Tokens.into()), 812);
    assert_eq!(Some(facts.timestamp(Builtin::Now.into())), record.ts);
    assert_eq!(facts.string(register.find("team").unwrap()), "none");
    assert_eq!(
        missing(&read, &register),
        [
            "region",
            "max_tokens",
            "json",
            "tools",
            "images",
            "turns",
            "headers",
            "metadata",
            "prompt",
            "team"
        ]
    );
}

#[test]
fn values_that_do_not_fit_are_missing_and_headers_give_declared_facts() {
    let register = register();
    let line = facts_line(
        r#"{"tokens":1.5,"tags":["a",1],"stream":null,"api":"chats","headers":{"x-team":"red","n":null}}"#,
    );
    let record = Record::parse(line.as_bytes()).unwrap();
    let read = record.facts.read(&register, None);
    assert_eq!(read.facts.string(register.find("team").unwrap()), "red");
    let missing = missing(&read, &register);
    for name in ["tokens", "tags", "stream", "api", "now"] {
        assert!(missing.iter().any(|missing| missing == name), "{name}");
    }
    for name in ["headers", "team"] {
        assert!(!missing.iter().any(|missing| missing == name), "{name}");
    }
}

#[test]
fn cached_tokens_have_their_price() {
    let price = |text| TokenPrice::parse_dollars_per_million(text).unwrap();
    let mini = Price {
        input: price("0.15"),
        cached: Some(price("0.075")),
        cache_write: None,
        output: price("0.60"),
    };
    let usage = Usage {
        input: 1_000,
        cached: 400,
        cache_write: 0,
        output: 10,
    };
    assert_eq!(cost(Some(&mini), Some(&usage)).unwrap().to_string(), "0.000126");
    let plain = Price { cached: None, ..mini };
    assert_eq!(cost(Some(&plain), Some(&usage)).unwrap().to_string(), "0.000156");
    let written = Usage {
        cache_write: 500,
        ..usage
    };
    assert_eq!(
        cost(Some(&plain), Some(&written)),
        cost(Some(&plain), Some(&usage))
    );
    let dear = Price {
        cache_write: Some(price("0.1875")),
        ..mini
    };
    assert_eq!(
        cost(Some(&dear), Some(&written)).unwrap().to_string(),
        "0.00014475"
    );
    assert_eq!(cost(None, Some(&usage)), None);
    assert_eq!(cost(Some(&mini), None), None);
}

#[test]
fn usage_without_input_takes_the_estimate() {
    let usage = |line: &str| Record::parse(line.as_bytes()).unwrap().usage;
    assert_eq!(
        usage(r#"{"facts":{"tokens":7},"usage":{"output":3}}"#),
        Some(Usage {
            input: 7,
            cached: 0,
            cache_write: 0,
            output: 3
        })
    );
    assert_eq!(usage(r#"{"facts":{"tokens":7},"usage":{"input":3}}"#), None);
}

#[test]
fn decisions_differ_by_route_targets_refusal_and_what_guards_set() {
    let base = RecordedDecision {
        route: Some("free".into()),
        targets: vec!["a".into(), "b".into()],
        guards: vec!["g".into()],
        max_tokens: Some(None),
        ..RecordedDecision::default()
    };
    let other_guards = RecordedDecision {
        guards: Vec::new(),
        ..base.clone()
    };
    assert!(base.same_as(&other_guards));
    let reordered = RecordedDecision {
        targets: vec!["b".into(), "a".into()],
        ..base.clone()
    };
    let rerouted = RecordedDecision {
        route: None,
        ..base.clone()
    };
    let capped = RecordedDecision {
        max_tokens: Some(Some(7)),
        ..base.clone()
    };
    for changed in [reordered, rerouted, capped, RecordedDecision::default()] {
        assert!(!base.same_as(&changed), "{changed:?}");
    }
}

#[test]
fn costs_of_other_writers_are_read() {
    let cost = |text: &str| {
        let line = format!("{{\"facts\":{{}},\"cost_usd\":{text}}}");
        Record::parse(line.as_bytes()).unwrap().cost_usd
    };
    let picodollars = |amount| Some(Cost::from_picodollars(amount));
    assert_eq!(cost(r#""7.5E-7""#), picodollars(750_000));
    assert_eq!(cost("0.0003045"), picodollars(304_500_000));
    assert_eq!(cost("3e-7"), picodollars(300_000));
    assert_eq!(cost("2"), picodollars(2_000_000_000_000));
    assert_eq!((cost("1e-13"), cost("null")), (None, None));
}

#[test]
fn guards_that_a_record_names_set_what_they_set() {
    let read = |decision: &str| {
        let line = format!("{{\"facts\":{{}},\"decision\":{decision}}}").leak();
        Record::parse(line.as_bytes()).unwrap().decision.unwrap()
    };
    let unsaid = read(r#"{"route":"r","targets":["a"],"guards":["short"]}"#);
    let none = read(r#"{"route":"r","targets":["a"],"guards":["short"],"max_tokens":null}"#);
    let seven = read(r#"{"route":"r","targets":["a"],"guards":["short"],"max_tokens":7}"#);
    let unguarded = read(r#"{"route":"r","targets":["a"],"guards":[]}"#);
    assert!(seven.same_as(&unsaid) && none.same_as(&unsaid) && none.same_as(&unguarded));
    assert!(!seven.same_as(&none) && !none.same_as(&seven) && !seven.same_as(&unguarded));
}

#[test]
fn denials_differ_by_who_denies_and_how() {
    let denied = |by: &'static str, status| RecordedDecision {
        denied: Some(by.into()),
        status: Some(status),
        ..RecordedDecision::default()
    };
    assert!(denied("g", 403).same_as(&denied("g", 403)));
    assert!(!denied("g", 403).same_as(&denied("h", 403)));
    assert!(!denied("g", 403).same_as(&denied("g", 429)));
    assert!(denied("g", 403).same_as(&RecordedDecision::default()));
}

proptest! {
    #[test]
    fn record_round_trips(record in record()) {
        let line = record.to_line();
        prop_assert!(!line.contains('\n'));
        let read = Record::parse(line.as_bytes()).unwrap();
        prop_assert_eq!(&read, &record);
        prop_assert_eq!(read.to_line(), line);
    }

    #[test]
    fn texts_are_written_as_any_writer_of_json_would(text in "[\\x00-\\x7f\\PC]{0,40}") {
        let mut json = json::Json::with_room(0);
        json.text(&text);
        prop_assert_eq!(json.into_text(), serde_json::to_string(&text).unwrap());
    }

    #[test]
    fn parsing_is_total(line in "\\PC{0,200}") {
        let _ = Record::parse(line.as_bytes());
    }

    #[test]
    fn facts_survive_a_record(tokens in 0i64..=1 << 40, user in "\\PC{0,9}", tags in prop::collection::vec("\\PC{0,5}", 0..3)) {
        let register = register();
        let mut facts = Facts::empty(&register);
        facts.set(Builtin::Tokens.into(), Value::Int(tokens)).unwrap();
        facts.set(Builtin::User.into(), Value::String(user)).unwrap();
        facts.set(Builtin::Tags.into(), Value::StringList(tags)).unwrap();
        let entries = register
            .definitions()
            .map(|(id, fact)| (Cow::Borrowed(fact.name.as_str()), RecordedValue::of(facts.get(id).unwrap())))
            .collect();
        let recorded = Record { facts: RecordedFacts::new(entries), ..Record::default() };
        let line = recorded.to_line();
        let read = Record::parse(line.as_bytes()).unwrap().facts.read(&register, None);
        prop_assert_eq!(read.facts, facts);
        prop_assert!(read.missing.is_empty());
    }
}

#[test]
fn a_request_is_recorded_without_what_the_policy_does_not_read() {
    let mut fixture = Fixture::new();
    fixture.model("eu", "eu");
    let require = fixture.only_region("mars");
    fixture.guard("residency", None, vec![require, GuardEffect::MaxTokensAtMost(9)]);
    fixture.last_route(fixture.to("eu"), &[]);
    let headers = [("x-kept", "1"), ("x-other", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let facts = fixture.facts(&[
        (Builtin::Headers, Value::StringMap(headers.into())),
        (Builtin::Prompt, Value::String("secret".to_owned())),
        (Builtin::Tokens, Value::Int(7)),
    ]);
    let tree = fixture.tree();
    let decision = decide(&tree, &facts, 1, &mut NoOrders);
    let record = Record {
        facts: RecordedFacts::of(&tree, &facts, &["x-kept".to_owned()]),
        decision: Some(RecordedDecision::of(&tree, &decision)),
        outcome: Some(RecordedOutcome::Denied),
        ..Record::default()
    };
    insta::assert_snapshot!(record.to_line());
    assert_eq!(Record::parse(record.to_line().as_bytes()).unwrap(), record);
}
