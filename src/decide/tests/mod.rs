//! Draws, the way after a failure, and near names; whole decisions stand in the integration tests.

mod draws;
pub(crate) mod fixture;
mod hedge;
mod memory;
mod picks;
mod plans;
mod prompted;
mod propensity;
mod shadow;

use super::draw::{Stream, split_draw};
use super::*;
use crate::model::{ClassSet, FailureClass, Model, ModelId, Policy, ProviderId, Timeouts};
use crate::source::{SourceMap, Span};
use fixture::Fixture;
use sha2::{Digest, Sha256};
use smallvec::smallvec;

fn model(name: &str, context: Option<u64>) -> Model {
    let mut sources = SourceMap::new();
    Model {
        name: name.to_owned(),
        provider: ProviderId(0),
        upstream_name: name.to_owned(),
        serves: vec![name.to_owned()],
        serves_globs: Vec::new(),
        context,
        max_output: None,
        price: None,
        region: None,
        tags: Vec::new(),
        can: None,
        vectors: None,
        timeouts: Timeouts::default(),
        breaker: None,
        span: Span::new(sources.add("a.policy", ""), 0, 0),
    }
}

fn policy(contexts: &[Option<u64>]) -> Policy {
    Policy {
        models: contexts.iter().map(|context| model("m", *context)).collect(),
        ..Policy::default()
    }
}

fn classes(names: &[&str]) -> ClassSet {
    names
        .iter()
        .map(|name| ClassSet::from_name(name))
        .fold(ClassSet::EMPTY, ClassSet::union)
}

/// The route `free` of the language's example, drawn to `gpt-mini` (0); `llama-eu` (1) stands in both fallbacks.
fn free() -> Plan {
    let defaults = crate::model::Defaults::default().fallback_on;
    let group = |on, targets: &[usize]| Group {
        on,
        targets: targets.into(),
    };
    Plan {
        targets: smallvec![ModelId(0), ModelId(1)],
        groups: smallvec![
            group(classes(&["context-length"]).union(defaults), &[0]),
            group(classes(&["context-length"]), &[1]),
            group(defaults, &[0, 1]),
        ],
        hedge: None,
        shadow: None,
    }
}

#[test]
fn the_first_clause_that_lists_the_class_wins() {
    let policy = policy(&[Some(128_000), Some(256_000)]);
    let next = |tried: &[bool], at, class| free().next(&policy, tried, at, class);
    let first = [true, false];
    assert_eq!(next(&first, 0, FailureClass::RateLimit), Some(1));
    assert_eq!(next(&first, 0, FailureClass::ContextLength), Some(1));
    assert_eq!(next(&first, 0, FailureClass::ContentFilter), None);
    assert_eq!(next(&first, 0, FailureClass::TimeoutTotal), None);
    assert_eq!(next(&[true, true], 1, FailureClass::RateLimit), None);
    assert_eq!(next(&[], 0, FailureClass::Server), Some(1));
}

#[test]
fn members_of_a_pool_come_before_fallbacks() {
    let plan = Plan {
        targets: smallvec![ModelId(0), ModelId(1), ModelId(2), ModelId(3)],
        groups: smallvec![
            Group {
                on: classes(&["server", "connect"]),
                targets: smallvec![0, 1],
            },
            Group {
                on: classes(&["connect"]),
                targets: smallvec![2],
            },
            Group {
                on: classes(&["server"]),
                targets: smallvec![3],
            },
        ],
        hedge: None,
        shadow: None,
    };
    let policy = policy(&[None; 4]);
    let next = |tried: &[bool], at, class| plan.next(&policy, tried, at, class);
    assert_eq!(next(&[true], 0, FailureClass::Server), Some(1));
    assert_eq!(next(&[true, true], 1, FailureClass::Server), Some(3));
    assert_eq!(next(&[true, true], 1, FailureClass::Connect), Some(2));
    assert_eq!(
        next(&[true, true, false, true], 3, FailureClass::Connect),
        Some(2)
    );
}

#[test]
fn context_length_goes_only_to_larger_targets() {
    let next = |failed, candidate| {
        free().next(
            &policy(&[failed, candidate]),
            &[true, false],
            0,
            FailureClass::ContextLength,
        )
    };
    assert_eq!(next(Some(8), Some(8)), None);
    assert_eq!(next(Some(8), Some(4)), None);
    assert_eq!(next(Some(8), Some(16)), Some(1));
    assert_eq!(next(Some(8), None), Some(1));
    assert_eq!(next(None, Some(8)), Some(1));
}

#[test]
fn the_split_draw_is_the_one_of_the_language() {
    let digest = Sha256::digest(b"free\0acme\0u1");
    let eight: [u8; 8] = digest[..8].try_into().unwrap();
    assert_eq!(
        split_draw("free", "acme", "u1"),
        u64::from_be_bytes(eight) % 10_000
    );
    assert_ne!(split_draw("free", "acme", "u1"), split_draw("free", "acme", "u2"));
}

#[test]
fn streams_differ_by_seed_and_pool_and_stay_below_their_bound() {
    let numbers = |seed, pool| {
        let mut stream = Stream::of_pool(seed, pool);
        (0..100).map(|_| stream.below(7)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(1, "a"), numbers(1, "a"));
    assert_ne!(numbers(1, "a"), numbers(2, "a"));
    assert_ne!(numbers(1, "a"), numbers(1, "b"));
    let all = numbers(3, "c");
    assert!(all.iter().all(|number| *number < 7));
    assert!((0..7).all(|number| all.contains(&number)));
    assert_eq!(Stream::of_pool(1, "a").below(0), 0);
}

#[test]
fn near_names_are_few_and_near() {
    let mut fixture = Fixture::new();
    for name in ["gpt-4o-mini", "gpt-4o", "gpt-4.1", "llama", "gpt-4"] {
        fixture.model(name, "us");
    }
    fixture.last_route(fixture.to("llama"), &[]);
    let (tree, facts) = (fixture.tree(), fixture.facts(&[]));
    assert_eq!(
        near_names(&tree, &facts, "gpt-4p"),
        ["gpt-4", "gpt-4o", "gpt-4.1"]
    );
    assert!(near_names(&tree, &facts, "claude-opus").is_empty());
}
