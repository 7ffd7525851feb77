//! Copies of requests: how many, under which guards, and that they change nothing else.

use super::fixture::Fixture;
use crate::decide::*;
use crate::facts::{Builtin, Facts, Value};
use crate::model::{Capability, ModelId, RouteAction, Shadow};
use crate::quantity::Share;

/// A route to `a` whose requests are copied to `b`; guards keep those of the EU to models of the EU.
fn copied(share: &str) -> Fixture {
    let mut fixture = Fixture::new();
    for (name, region) in [("a", "eu"), ("b", "us"), ("c", "eu")] {
        fixture.model(name, region);
    }
    fixture.policy.models[1].can = Some(vec![Capability::Tools]);
    let require = fixture.only_region("eu");
    fixture.guard("eu", Some(fixture.is(Builtin::Region, "eu")), vec![require]);
    fixture.last_route(fixture.to("a"), &[&["c"]]);
    let span = fixture.policy.routes[0].span;
    let RouteAction::Send(routing) = &mut fixture.policy.routes[0].action else {
        panic!("it sends");
    };
    routing.shadow = Some(Shadow {
        model: ModelId(1),
        share: Share::parse_percent(share).unwrap(),
        span,
    });
    fixture
}

fn anyone(fixture: &Fixture) -> Facts {
    fixture.facts(&[])
}

fn plan_of(decision: &Decision) -> &Plan {
    match &decision.outcome {
        Outcome::Plan(plan) => plan,
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[test]
fn the_share_is_drawn_from_the_seed_and_the_rest_of_the_plan_is_not() {
    for (share, expected) in [
        ("0", 0..=0),
        ("0.5", 4..=45),
        ("25", 860..=1_140),
        ("100", 4_000..=4_000),
    ] {
        let fixture = copied(share);
        let (tree, facts) = (fixture.tree(), anyone(&fixture));
        let copies = (0..4_000_u64).filter(|seed| {
            let decision = decide(&tree, &facts, *seed, &mut NoOrders);
            assert_eq!(
                decision,
                decide_by_plain_reading(&tree, &facts, *seed, &mut NoOrders)
            );
            let plan = plan_of(&decision);
            assert_eq!(plan.targets.as_slice(), [ModelId(0), ModelId(2)]);
            assert!(decision.skipped.is_empty());
            plan.shadow == Some(ModelId(1))
        });
        let count = copies.count();
        assert!(expected.contains(&count), "{share}%: {count} of 4000");
    }
}

#[test]
fn what_forbids_the_target_forbids_the_copy() {
    let fixture = copied("100");
    let tree = fixture.tree();
    let in_eu = fixture.facts(&[(Builtin::Region, Value::String("eu".to_owned()))]);
    let as_json = fixture.facts(&[(Builtin::Json, Value::Bool(true))]);
    for facts in [in_eu, as_json] {
        let (decision, trace) = decide_with_trace(&tree, &facts, 1, &mut NoOrders);
        assert_eq!(decision, decide(&tree, &facts, 1, &mut NoOrders));
        assert_eq!(plan_of(&decision).shadow, None);
        assert_eq!(decision.skipped.len(), 1);
        assert_eq!(decision.skipped[0].target, ModelId(1));
        let shadow = trace.shadow.unwrap();
        assert!(shadow.is_drawn);
        assert_eq!(shadow.skipped, Some(decision.skipped[0].reason));
    }
}

#[test]
fn a_copy_that_is_not_drawn_is_not_skipped_but_its_trace_says_what_would_keep_it() {
    let fixture = copied("0");
    let facts = fixture.facts(&[(Builtin::Json, Value::Bool(true))]);
    let (decision, trace) = decide_with_trace(&fixture.tree(), &facts, 1, &mut NoOrders);
    assert!(decision.skipped.is_empty());
    let shadow = trace.shadow.unwrap();
    assert!(!shadow.is_drawn);
    assert_eq!(shadow.skipped, Some(SkipReason::Lacks(Capability::Json)));
}

#[test]
fn a_seed_is_found_for_a_small_share() {
    let fixture = copied("0.01");
    let (tree, facts) = (fixture.tree(), anyone(&fixture));
    let RouteAction::Send(routing) = &tree.policy().routes[0].action else {
        panic!("it sends");
    };
    let seed = seed_of_shadow(&tree.policy().routes[0], &routing.shadow.unwrap(), 200_000).unwrap();
    let decision = decide(&tree, &facts, seed, &mut NoOrders);
    assert_eq!(plan_of(&decision).shadow, Some(ModelId(1)));
}
