//! What is remembered of requests is what is decided of them, whatever they draw.

use super::fixture::{Fixture, text};
use crate::decide::*;
use crate::facts::{Builtin, Value};

/// A split by user over three models, one without a share, with a fallback to one of its arms.
fn split() -> Fixture {
    let mut fixture = Fixture::new();
    for name in ["a", "b", "c", "d"] {
        fixture.model(name, "us");
    }
    fixture.policy.models[1].context = Some(1_000);
    let arms = fixture.split(&[("a", "70"), ("b", "30"), ("c", "0")]);
    fixture.last_route(arms, &[&["d", "a"]]);
    fixture
}

/// Holds the memory against the decisions on requests of so many tokens, with users and without; which models came first.
fn firsts(tokens: i64) -> Vec<u32> {
    let fixture = split();
    let tree = fixture.tree();
    let mut memo = Memo::new(&tree);
    let mut firsts = Vec::new();
    for request in 0..400 {
        let user = match request % 2 {
            0 => String::new(),
            _ => format!("user-{request}"),
        };
        let facts = fixture.facts(&[
            (Builtin::User, text(&user)),
            (Builtin::Tokens, Value::Int(tokens)),
        ]);
        let decision = decide(&tree, &facts, request, &mut NoOrders);
        assert_eq!(*memo.decide(&facts, request, &mut NoOrders), decision);
        match decision.outcome {
            Outcome::Plan(plan) => firsts.push(plan.targets[0].0),
            Outcome::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    firsts.sort_unstable();
    firsts.dedup();
    firsts
}

#[test]
fn each_request_draws_its_own_arm() {
    assert_eq!(firsts(10), [0, 1]);
}

#[test]
fn an_arm_that_cannot_take_a_request_is_not_drawn() {
    assert_eq!(firsts(2_000), [0]);
}
