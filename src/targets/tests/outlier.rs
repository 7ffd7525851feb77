//! Members of a pool that are worse than the others are left alone for a while.

use super::*;
use crate::model::{Breaker, FailureClass as Class};
use crate::targets::outlier::{Recent, outliers};
use std::time::Duration;

fn recent(results: u64, failed: u64) -> Recent {
    Recent {
        results,
        failed,
        ..Recent::default()
    }
}

fn slow(begun: u64, milliseconds: u64) -> Recent {
    Recent {
        results: begun,
        begun,
        waited: begun * milliseconds,
        ..Recent::default()
    }
}

#[test]
fn one_that_fails_much_more_often_is_an_outlier() {
    let of = |failed| outliers(&[recent(100, failed), recent(100, 2), recent(100, 4)]);
    // Three times as often as the others' 3 %, and 10 % beyond.
    assert_eq!(of(19), []);
    assert_eq!(of(20), [(0, Class::Server)]);
    assert_eq!(outliers(&[recent(19, 19), recent(100, 0)]), [], "too few to say");
    assert_eq!(
        outliers(&[recent(100, 90), recent(10, 0)]),
        [],
        "nothing to compare with"
    );
    assert_eq!(outliers(&[recent(100, 90), recent(100, 85)]), [], "all fail");
    assert_eq!(outliers(&[recent(100, 90)]), []);
}

#[test]
fn one_that_takes_much_longer_is_an_outlier() {
    let of = |wait| outliers(&[slow(50, 300), slow(50, 500), slow(50, wait)]);
    assert_eq!(of(2_000), []);
    assert_eq!(of(2_001), [(2, Class::TimeoutFirstToken)]);
    // Five times as long, but less than a second longer.
    assert_eq!(outliers(&[slow(50, 20), slow(50, 900)]), []);
}

#[test]
fn at_most_a_third_is_ejected_and_the_worst_first() {
    let mut members = vec![recent(100, 0); 6];
    for (at, failed) in [(1, 50), (3, 90), (4, 70)] {
        members[at].failed = failed;
    }
    let found: Vec<usize> = outliers(&members).into_iter().map(|(at, _)| at).collect();
    assert_eq!(
        found,
        [3],
        "the others fail too often for the next one to stand out"
    );
    members[3].is_ejected = true;
    let found: Vec<usize> = outliers(&members).into_iter().map(|(at, _)| at).collect();
    assert_eq!(found, [4]);
    members[4].is_ejected = true;
    assert_eq!(outliers(&members), []);
    assert_eq!(outliers(&[recent(100, 90), recent(100, 0)]), [(0, Class::Server)]);
}

/// Each member has so many attempts that end at a moment, of which one in `one_in` fails at the first.
fn attempts(targets: &LiveTargets, count: u32, one_in: u32, now: Instant) {
    for number in 0..count {
        for model in 0..3 {
            targets.result(ModelId(model), model == 0 && number % one_in == 0, now);
        }
    }
}

#[test]
fn an_ejection_ends_grows_and_outlives_a_reload() {
    let registry = Registry::new();
    let targets = registry.bind(&policy("http://x", Pick::First));
    let start = Instant::now();
    let second = Duration::from_secs(1);
    attempts(&targets, 30, 2, start);
    attempts(&targets, 1, 1, start + second);
    let wait = |targets: &LiveTargets, now| {
        targets
            .state(ModelId(0))
            .unwrap()
            .ejected(now)
            .map(|ejected| ejected.wait)
    };
    assert_eq!(wait(&targets, start + second), Some(10 * second));
    assert_eq!(targets.state(ModelId(1)).unwrap().ejected(start + second), None);
    let reloaded = registry.bind(&policy("http://x", Pick::Random));
    assert_eq!(wait(&reloaded, start + 2 * second), Some(9 * second));
    assert_eq!(wait(&targets, start + 11 * second), None);
    // No better: twice as long.
    attempts(&targets, 30, 2, start + 15 * second);
    attempts(&targets, 1, 1, start + 16 * second);
    assert_eq!(wait(&targets, start + 16 * second), Some(20 * second));
    // Well for a while: as the first time.
    attempts(&targets, 30, 2, start + 100 * second);
    attempts(&targets, 1, 1, start + 101 * second);
    assert_eq!(wait(&targets, start + 101 * second), Some(10 * second));
}

#[test]
fn without_a_breaker_nobody_is_left_alone() {
    let mut policy = policy("http://x", Pick::First);
    policy.models[0].breaker = Some(Breaker::Off);
    let targets = Registry::new().bind(&policy);
    let now = Instant::now();
    attempts(&targets, 60, 1, now);
    attempts(&targets, 1, 1, now + Duration::from_secs(1));
    let state = targets.state(ModelId(0)).unwrap();
    assert_eq!(state.ejected(now + Duration::from_secs(1)), None);
}
