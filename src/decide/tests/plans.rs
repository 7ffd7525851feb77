//! Whole decisions: guards, routes, targets, what leaves the plan, refusals.

use super::fixture::{Fixture, deny, text};
use crate::decide::*;
use crate::facts::{Builtin, Facts, Value};
use crate::model::{AssumeId, Capability, GuardEffect, GuardId, ModelId, Pick, Policy, RouteAction, RouteId};

fn decided(fixture: &Fixture, facts: &[(Builtin, Value)]) -> Decision {
    decide(&fixture.tree(), &fixture.facts(facts), 7, &mut NoOrders)
}

fn names(policy: &Policy, models: &[ModelId]) -> Vec<String> {
    models
        .iter()
        .map(|model| policy.model(*model).unwrap().name.clone())
        .collect()
}

fn targets(fixture: &Fixture, decision: &Decision) -> Vec<String> {
    match &decision.outcome {
        Outcome::Plan(plan) => names(&fixture.policy, &plan.targets),
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn refusal(decision: &Decision) -> &Refusal {
    match &decision.outcome {
        Outcome::Refused(refusal) => refusal,
        Outcome::Plan(plan) => panic!("{plan:?}"),
    }
}

/// Models `us` and `eu` in their regions, a pool `both` of them.
fn regions() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.model("us", "us");
    fixture.model("eu", "eu");
    fixture.pool("both", Pick::First, &[("us", 1), ("eu", 1)]);
    fixture
}

#[test]
fn the_first_denial_speaks_and_all_are_named() {
    let mut fixture = regions();
    let initech = fixture.is(Builtin::Tenant, "initech");
    let other = fixture.is(Builtin::Tenant, "other");
    let cap = GuardEffect::MaxTokensAtMost(9);
    fixture.guard("other", Some(other), vec![GuardEffect::Deny(deny(402, "other"))]);
    fixture.guard(
        "first",
        Some(initech),
        vec![GuardEffect::Deny(deny(403, "suspended")), cap],
    );
    fixture.guard("all", None, vec![GuardEffect::Deny(deny(429, "closed"))]);
    fixture.last_route(fixture.to("us"), &[]);
    let decision = decided(&fixture, &[(Builtin::Tenant, text("initech"))]);
    assert_eq!(decision.guards.as_slice(), [GuardId(1), GuardId(2)]);
    assert_eq!((decision.route, decision.max_tokens), (None, None));
    assert_eq!(
        refusal(&decision),
        &Refusal::DeniedByGuards {
            guards: vec![GuardId(1), GuardId(2)],
            status: 403,
            message: "suspended".to_owned()
        }
    );
}

#[test]
fn a_broken_assumption_ends_it_before_guards_and_routes() {
    let mut fixture = regions();
    fixture.assume("chat-only", fixture.is(Builtin::Api, "chat"));
    fixture.assume("eu-only", fixture.is(Builtin::Region, "eu"));
    fixture.assume("gold-only", fixture.is(Builtin::Tier, "gold"));
    fixture.guard("all", None, vec![GuardEffect::Deny(deny(429, "closed"))]);
    fixture.last_route(fixture.to("us"), &[]);
    let facts = fixture.facts(&[(Builtin::Region, text("us"))]);
    let (decision, trace) = decide_with_trace(&fixture.tree(), &facts, 7, &mut NoOrders);
    assert_eq!(
        refusal(&decision),
        &Refusal::AssumptionBroken {
            assumes: vec![AssumeId(1), AssumeId(2)]
        }
    );
    assert_eq!((decision.route, decision.guards.as_slice()), (None, &[][..]));
    let outcomes: Vec<bool> = trace.assumes.iter().map(|seen| seen.condition.outcome).collect();
    assert_eq!(outcomes, [true, false, false]);
    assert!(trace.guards.is_empty() && trace.routes.iter().all(|seen| seen.condition.is_none()));
    let kept = [(Builtin::Region, text("eu")), (Builtin::Tier, text("gold"))];
    assert_eq!(decided(&fixture, &kept).guards.as_slice(), [GuardId(0)]);
    // What a caller may call is a matter of guards alone.
    assert!(usable_names(&fixture.tree(), &facts).is_empty());
    fixture.policy.guards.clear();
    assert_eq!(usable_names(&fixture.tree(), &facts), ["us", "eu", "both"]);
}

#[test]
fn the_first_route_that_matches_wins() {
    let mut fixture = regions();
    let gold = fixture.is(Builtin::Tier, "gold");
    let free = fixture.is(Builtin::Tier, "free");
    let to_eu = fixture.send(fixture.to("eu"), &[]);
    fixture.route("gold", Some(gold), to_eu);
    fixture.route("free", Some(free), RouteAction::Deny(deny(403, "no")));
    fixture.last_route(fixture.to("us"), &[]);
    let with_tier = |tier: &str| decided(&fixture, &[(Builtin::Tier, text(tier))]);
    assert_eq!(targets(&fixture, &with_tier("gold")), ["eu"]);
    assert_eq!(targets(&fixture, &with_tier("")), ["us"]);
    let denied = with_tier("free");
    assert_eq!(denied.route, Some(RouteId(1)));
    assert_eq!(
        refusal(&denied),
        &Refusal::DeniedByRoute {
            status: 403,
            message: "no".to_owned()
        }
    );
}

#[test]
fn the_smallest_cap_holds() {
    let mut fixture = regions();
    for cap in [900, 500, 700] {
        fixture.guard("cap", None, vec![GuardEffect::MaxTokensAtMost(cap)]);
    }
    fixture.last_route(fixture.to("us"), &[]);
    assert_eq!(decided(&fixture, &[]).max_tokens, Some(500));
}

#[test]
fn a_target_stands_once_and_groups_keep_all_they_have() {
    let mut fixture = regions();
    fixture.last_route(fixture.to("eu"), &[&["both"]]);
    let decision = decided(&fixture, &[]);
    let Outcome::Plan(plan) = &decision.outcome else {
        panic!("{decision:?}")
    };
    assert_eq!(names(&fixture.policy, &plan.targets), ["eu", "us"]);
    let groups: Vec<&[usize]> = plan.groups.iter().map(|group| &group.targets[..]).collect();
    assert_eq!(groups, [&[0][..], &[1, 0][..]]);
}

#[test]
fn a_guard_removes_targets_and_the_plan_goes_on() {
    let mut fixture = regions();
    let eu = fixture.is(Builtin::Region, "eu");
    let require = fixture.only_region("eu");
    fixture.guard("residency", Some(eu), vec![require]);
    fixture.last_route(fixture.to("us"), &[&["eu"]]);
    assert_eq!(targets(&fixture, &decided(&fixture, &[])), ["us", "eu"]);
    let decision = decided(&fixture, &[(Builtin::Region, text("eu"))]);
    assert_eq!(targets(&fixture, &decision), ["eu"]);
    assert_eq!(
        decision.skipped.as_slice(),
        [Skipped {
            target: ModelId(0),
            reason: SkipReason::Guard(GuardId(0))
        }]
    );
}

#[test]
fn guards_that_remove_everything_are_all_named() {
    let mut fixture = regions();
    let (eu, mars) = (fixture.only_region("eu"), fixture.only_region("mars"));
    fixture.guard("eu", None, vec![eu]);
    fixture.guard("idle", None, vec![GuardEffect::MaxTokensAtMost(1)]);
    fixture.guard("mars", None, vec![mars]);
    fixture.last_route(fixture.to("both"), &[]);
    let decision = decided(&fixture, &[]);
    assert_eq!(
        refusal(&decision),
        &Refusal::NoEligibleTarget {
            guards: vec![GuardId(0), GuardId(2)]
        }
    );
    let reasons: Vec<SkipReason> = decision.skipped.iter().map(|skip| skip.reason).collect();
    assert_eq!(
        reasons,
        [SkipReason::Guard(GuardId(0)), SkipReason::Guard(GuardId(2))]
    );
    assert_eq!(decision.max_tokens, None);
}

#[test]
fn what_a_target_lacks_comes_before_its_window() {
    let mut fixture = Fixture::new();
    fixture.limited("plain", 100, &[]);
    fixture.limited("able", 100, &[Capability::Tools, Capability::Vision]);
    fixture.last_route(fixture.to("plain"), &[&["able"]]);
    let asked = [
        (Builtin::Tokens, Value::Int(101)),
        (Builtin::Images, Value::Int(1)),
    ];
    let decision = decided(&fixture, &asked);
    let reasons: Vec<SkipReason> = decision.skipped.iter().map(|skip| skip.reason).collect();
    let context = SkipReason::Context {
        window: 100,
        tokens: 101,
    };
    assert_eq!(reasons, [SkipReason::Lacks(Capability::Vision), context]);
    let incapable = |context_only| Refusal::NoCapableTarget { context_only };
    assert_eq!(refusal(&decision), &incapable(false));
    assert_eq!(refusal(&decided(&fixture, &asked[..1])), &incapable(true));
    assert_eq!(targets(&fixture, &decided(&fixture, &asked[1..])), ["able"]);
}

#[test]
fn embeddings_stay_in_the_space_of_the_plans_first_target() {
    let mut fixture = Fixture::new();
    for (name, upstream, vectors) in [
        ("first", "embed-a", Some("space")),
        ("other", "embed-b", None),
        ("twin", "embed-a", None),
        ("alike", "embed-c", Some("space")),
        ("unlike", "embed-d", Some("another")),
    ] {
        let model = fixture.model(name, "us");
        model.upstream_name = upstream.to_owned();
        model.vectors = vectors.map(str::to_owned);
    }
    fixture.last_route(fixture.to("first"), &[&["other", "twin"], &["alike", "unlike"]]);
    assert_eq!(
        targets(&fixture, &decided(&fixture, &[])),
        ["first", "other", "twin", "alike", "unlike"]
    );
    let decision = decided(&fixture, &[(Builtin::Api, text("embeddings"))]);
    assert_eq!(targets(&fixture, &decision), ["first", "twin", "alike"]);
    let left_out = |target| Skipped {
        target: ModelId(target),
        reason: SkipReason::OtherVectors,
    };
    assert_eq!(decision.skipped.as_slice(), [left_out(1), left_out(4)]);
}

#[test]
fn each_ability_is_asked_for_by_its_fact() {
    let mut fixture = Fixture::new();
    fixture.limited("plain", 100, &[]);
    fixture.last_route(fixture.to("plain"), &[]);
    let lacks = |fact, value| decided(&fixture, &[(fact, value)]).skipped[0].reason;
    assert_eq!(
        lacks(Builtin::Tools, Value::Int(1)),
        SkipReason::Lacks(Capability::Tools)
    );
    assert_eq!(
        lacks(Builtin::Json, Value::Bool(true)),
        SkipReason::Lacks(Capability::Json)
    );
    assert_eq!(
        lacks(Builtin::Api, text("embeddings")),
        SkipReason::Lacks(Capability::Embeddings)
    );
    assert!(
        decided(&fixture, &[(Builtin::Tokens, Value::Int(100))])
            .skipped
            .is_empty()
    );
}

#[test]
fn an_unknown_or_taken_model_is_not_found() {
    let mut fixture = regions();
    let eu = fixture.is(Builtin::Region, "eu");
    let require = fixture.only_region("eu");
    fixture.guard("residency", Some(eu), vec![require]);
    fixture.last_route(fixture.requested(), &[]);
    let asked = |name: &str, region: &str| {
        decided(
            &fixture,
            &[(Builtin::Requested, text(name)), (Builtin::Region, text(region))],
        )
    };
    assert_eq!(targets(&fixture, &asked("us", "us")), ["us"]);
    assert_eq!(targets(&fixture, &asked("both", "eu")), ["eu"]);
    assert_eq!(refusal(&asked("", "us")), &Refusal::ModelNotFound);
    assert_eq!(refusal(&asked("nothing", "us")), &Refusal::ModelNotFound);
    assert_eq!(refusal(&asked("us", "eu")), &Refusal::ModelNotFound);
}

#[test]
fn a_taken_model_leaves_its_fallbacks() {
    let mut fixture = regions();
    let require = fixture.only_region("eu");
    fixture.guard("residency", None, vec![require]);
    fixture.last_route(fixture.requested(), &[&["eu"]]);
    let decision = decided(&fixture, &[(Builtin::Requested, text("us"))]);
    assert_eq!(targets(&fixture, &decision), ["eu"]);
    let Outcome::Plan(plan) = &decision.outcome else {
        panic!("{decision:?}")
    };
    assert!(plan.groups[0].targets.is_empty() && plan.groups[1].targets[..] == [0]);
}

#[test]
fn usable_names_are_those_that_no_guard_takes() {
    let mut fixture = regions();
    let eu = fixture.is(Builtin::Region, "eu");
    let initech = fixture.is(Builtin::Tenant, "initech");
    let require = fixture.only_region("eu");
    fixture.guard("residency", Some(eu), vec![require]);
    fixture.guard(
        "suspended",
        Some(initech),
        vec![GuardEffect::Deny(deny(403, "no"))],
    );
    fixture.last_route(fixture.to("us"), &[]);
    let usable = |facts: &Facts| usable_names(&fixture.tree(), facts);
    assert_eq!(usable(&fixture.facts(&[])), ["us", "eu", "both"]);
    assert_eq!(
        usable(&fixture.facts(&[(Builtin::Region, text("eu"))])),
        ["eu", "both"]
    );
    assert!(usable(&fixture.facts(&[(Builtin::Tenant, text("initech"))])).is_empty());
    let (by_name, by_id) = (
        fixture.is(Builtin::Model, "us"),
        fixture.is(Builtin::Requested, "both"),
    );
    for condition in [by_name, by_id] {
        let denial = GuardEffect::Deny(deny(403, "not this one"));
        fixture.guard("named", Some(condition), vec![denial]);
    }
    let asked = fixture.facts(&[(Builtin::Model, text("another"))]);
    assert_eq!(usable_names(&fixture.tree(), &asked), ["eu"]);
    assert!(near_names(&fixture.tree(), &asked, "use").is_empty());
}

#[test]
fn the_trace_tells_every_rule_and_changes_nothing() {
    let mut fixture = regions();
    let (eu, gold) = (
        fixture.is(Builtin::Region, "eu"),
        fixture.is(Builtin::Tier, "gold"),
    );
    let require = fixture.only_region("eu");
    fixture.guard("residency", Some(eu), vec![require]);
    let action = fixture.send(fixture.to("both"), &[]);
    fixture.route("gold", Some(gold), action);
    fixture.last_route(fixture.to("us"), &[]);
    let facts = fixture.facts(&[(Builtin::Tier, text("gold")), (Builtin::Region, text("eu"))]);
    let tree = fixture.tree();
    let (decision, trace) = decide_with_trace(&tree, &facts, 7, &mut NoOrders);
    assert_eq!(decision, decide(&tree, &facts, 7, &mut NoOrders));
    assert_eq!(trace.guards.len(), 1);
    assert!(trace.routes[0].condition.as_ref().unwrap().outcome);
    assert_eq!(trace.routes[1].condition, None);
    let required: Vec<bool> = trace.requires.iter().map(|seen| seen.condition.outcome).collect();
    assert_eq!(required, [false, true]);
    assert_eq!(
        trace.targets.iter().filter(|seen| seen.skipped.is_some()).count(),
        1
    );
    assert_eq!(trace.pools[0].source, OrderSource::Written);
}
