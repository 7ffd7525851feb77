//! `pick fastest`: the peak-sensitive average, and the power of two choices.

use super::*;
use std::time::Duration;

const SEEDS: u64 = 400;

/// How often each of three members comes first, over many seeds.
fn firsts(targets: &LiveTargets, policy: &Policy, now: Instant) -> [usize; 3] {
    let mut firsts = [0; 3];
    for seed in 0..SEEDS {
        let order = asked(targets, policy, asking(seed, now, b"{}")).unwrap();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2]);
        firsts[order[0] as usize] += 1;
    }
    firsts
}

fn observe(targets: &LiveTargets, index: u32, milliseconds: u64, now: Instant) {
    let state = targets.state(ModelId(index)).unwrap();
    state.observe_first_content(Duration::from_millis(milliseconds), now);
}

#[test]
fn the_slowest_of_two_is_never_first() {
    let policy = policy("http://x", Pick::Fastest);
    let targets = Registry::new().bind(&policy);
    let now = Instant::now();
    for (index, milliseconds) in [(0, 300), (1, 200), (2, 100)] {
        observe(&targets, index, milliseconds, now);
    }
    let [slowest, middle, fastest] = firsts(&targets, &policy, now);
    assert_eq!(slowest, 0);
    // Of three pairs two hold the fastest, and one the middle one without it.
    assert!(fastest > middle && middle > 0, "{middle} {fastest}");
    let one = asked(&targets, &policy, asking(5, now, b"{}"));
    assert_eq!(one, asked(&targets, &policy, asking(5, now, b"{}")));
}

#[test]
fn attempts_under_way_count_and_the_unknown_is_asked_once() {
    let policy = policy("http://x", Pick::Fastest);
    let targets = Registry::new().bind(&policy);
    let now = Instant::now();
    observe(&targets, 0, 100, now);
    observe(&targets, 1, 150, now);
    let state = |index| Arc::clone(targets.state(ModelId(index)).unwrap());
    let waits = |index| state(index).waiting(now);
    assert_eq!(waits(2), Duration::ZERO);
    let probe = state(2).begin();
    assert!(waits(2) > waits(0) && waits(2) > waits(1));
    let busy = state(0).begin();
    assert!(waits(0) > waits(1));
    drop((probe, busy));
    assert!(waits(0) < waits(1));
}

#[test]
fn the_average_jumps_up_and_fades() {
    let policy = policy("http://x", Pick::Fastest);
    let targets = Registry::new().bind(&policy);
    let now = Instant::now();
    let state = targets.state(ModelId(0)).unwrap();
    observe(&targets, 0, 100, now);
    observe(&targets, 0, 800, now);
    assert_eq!(state.first_content(), Some(Duration::from_millis(800)));
    // A faster answer ten seconds later: the past has 1/e of its weight.
    let later = now + Duration::from_secs(10);
    assert!(state.waiting(later) < Duration::from_millis(300));
    observe(&targets, 0, 100, later);
    let average = state.first_content().unwrap();
    assert!(
        (350..365).contains(&average.as_millis()),
        "100 + 700/e, not {average:?}"
    );
}
