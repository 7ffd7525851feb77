//! Picks by the request's facts: `cheapest`, `sticky`.

use super::fixture::{Fixture, text};
use crate::decide::*;
use crate::facts::{Builtin, Value};
use crate::model::{ModelId, Pick, Price};
use crate::quantity::TokenPrice;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A pool of so many models, `m0`, `m1`, …, without the one of this number.
fn pool(count: u32, pick: Pick, without: Option<u32>) -> Fixture {
    let mut fixture = Fixture::new();
    let names: Vec<String> = (0..count).map(|number| format!("m{number}")).collect();
    for name in &names {
        fixture.model(name, "eu");
    }
    let members: Vec<(&str, u32)> = (0..count)
        .zip(&names)
        .filter(|(number, _)| Some(*number) != without)
        .map(|(_, name)| (name.as_str(), 1))
        .collect();
    fixture.pool("pool", pick, &members);
    fixture.last_route(fixture.to("pool"), &[]);
    fixture
}

fn order(fixture: &Fixture, facts: &[(Builtin, Value)], seed: u64) -> (Vec<u32>, Draws) {
    let facts = fixture.facts(facts);
    let (decision, draws) = decide_with_draws(&fixture.tree(), &facts, seed, &mut NoOrders);
    assert!(decision.orders.is_empty() && !decision.estimated, "{decision:?}");
    match decision.outcome {
        Outcome::Plan(plan) => (plan.targets.iter().map(|model| model.0).collect(), draws),
        Outcome::Refused(refusal) => panic!("{refusal:?}"),
    }
}

fn first_of_users(fixture: &Fixture, users: u32) -> BTreeMap<u32, u32> {
    let first = |user: u32| {
        let facts = [(Builtin::User, text(&format!("user-{user}")))];
        order(fixture, &facts, u64::from(user)).0[0]
    };
    (0..users).map(|user| (user, first(user))).collect()
}

fn priced(fixture: &mut Fixture, model: u32, input: &str, output: &str) {
    let price = |text| TokenPrice::parse_dollars_per_million(text).unwrap();
    fixture.policy.models[model as usize].price = Some(Price {
        input: price(input),
        cached: None,
        cache_write: None,
        output: price(output),
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn a_member_that_goes_moves_only_its_own(count in 2u32..12, gone in 0u32..12) {
        const USERS: u32 = 1_200;
        let (gone, sticky) = (gone % count, Pick::Sticky(Builtin::User.into()));
        let all = first_of_users(&pool(count, sticky, None), USERS);
        let rest = first_of_users(&pool(count, sticky, Some(gone)), USERS);
        let moved = all.iter().filter(|(user, first)| rest[user] != **first);
        prop_assert!(moved.clone().all(|(_, first)| *first == gone));
        // The share of one of N, within five standard deviations.
        let share = 1.0 / f64::from(count);
        let deviation = (f64::from(USERS) * share * (1.0 - share)).sqrt();
        let off = moved.count() as f64 - f64::from(USERS) * share;
        prop_assert!(off.abs() < 5.0 * deviation + 1.0, "{} of {}", off, count);
    }
}

#[test]
fn a_sticky_order_is_of_the_fact_and_the_tenant_alone() {
    let fixture = pool(8, Pick::Sticky(Builtin::User.into()), None);
    let of = |tenant: &str, user: &str, seed| {
        let facts = [(Builtin::Tenant, text(tenant)), (Builtin::User, text(user))];
        order(&fixture, &facts, seed)
    };
    let (first, draws) = of("acme", "ann", 1);
    assert_eq!(draws.pools[0].source, OrderSource::Facts);
    assert_eq!(of("acme", "ann", 99).0, first);
    assert_ne!(of("globex", "ann", 1).0, first);
    assert_ne!(of("acme", "bob", 1).0, first);
    // The order is part of the language: every replica has it, and every version.
    assert_eq!(first, [7, 5, 0, 4, 6, 2, 3, 1]);
}

#[test]
fn without_a_value_the_seed_takes_its_place() {
    let fixture = pool(8, Pick::Sticky(Builtin::User.into()), None);
    let (first, draws) = order(&fixture, &[], 1);
    assert_eq!(draws.pools[0].source, OrderSource::Seed);
    assert_eq!(order(&fixture, &[], 1).0, first);
    assert!((2..20).any(|seed| order(&fixture, &[], seed).0 != first));
}

#[test]
fn the_cheapest_is_that_of_this_request() {
    let mut fixture = pool(4, Pick::Cheapest, None);
    priced(&mut fixture, 1, "1", "10");
    priced(&mut fixture, 2, "2", "4");
    priced(&mut fixture, 3, "2", "4");
    let of = |tokens, cap| {
        let facts = [
            (Builtin::Tokens, Value::Int(tokens)),
            (Builtin::MaxTokens, Value::Int(cap)),
        ];
        order(&fixture, &facts, 7).0
    };
    // A long prompt with a short answer, and the other way round; what has no price comes last, ties stand as written.
    assert_eq!(of(10_000, 100), [1, 2, 3, 0]);
    assert_eq!(of(100, 1_000), [2, 3, 1, 0]);
    // Without a cap a thousand tokens are reckoned with.
    assert_eq!(of(5_999, 0), [2, 3, 1, 0]);
    assert_eq!(of(6_001, 0), [1, 2, 3, 0]);
    // No model answers with more than it can.
    let (facts, mut fixture) = ([(Builtin::MaxTokens, Value::Int(5_000))], fixture);
    fixture.policy.models[1].max_output = Some(10);
    assert_eq!(order(&fixture, &facts, 7).0, [1, 2, 3, 0]);
}

#[test]
fn a_rendezvous_names_every_member_once() {
    let fixture = pool(9, Pick::Prefix, Some(4));
    let order = rendezvous(&fixture.policy, &fixture.policy.pools[0], &[b"a", b"b"]);
    let mut sorted: Vec<ModelId> = order.to_vec();
    sorted.sort();
    let members = fixture.policy.pools[0].members.iter();
    assert_eq!(sorted, members.map(|(id, _)| *id).collect::<Vec<_>>());
}
