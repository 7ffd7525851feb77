//! Partitions in words: what they tell rules apart by, and how much is left to look at.

use super::super::build::{MOST_PLACES, partition};
use super::super::need::{Need, Texts};
use super::super::node::{Node, Partition};
use crate::facts::Builtin;

/// The widest way through a partition: the facts that rules are told apart by, and what is left at its end.
fn widest(partition: &Partition, id: Option<u32>) -> String {
    let Some(node) = id.and_then(|id| partition.nodes.get(id as usize)) else {
        return "nothing".to_owned();
    };
    let below = |rest: &Option<u32>, name: &str, children: usize| {
        format!("{name}: {children} values, rest {}", widest(partition, *rest))
    };
    match node {
        Node::Scan(rules) => format!("{} rules", rules.len()),
        Node::Bits(bits) => format!("{} bytes of bit vectors", bits.bytes()),
        Node::Text { slot, children, rest } => below(rest, &format!("text {slot}"), children.len()),
        Node::Member { list, children, rest } => below(rest, &format!("list {list}"), children.len()),
    }
}

fn shape(needs: &[Need]) -> String {
    let partition = partition(needs);
    widest(&partition, partition.root)
}

fn tenant(value: u32) -> Need {
    Need::text(0, Texts::Among(vec![value]))
}

#[test]
fn rules_of_tenants_stand_apart() {
    let needs: Vec<Need> = (1..=1000).map(tenant).chain([Need::nothing(true)]).collect();
    insta::assert_snapshot!(shape(&needs), @"text 0: 1000 values, rest 1 rules");
}

#[test]
fn rules_on_one_literal_each_stand_apart() {
    let needs: Vec<Need> = (1..=1000).map(|value| Need::member((0, value), true)).collect();
    insta::assert_snapshot!(shape(&needs), @"list 0: 1000 values, rest nothing");
}

#[test]
fn ranges_have_bit_vectors() {
    let range = |at: i64| Need::number(Builtin::Tokens.into(), at, at + 5000);
    let needs: Vec<Need> = (0..1000).map(range).collect();
    insta::assert_snapshot!(shape(&needs), @"38128 bytes of bit vectors");
}

#[test]
fn the_half_that_one_tenant_owns_is_told_apart_again() {
    let big = |value| tenant(1).and(Need::member((0, value), true));
    let needs: Vec<Need> = (1..=500).map(big).chain((2..=500).map(tenant)).collect();
    let partition = partition(&needs);
    let parts = partition
        .nodes
        .iter()
        .filter(|node| matches!(node, Node::Member { .. }));
    assert_eq!(parts.count(), 1);
}

#[test]
fn memory_is_linear_in_the_rules() {
    let among = |rule: u32| Need::text(0, Texts::Among((rule..rule + 16).collect()));
    let needs: Vec<Need> = (1..=10_000).map(among).collect();
    let partition = partition(&needs);
    let places: usize = partition
        .nodes
        .iter()
        .map(|node| match node {
            Node::Scan(rules) => rules.len(),
            _ => 0,
        })
        .sum();
    assert!(places <= needs.len() * MOST_PLACES);
    assert!(
        partition.bytes() < needs.len() * 1024,
        "{} bytes",
        partition.bytes()
    );
}

#[test]
fn what_nothing_fulfils_stands_nowhere() {
    insta::assert_snapshot!(shape(&[Need::never(), Need::never()]), @"nothing");
}
