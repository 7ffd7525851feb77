//! Splits and the orders of pools.

use super::fixture::{Fixture, text};
use crate::decide::*;
use crate::facts::Builtin;
use crate::model::{ModelId, Pick, PoolId};
use proptest::prelude::*;

/// Hands in one order for every pool.
struct Live(Vec<ModelId>);

impl Orders for Live {
    fn order(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        Some(self.0.clone())
    }
}

fn plan(decision: Decision) -> Vec<ModelId> {
    match decision.outcome {
        Outcome::Plan(plan) => plan.targets.into_vec(),
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

/// Models `a`, `b`, `c` and a pool `pool` of them with weights 8, 1 and 1, to which everything goes.
fn pooled(pick: Pick) -> Fixture {
    let mut fixture = Fixture::new();
    for name in ["a", "b", "c"] {
        fixture.model(name, "us");
    }
    fixture.pool("pool", pick, &[("a", 8), ("b", 1), ("c", 1)]);
    fixture.last_route(fixture.to("pool"), &[]);
    fixture
}

/// How often each model comes first, over 1,000 seeds.
fn firsts(fixture: &Fixture) -> [usize; 3] {
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    let mut counts = [0; 3];
    for seed in 0..1_000 {
        let plan = plan(decide(&tree, &facts, seed, &mut NoOrders));
        assert_eq!(plan.len(), 3);
        counts[plan[0].0 as usize] += 1;
    }
    counts
}

#[test]
fn random_pools_are_even_and_weighted_ones_are_not() {
    let random = firsts(&pooled(Pick::Random));
    assert!(
        random.iter().all(|count| (270..400).contains(count)),
        "{random:?}"
    );
    let weighted = firsts(&pooled(Pick::Weighted));
    assert!((750..850).contains(&weighted[0]), "{weighted:?}");
    assert!(
        weighted[1..].iter().all(|count| (60..150).contains(count)),
        "{weighted:?}"
    );
    assert_eq!(firsts(&pooled(Pick::First)), [1_000, 0, 0]);
}

#[test]
fn live_pools_take_the_order_handed_in() {
    let fixture = pooled(Pick::LeastBusy);
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    let mut live = Live(vec![ModelId(2), ModelId(9), ModelId(2), ModelId(0)]);
    let decision = decide(&tree, &facts, 1, &mut live);
    let order = vec![ModelId(2), ModelId(0), ModelId(1)];
    assert_eq!(decision.orders, [(PoolId(0), order.clone())]);
    assert!(!decision.estimated);
    assert_eq!(plan(decision), order);
    let unknown = decide(&tree, &facts, 1, &mut NoOrders);
    assert!(unknown.estimated && unknown.orders.is_empty());
}

#[test]
fn an_order_of_one_is_no_estimate() {
    let mut fixture = pooled(Pick::Fastest);
    fixture.policy.models[1].context = Some(1);
    fixture.policy.models[2].context = Some(1);
    let facts = fixture.facts(&[(Builtin::Tokens, crate::facts::Value::Int(2))]);
    let decision = decide(&fixture.tree(), &facts, 1, &mut NoOrders);
    assert!(!decision.estimated);
    assert_eq!(plan(decision), [ModelId(0)]);
}

/// A split of 90 to 10 by user over `a` (region `us`) and `b` (region `eu`).
fn split() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.model("a", "us");
    fixture.model("b", "eu");
    fixture.last_route(fixture.split(&[("a", "90"), ("b", "10")]), &[]);
    fixture
}

#[test]
fn a_split_draws_by_the_written_shares() {
    let fixture = split();
    let tree = fixture.tree();
    let mut on_a = 0;
    for user in 0..2_000 {
        let user = format!("user-{user}");
        let facts = fixture.facts(&[(Builtin::User, text(&user)), (Builtin::Tenant, text("acme"))]);
        let (decision, trace) = decide_with_trace(&tree, &facts, 1, &mut NoOrders);
        let draw = draw::split_draw("default", "acme", &user);
        assert_eq!(trace.split.as_ref().unwrap().draw, Some(draw));
        let other_seed = decide(&tree, &facts, 2, &mut NoOrders);
        assert_eq!(decision.outcome, other_seed.outcome);
        let arm = plan(decision);
        assert_eq!(arm, [ModelId(u32::from(draw >= 9_000))]);
        on_a += usize::from(arm == [ModelId(0)]);
    }
    assert!((1_740..1_860).contains(&on_a), "{on_a}");
}

#[test]
fn without_a_user_the_seed_draws() {
    let fixture = split();
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    let arms: Vec<Vec<ModelId>> = (0..200)
        .map(|seed| plan(decide(&tree, &facts, seed, &mut NoOrders)))
        .collect();
    assert!(arms.contains(&vec![ModelId(0)]) && arms.contains(&vec![ModelId(1)]));
    let (_, trace) = decide_with_trace(&tree, &facts, 0x2a, &mut NoOrders);
    let split = trace.split.unwrap();
    assert!(split.by_seed);
    assert_eq!(split.key, "000000000000002a");
}

#[test]
fn a_seed_is_found_for_every_open_arm() {
    let mut fixture = Fixture::new();
    for (name, region) in [("a", "us"), ("b", "eu"), ("c", "eu"), ("never", "eu")] {
        fixture.model(name, region);
    }
    let require = fixture.only_region("eu");
    fixture.guard("residency", None, vec![require]);
    let arms = [("a", "1"), ("b", "98.99"), ("never", "0"), ("c", "0.01")];
    fixture.last_route(fixture.split(&arms), &[]);
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    let (_, draws) = decide_with_draws(&tree, &facts, 0, &mut NoOrders);
    let split = draws.split.unwrap();
    let route = tree.policy().routes.first().unwrap();
    let seeds = seeds_of_arms(route, &facts, &split, 1 << 18);
    assert_eq!((seeds[0], seeds[2]), (None, None), "these arms are not open");
    for (arm, model) in [(1, 1), (3, 2)] {
        let seed = seeds[arm].unwrap();
        let decision = decide(&tree, &facts, seed, &mut NoOrders);
        assert_eq!(plan(decision), [ModelId(model)]);
    }
    assert_eq!(seeds_of_arms(route, &facts, &split, 1)[3], None);
}

/// Hands in an order for pools that the seed would draw, and none for others.
struct Drawn(Vec<ModelId>);

impl Orders for Drawn {
    fn order(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        None
    }

    fn drawn(&mut self, _pool: PoolId) -> Option<Vec<ModelId>> {
        Some(self.0.clone())
    }
}

#[test]
fn an_order_can_be_handed_in_for_one_that_the_seed_draws() {
    let handed = || Drawn(vec![ModelId(2)]);
    for pick in [Pick::Random, Pick::Weighted] {
        let fixture = pooled(pick);
        let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
        let decision = decide(&tree, &facts, 1, &mut handed());
        assert!(decision.orders.is_empty() && !decision.estimated);
        assert_eq!(plan(decision), [ModelId(2), ModelId(0), ModelId(1)]);
    }
    let fixture = pooled(Pick::First);
    let decision = decide(&fixture.tree(), &fixture.facts(&[]), 1, &mut handed());
    assert_eq!(plan(decision), [ModelId(0), ModelId(1), ModelId(2)]);
}

#[test]
fn shares_are_rescaled_over_the_arms_that_hold_a_target() {
    let mut fixture = Fixture::new();
    for (name, region) in [("a", "us"), ("b", "eu"), ("c", "eu"), ("never", "eu")] {
        fixture.model(name, region);
    }
    let require = fixture.only_region("eu");
    fixture.guard("residency", None, vec![require]);
    fixture.last_route(
        fixture.split(&[("a", "60"), ("b", "30"), ("never", "0"), ("c", "10")]),
        &[],
    );
    let tree = fixture.tree();
    let mut counts = [0; 4];
    for user in 0..2_000 {
        let facts = fixture.facts(&[(Builtin::User, text(&user.to_string()))]);
        let plan = plan(decide(&tree, &facts, 1, &mut NoOrders));
        assert_eq!(plan.len(), 1);
        counts[plan[0].0 as usize] += 1;
    }
    assert_eq!((counts[0], counts[3]), (0, 0));
    assert!((1_420..1_580).contains(&counts[1]), "{counts:?}");
}

#[test]
fn a_pools_order_depends_on_no_other_pool() {
    let mut fixture = pooled(Pick::Random);
    let facts = fixture.facts(&[]);
    let alone: Vec<_> = (0..50)
        .map(|seed| plan(decide(&fixture.tree(), &facts, seed, &mut NoOrders)))
        .collect();
    fixture.pool("second", Pick::Random, &[("a", 1), ("b", 1), ("c", 1)]);
    fixture.policy.routes.clear();
    fixture.last_route(fixture.to("pool"), &[&["second"]]);
    let both: Vec<_> = (0..50)
        .map(|seed| plan(decide(&fixture.tree(), &facts, seed, &mut NoOrders)))
        .collect();
    assert_eq!(alone, both);
}

proptest! {
    #[test]
    fn a_plan_is_a_permutation_without_repetition(seed in any::<u64>(), order in prop::collection::vec(0u32..5, 0..6)) {
        let fixture = pooled(Pick::RoundRobin);
        let order: Vec<ModelId> = order.into_iter().map(ModelId).collect();
        let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
        let (decision, _) = decide_with_trace(&tree, &facts, seed, &mut Live(order.clone()));
        prop_assert_eq!(&decision, &decide(&tree, &facts, seed, &mut Live(order)));
        let again = decide(&tree, &facts, seed, &mut Live(decision.orders[0].1.clone()));
        prop_assert_eq!(&again, &decision);
        let mut targets = plan(decision);
        targets.sort();
        prop_assert_eq!(targets, vec![ModelId(0), ModelId(1), ModelId(2)]);
    }
}
