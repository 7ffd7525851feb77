//! Pools whose order the request's facts make: what moves requests is told, and what does not is not.

use super::{Difference, differ, tree};
use crate::decide::{NoOrders, decide};
use crate::facts::{Builtin, Facts, Value};
use crate::prove::difference::What;

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
    let dear = PAID.replace("$1", "$3");
    let of = |pick: &str| differ(&rules("", PAID, pick), &rules("", &dear, pick));
    assert!(!of("cheapest").changes.is_empty());
    assert!(of("sticky by user").changes.is_empty());
    assert!(of("random").changes.is_empty());
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
