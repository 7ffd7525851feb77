//! Failure classes, timeouts and defaults.

use super::*;
use std::time::Duration;

#[test]
fn timeout_stands_for_all_four() {
    let set = ClassSet::from_name("timeout");
    assert_eq!(set.iter().count(), 4);
    assert!(set.contains(FailureClass::TimeoutIdle) && !set.contains(FailureClass::Connect));
    assert!(ClassSet::from_name("time").is_empty());
}

#[test]
fn the_narrower_timeout_wins() {
    let second = Some(Duration::from_secs(1));
    let narrow = Timeouts {
        idle: second,
        ..Timeouts::default()
    };
    let merged = narrow.over(Defaults::default().timeouts);
    assert_eq!(merged.idle, second);
    assert_eq!(merged.total, Some(Duration::from_secs(600)));
}
