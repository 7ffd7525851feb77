//! Pools whose order the request's facts make: what moves requests is told, and what does not is not.

use super::{Difference, differ, tree};
use crate::decide::{NoOrders, decide};
use crate::facts::{Builtin, Facts, Value};
use crate::prove::difference::What;
use insta::assert_snapshot;

fn rules(facts: &str, models: &str, pick: &str) -> String {
    format!(
        "{facts} {models} pool all {{ pick {pick} members [mini, llama, large, paid] }} route all {{ target all }}"
    )
}

const PAID: &str = "model paid { provider sim price input $1 output $2 }";

fn of_picks(old: &str, new: &str) -> Difference {
    differ(&rules("", PAID, old), &rules("", PAID, new))
}

#[test]
fn another_fact_or_another_way_moves_requests() {
    assert!(of_picks("sticky by user", "sticky by user").is_clean());
    assert!(of_picks("cheapest", "cheapest").is_clean());
    for (old, new) in [
        ("sticky by user", "sticky by tenant"),
        ("sticky by user", "cheapest"),
        ("random", "sticky by user"),
        ("cheapest", "first"),
        ("least-busy", "cheapest"),
    ] {
        assert!(!of_picks(old, new).is_clean(), "{old} {new}");
    }
}

#[test]
fn live_state_is_all_one() {
    assert!(of_picks("prefix", "least-busy").changes.is_empty());
    assert_eq!(
        of_picks("prefix", "least-busy").other,
        ["pool all: pick prefix → least-busy"]
    );
}

#[test]
fn a_price_moves_the_requests_of_a_cheapest_pool_alone() {
    let two = |input: u32| {
        let model = |name: &str, input: u32| {
            format!("model {name} {{ provider sim vectors \"v\" price input ${input} output $2 }}")
        };
        model("paid", 1) + &model("other", input)
    };
    let rules = |models: &str, pick: &str| {
        format!("{models} pool all {{ pick {pick} members [paid, other] }} route all {{ target all }}")
    };
    let of = |pick: &str, from: u32, to: u32| differ(&rules(&two(from), pick), &rules(&two(to), pick));
    // The other becomes the cheaper, but for requests without a prompt.
    let moved = of("cheapest", 2, 0);
    let text = moved.to_text(false);
    assert_snapshot!(text.lines().next().unwrap(), @"1. tokens from 1");
    assert!(moved.complete && moved.changes.len() == 1);
    assert!(of("sticky by user", 2, 0).changes.is_empty());
    assert!(of("random", 2, 0).changes.is_empty());
}

#[test]
fn a_price_that_changes_no_order_moves_nothing() {
    let dear = PAID.replace("$1", "$3");
    let difference = differ(&rules("", PAID, "cheapest"), &rules("", &dear, "cheapest"));
    assert!(difference.is_clean());
    assert_eq!(difference.other, ["model paid: price changed"]);
}

#[test]
fn weights_that_are_to_each_other_as_before_move_nothing() {
    let pool = |weights: &str| {
        format!("pool all {{ pick weighted members [{weights}] }} route all {{ target all }}")
    };
    assert!(differ(&pool("mini 3, llama 1"), &pool("mini 6, llama 2")).is_clean());
    assert!(!differ(&pool("mini 3, llama 1"), &pool("mini 2, llama 1")).is_clean());
}

#[test]
fn an_example_says_what_live_state_must_be() {
    let pool =
        |pick: &str| format!("pool all {{ pick {pick} members [mini, llama] }} route all {{ target all }}");
    // Where nothing is known of the state, both take the order from the seed.
    let difference = differ(&pool("fastest"), &pool("random"));
    let json = difference.to_json();
    let region = &json["regions"][0];
    assert_eq!(region["reproduced"], true);
    assert_eq!(region["orders"]["all"].as_array().map(Vec::len), Some(2));
    assert!(difference.to_text(false).contains(", all in the order "));
}

#[test]
fn what_sticks_to_a_fixed_value_has_a_fixed_order() {
    let rules = |pick: &str, members: &str| {
        format!("tenant only {{}} pool all {{ pick {pick} members [{members}] }} route all {{ target all }}")
    };
    let of = |members: &str| {
        differ(
            &rules("sticky by tenant", "mini, llama"),
            &rules("first", members),
        )
    };
    let [one, other] = [of("mini, llama"), of("llama, mini")];
    assert_ne!(one.is_clean(), other.is_clean());
    for region in [one, other]
        .iter()
        .flat_map(|difference| difference.to_json()["regions"].as_array().cloned().unwrap())
    {
        assert_eq!(region["reproduced"], true);
        assert_eq!(region["plans"], serde_json::Value::Null);
    }
}

#[test]
fn a_fact_from_elsewhere_moves_the_requests_that_stick_to_it() {
    let from = |header: &str| format!("fact team string from header \"{header}\" default \"\"");
    let of = |header: &str| rules(&from(header), PAID, "sticky by team");
    assert!(differ(&of("x-team"), &of("x-team")).is_clean());
    assert!(!differ(&of("x-team"), &of("x-other")).is_clean());
}

#[test]
fn the_members_alone_count_for_what_sticks() {
    let pool = |members: &str| {
        format!("pool all {{ pick sticky by user members [{members}] }} route all {{ target all }}")
    };
    assert!(differ(&pool("mini, llama"), &pool("llama, mini")).is_clean());
    let difference = differ(&pool("mini, llama"), &pool("mini, llama, large"));
    assert!(!difference.is_clean());
    // And so it is: some caller is moved.
    let (old, new) = (tree(&pool("mini, llama")), tree(&pool("mini, llama, large")));
    let moved = (0..200).any(|number| {
        let mut facts = Facts::empty(&old.policy().facts);
        let user = Value::String(format!("u{number}"));
        facts.set(Builtin::User.into(), user).unwrap();
        let outcome = |tree| decide(tree, &facts, 0, &mut NoOrders).outcome;
        outcome(&old) != outcome(&new)
    });
    assert!(moved && matches!(difference.changes[0].what, What::Decision(_)));
}
