//! With what probability each target comes first: exact where it is worked out by hand, and as often as seeds have it.

use super::fixture::{Fixture, text};
use crate::decide::*;
use crate::facts::{Builtin, Facts, Value};
use crate::model::{ModelId, Pick, SplitKey, Target};
use crate::quantity::{Probability, Share};
use crate::tree::Tree;
use proptest::prelude::*;

/// Models `a` to `d`; `b` and `d` are in the region `eu`.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    for (name, region) in [("a", "us"), ("b", "eu"), ("c", "us"), ("d", "eu")] {
        fixture.model(name, region);
    }
    fixture
}

fn odds(tree: &Tree, facts: &Facts, orders: &mut dyn Orders) -> Vec<FirstTarget> {
    let decision = decide(tree, facts, 1, orders);
    first_targets(tree, facts, &decision, orders).unwrap()
}

/// `a 1/2, b 1/2?`, where the question mark is for what is estimated.
fn shown(fixture: &Fixture, orders: &mut dyn Orders) -> String {
    let tree = fixture.tree();
    let odds = odds(&tree, &fixture.facts(&[(Builtin::User, text("u"))]), orders);
    let names = |model: ModelId| tree.policy().model(model).unwrap().name.clone();
    let one = |first: &FirstTarget| {
        let estimated = if first.estimated { "?" } else { "" };
        format!("{} {}{estimated}", names(first.target), first.probability)
    };
    odds.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_is_not_drawn_is_certain() {
    let mut plain = fixture();
    plain.last_route(plain.to("b"), &[&["a"]]);
    assert_eq!(shown(&plain, &mut NoOrders), "b 1");
    let mut first = fixture();
    first.pool("pool", Pick::First, &[("c", 1), ("a", 1)]);
    first.last_route(first.to("pool"), &[]);
    assert_eq!(shown(&first, &mut NoOrders), "c 1");
}

#[test]
fn arms_have_their_shares_of_what_is_left() {
    let mut all = fixture();
    all.last_route(all.split(&[("a", "60"), ("b", "30"), ("c", "10")]), &[]);
    assert_eq!(shown(&all, &mut NoOrders), "a 3/5, b 3/10, c 1/10");
    // Of 60 and 30 the draws from 0 to 9,999 fall 6,667 times and 3,333 times.
    let mut thirds = fixture();
    let require = thirds.only_region("eu");
    thirds.guard("residency", None, vec![require]);
    thirds.last_route(thirds.split(&[("a", "10"), ("b", "60"), ("d", "30")]), &[]);
    assert_eq!(shown(&thirds, &mut NoOrders), "b 6667/10000, d 3333/10000");
}

#[test]
fn pools_have_the_odds_of_their_pick() {
    let members = [("a", 8), ("b", 1), ("c", 3), ("d", 0)];
    let picked = |pick, orders: &mut dyn Orders| {
        let mut fixture = fixture();
        fixture.pool("pool", pick, &members);
        fixture.last_route(fixture.to("pool"), &[]);
        shown(&fixture, orders)
    };
    assert_eq!(picked(Pick::Random, &mut NoOrders), "a 1/4, b 1/4, c 1/4, d 1/4");
    assert_eq!(picked(Pick::Weighted, &mut NoOrders), "a 2/3, b 1/12, c 1/4");
    let sticky = Pick::Sticky(Builtin::User.into());
    assert_eq!(picked(sticky, &mut NoOrders), "a 1/4, b 1/4, c 1/4, d 1/4");
    // The order of live state is given; where it is not known, nobody knows who would come first.
    let mut live = GivenOrders([(crate::model::PoolId(0), vec![ModelId(2)])].into());
    assert_eq!(picked(Pick::LeastBusy, &mut live), "c 1");
    assert_eq!(
        picked(Pick::LeastBusy, &mut NoOrders),
        "a 1/4?, b 1/4?, c 1/4?, d 1/4?"
    );
}

#[test]
fn a_target_of_several_arms_has_all_their_parts() {
    let mut fixture = fixture();
    fixture.pool("pool", Pick::Weighted, &[("a", 1), ("b", 2)]);
    fixture.last_route(fixture.split(&[("a", "50"), ("pool", "50")]), &[]);
    assert_eq!(shown(&fixture, &mut NoOrders), "a 2/3, b 1/3");
}

#[test]
fn where_the_target_is_ruled_out_a_fallback_comes_first() {
    let mut fixture = fixture();
    let require = fixture.only_region("eu");
    fixture.guard("residency", None, vec![require]);
    fixture.pool("pool", Pick::Random, &[("b", 1), ("c", 1), ("d", 1)]);
    fixture.last_route(fixture.to("a"), &[&["c"], &["pool", "a"]]);
    assert_eq!(shown(&fixture, &mut NoOrders), "b 1/2, d 1/2");
}

#[test]
fn a_refusal_has_none() {
    let mut fixture = fixture();
    let require = fixture.only_region("mars");
    fixture.guard("residency", None, vec![require]);
    fixture.last_route(fixture.to("a"), &[]);
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    let decision = decide(&tree, &facts, 1, &mut NoOrders);
    assert_eq!(first_targets(&tree, &facts, &decision, &mut NoOrders), None);
}

proptest! {
    #[test]
    fn an_arms_probability_is_how_many_draws_take_it(shares in prop::collection::vec(1u16..4_000, 1..6)) {
        let shares: Vec<Share> = shares.into_iter().map(|share| Share::from_basis_points(share).unwrap()).collect();
        let mut counts = vec![0; shares.len()];
        for draw in 0..10_000 {
            counts[split::arm_at(shares.iter().copied(), draw).unwrap()] += 1;
        }
        let counted: Vec<Probability> = counts.iter().map(|count| Probability::new(*count, 10_000).unwrap()).collect();
        let told: Vec<Probability> = split::arm_probabilities(shares.iter().copied()).collect();
        prop_assert_eq!(told, counted);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn seeds_lead_to_each_target_as_often_as_is_said(
        weights in prop::collection::vec(0u32..9, 4),
        shares in prop::collection::vec(1u16..100, 3),
        eu in any::<bool>(),
        random in any::<bool>(),
    ) {
        const SEEDS: u64 = 1_500;
        let mut fixture = fixture();
        if eu {
            let require = fixture.only_region("eu");
            fixture.guard("residency", None, vec![require]);
        }
        let members: Vec<_> = ["a", "b", "c", "d"].into_iter().zip(weights).collect();
        fixture.pool("pool", if random { Pick::Random } else { Pick::Weighted }, &members);
        let shares: Vec<String> = shares.iter().map(u16::to_string).collect();
        let arms = [("pool", shares[0].as_str()), ("b", &shares[1]), ("c", &shares[2])];
        let Target::Split(mut split) = fixture.split(&arms) else { unreachable!() };
        split.by = SplitKey::Request;
        fixture.last_route(Target::Split(split), &[]);
        let (tree, facts) = (fixture.tree(), fixture.facts(&[(Builtin::Tokens, Value::Int(7))]));
        let odds = odds(&tree, &facts, &mut NoOrders);
        let sum = odds.iter().try_fold(Probability::NEVER, |sum, first| sum.or(first.probability));
        prop_assert_eq!(sum, Some(Probability::ALWAYS));
        let mut counts = [0.0; 4];
        for seed in 0..SEEDS {
            let Outcome::Plan(plan) = decide(&tree, &facts, seed, &mut NoOrders).outcome else { unreachable!() };
            counts[plan.targets[0].0 as usize] += 1.0;
        }
        for (model, count) in counts.iter().enumerate() {
            let first = odds.iter().find(|first| first.target.0 as usize == model);
            let p = first.map_or(0.0, |first| first.probability.to_f64());
            let expected = p * SEEDS as f64;
            let deviation = (expected * (1.0 - p)).sqrt();
            prop_assert!((count - expected).abs() <= 6.0 * deviation + 10.0, "{model}: {count} of {SEEDS}, {p}");
        }
    }
}
