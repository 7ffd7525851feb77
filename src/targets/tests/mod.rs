//! Live state outlives policies, and orders follow it.

mod breaker;
mod budget;
mod checks;
mod fastest;
mod outlier;
mod prefix;

use super::*;
use crate::decide::Orders;
use crate::model::{Model, ModelId, Pick, Policy, Pool, PoolId, Protocol, Provider, ProviderId, Timeouts};
use crate::source::{SourceMap, Span};
use crate::wire::endpoint::Endpoint;
use std::sync::Arc;
use tokio::time::Instant;

fn span() -> Span {
    Span::new(SourceMap::new().add("test.policy", ""), 0, 0)
}

fn provider(url: &str) -> Provider {
    Provider {
        name: "p".to_owned(),
        protocol: Protocol::OpenAi,
        url: url.to_owned(),
        credential: None,
        headers: Vec::new(),
        forward: Vec::new(),
        region: None,
        tags: Vec::new(),
        timeouts: Timeouts::default(),
        breaker: None,
        check: None,
        span: span(),
    }
}

fn model(name: &str) -> Model {
    Model {
        name: name.to_owned(),
        provider: ProviderId(0),
        upstream_name: format!("up-{name}"),
        serves: Vec::new(),
        serves_globs: Vec::new(),
        context: None,
        max_output: None,
        price: None,
        region: None,
        tags: Vec::new(),
        can: None,
        vectors: None,
        timeouts: Timeouts::default(),
        breaker: None,
        span: span(),
    }
}

fn policy(url: &str, pick: Pick) -> Policy {
    Policy {
        providers: vec![provider(url)],
        models: ["a", "b", "c"].map(model).to_vec(),
        pools: vec![Pool {
            name: "small".to_owned(),
            pick,
            members: (0..3).map(|index| (ModelId(index), 1)).collect(),
            serves: Vec::new(),
            serves_globs: Vec::new(),
            span: span(),
        }],
        ..Policy::default()
    }
}

/// A request that asks with this seed, at a moment, with a body.
fn asking(seed: u64, now: Instant, body: &[u8]) -> Asking<'_> {
    Asking {
        now,
        seed,
        endpoint: Endpoint::Chat,
        body,
    }
}

fn asked(targets: &LiveTargets, policy: &Policy, asking: Asking<'_>) -> Option<Vec<u32>> {
    let order = targets.orders(policy, asking).order(PoolId(0));
    order.map(|models| models.iter().map(|model| model.0).collect())
}

fn order(targets: &LiveTargets, policy: &Policy) -> Option<Vec<u32>> {
    asked(targets, policy, asking(0, Instant::now(), b"{}"))
}

#[test]
fn least_busy_counts_attempts_under_way() {
    let policy = policy("http://x", Pick::LeastBusy);
    let targets = Registry::new().bind(&policy);
    let state = |index| Arc::clone(targets.state(ModelId(index)).unwrap());
    assert_eq!(order(&targets, &policy), Some(vec![0, 1, 2]));
    let guards = [state(0).begin(), state(0).begin(), state(1).begin()];
    assert_eq!(order(&targets, &policy), Some(vec![2, 1, 0]));
    drop(guards);
    assert_eq!(state(0).in_flight(), 0);
    assert_eq!(order(&targets, &policy), Some(vec![0, 1, 2]));
}

#[test]
fn round_robin_takes_turns_and_other_picks_do_not_ask() {
    let turns = policy("http://x", Pick::RoundRobin);
    let targets = Registry::new().bind(&turns);
    let seen: Vec<_> = (0..4).filter_map(|_| order(&targets, &turns)).collect();
    assert_eq!(seen, [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 1, 2]]);
    assert_eq!(order(&targets, &policy("http://x", Pick::Random)), None);
}

#[test]
fn a_reload_keeps_what_stays_and_drops_what_goes() {
    let registry = Registry::new();
    let old = registry.bind(&policy("http://x", Pick::First));
    let guard = old.state(ModelId(1)).unwrap().begin();
    let mut changed = policy("http://x", Pick::First);
    changed.models.remove(0);
    let new = registry.bind(&changed);
    assert_eq!(new.state(ModelId(0)).unwrap().in_flight(), 1);
    let moved = registry.bind(&policy("http://y", Pick::First));
    assert_eq!(moved.state(ModelId(1)).unwrap().in_flight(), 0);
    assert_eq!(registry.len(), 6);
    drop((old, new, guard));
    registry.bind(&policy("http://y", Pick::First));
    assert_eq!(registry.len(), 3);
}
