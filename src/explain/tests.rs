//! Explanations of one policy, as people and as machines get them.

use super::*;
use crate::decide::tests::fixture::{Fixture, deny, text};
use crate::decide::{NoOrders, decide_with_trace};
use crate::facts::{Builtin, Value};
use crate::model::{Capability, ClassSet, GuardEffect, Pick};

/// The rules of the policy that the tests explain.
const POLICY: &str = r#"
guard eu-residency {
  when    region == "eu"
  require target.region == "eu"
  set     max_tokens at most 1000
}

guard suspended {
  when tenant == "initech"
  deny 403 "this account is suspended"
}

guard closed { when tenant == "initech" deny 429 "closed" }

route free {
  when     tier == "free"
  target   split by user { small 90% llama-eu 10% }
  fallback tiny
  fallback [llama-eu, gpt-mini]
}

route named { when tier == "gold" target requested }

route blocked { when tier == "none" deny 402 "pay first" }

route default { target tiny }
"#;

fn policy() -> Fixture {
    let mut fixture = Fixture::with_text(POLICY);
    fixture.model("gpt-mini", "us");
    fixture.model("llama-eu", "eu");
    fixture.limited("tiny", 500, &[Capability::Json]);
    fixture.pool("small", Pick::LeastBusy, &[("gpt-mini", 1), ("llama-eu", 1)]);
    let tenant = |fixture: &Fixture| fixture.is(Builtin::Tenant, "initech");
    let eu = fixture.is(Builtin::Region, "eu");
    let require = fixture.only_region("eu");
    let cap = GuardEffect::MaxTokensAtMost(1000);
    fixture.guard("eu-residency", Some(eu), vec![require, cap]);
    let suspended = GuardEffect::Deny(deny(403, "this account is suspended"));
    fixture.guard("suspended", Some(tenant(&fixture)), vec![suspended]);
    let closed = GuardEffect::Deny(deny(429, "closed"));
    fixture.guard("closed", Some(tenant(&fixture)), vec![closed]);
    let split = fixture.split(&[("small", "90"), ("llama-eu", "10")]);
    let free = fixture.send(split, &[&["tiny"], &["llama-eu", "gpt-mini"]]);
    fixture.route("free", Some(fixture.is(Builtin::Tier, "free")), free);
    let named = fixture.send(fixture.requested(), &[]);
    fixture.route("named", Some(fixture.is(Builtin::Tier, "gold")), named);
    let blocked = crate::model::RouteAction::Deny(deny(402, "pay first"));
    fixture.route("blocked", Some(fixture.is(Builtin::Tier, "none")), blocked);
    fixture.last_route(fixture.to("tiny"), &[]);
    fixture
}

fn explained(facts: &[(Builtin, Value)]) -> String {
    let fixture = policy();
    let (tree, facts) = (fixture.tree(), fixture.facts(facts));
    let (decision, trace) = decide_with_trace(&tree, &facts, 7, &mut NoOrders);
    to_text(&tree, &facts, &decision, &trace, false)
}

#[test]
fn a_plan_with_split_pool_and_fallbacks() {
    insta::assert_snapshot!(explained(&[
        (Builtin::Tier, text("free")),
        (Builtin::User, text("u1")),
        (Builtin::Tokens, Value::Int(812)),
    ]));
}

#[test]
fn a_plan_that_a_guard_has_thinned() {
    insta::assert_snapshot!(explained(&[
        (Builtin::Tier, text("free")),
        (Builtin::Region, text("eu")),
        (Builtin::Json, Value::Bool(true)),
    ]));
}

#[test]
fn a_denial_by_two_guards() {
    insta::assert_snapshot!(explained(&[(Builtin::Tenant, text("initech"))]));
}

#[test]
fn a_broken_assumption() {
    let mut fixture = policy();
    fixture.assume("chat-only", fixture.is(Builtin::Api, "chat"));
    fixture.assume("eu-only", fixture.is(Builtin::Region, "eu"));
    fixture.assume("named-only", fixture.is(Builtin::User, "u1"));
    let (tree, facts) = (fixture.tree(), fixture.facts(&[(Builtin::Region, text("us"))]));
    let (decision, trace) = decide_with_trace(&tree, &facts, 7, &mut NoOrders);
    let json = to_json(&tree, &facts, &decision, &trace);
    let text = to_text(&tree, &facts, &decision, &trace, false);
    insta::assert_snapshot!(format!("{text}---\n{:#}", json["decision"]));
}

#[test]
fn refusals_in_their_first_line() {
    let first = |facts: &[(Builtin, Value)]| explained(facts).lines().next().unwrap().to_owned();
    let eu = (Builtin::Region, text("eu"));
    let lines = [
        first(&[(Builtin::Tier, text("none"))]),
        first(&[(Builtin::Tier, text("gold")), (Builtin::Requested, text("gpt"))]),
        first(&[eu]),
        first(&[(Builtin::Tools, Value::Int(1))]),
        first(&[(Builtin::Tokens, Value::Int(501))]),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn json_tells_the_same() {
    let fixture = policy();
    let facts = fixture.facts(&[
        (Builtin::Tier, text("free")),
        (Builtin::Region, text("eu")),
        (Builtin::User, text("u1")),
    ]);
    let tree = fixture.tree();
    let (decision, trace) = decide_with_trace(&tree, &facts, 7, &mut NoOrders);
    let json = to_json(&tree, &facts, &decision, &trace);
    insta::assert_snapshot!(format!("{json:#}"));
}

#[test]
fn only_a_terminal_gets_colours() {
    let fixture = policy();
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    let (decision, trace) = decide_with_trace(&tree, &facts, 7, &mut NoOrders);
    let with = |color| to_text(&tree, &facts, &decision, &trace, color);
    assert!(!with(false).contains('\u{1b}'));
    assert!(with(true).contains("\u{1b}[32myes\u{1b}[0m"));
}

#[test]
fn four_timeouts_are_one_word() {
    let all = ClassSet::from_name("timeout").union(ClassSet::from_name("server"));
    assert_eq!(class_names(all), ["timeout", "server"]);
    let one = ClassSet::from_name("timeout.idle");
    assert_eq!(class_names(one), ["timeout.idle"]);
}
