//! Plans of hedges.

use super::fixture::Fixture;
use crate::decide::*;
use crate::facts::{Builtin, Value};
use crate::model::{Capability, Hedge, Pick, RouteAction, Target};
use std::time::Duration;

const AFTER: Duration = Duration::from_millis(800);

/// A route that hedges two of these, with a fallback.
fn hedging(first: &str, second: &str) -> Fixture {
    let mut fixture = Fixture::new();
    for name in ["a", "b", "c", "d"] {
        fixture.model(name, "eu");
    }
    fixture.policy.models[0].can = Some(vec![]);
    fixture.policy.models[1].can = Some(vec![Capability::Tools]);
    fixture.pool("pool", Pick::First, &[("a", 1), ("c", 1)]);
    fixture.last_route(fixture.to("a"), &[&["d"]]);
    let sides = [first, second].map(|name| match fixture.to(name) {
        Target::Named(choice) => choice,
        other => panic!("{other:?}"),
    });
    let span = fixture.policy.routes[0].span;
    let RouteAction::Send(routing) = &mut fixture.policy.routes[0].action else {
        panic!("it sends");
    };
    routing.target = Target::Hedge(Hedge {
        sides,
        after: AFTER,
        span,
    });
    fixture
}

fn plan(fixture: &Fixture, tools: i64) -> (Vec<u32>, Option<usize>) {
    let facts = fixture.facts(&[(Builtin::Tools, Value::Int(tools))]);
    match decide(&fixture.tree(), &facts, 1, &mut NoOrders).outcome {
        Outcome::Plan(plan) => {
            assert!(plan.hedge.is_none_or(|hedge| hedge.after == AFTER));
            let targets = plan.targets.iter().map(|model| model.0).collect();
            (targets, plan.hedge.map(|hedge| hedge.second))
        }
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

#[test]
fn the_second_side_is_tried_beside_the_first() {
    assert_eq!(plan(&hedging("a", "b"), 0), (vec![0, 1, 3], Some(1)));
    assert_eq!(plan(&hedging("pool", "b"), 0), (vec![0, 2, 1, 3], Some(2)));
    assert_eq!(plan(&hedging("b", "pool"), 0), (vec![1, 0, 2, 3], Some(1)));
}

#[test]
fn a_hedge_that_has_lost_a_side_is_a_plain_target() {
    assert_eq!(plan(&hedging("a", "b"), 1), (vec![1, 3], None));
    assert_eq!(plan(&hedging("b", "a"), 1), (vec![1, 3], None));
    assert_eq!(plan(&hedging("pool", "a"), 0), (vec![0, 2, 3], None));
    assert_eq!(plan(&hedging("a", "pool"), 0), (vec![0, 2, 3], Some(1)));
}
