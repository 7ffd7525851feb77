//! Rates of failures: those of parts add up to those of the whole, in any order.

use super::{MOST_TARGETS, Rates};
use crate::facts::Timestamp;
use crate::model::FailureClass;

/// Lines of requests that targets `from` to `to` failed.
fn failed(from: usize, to: usize) -> String {
    let line = |at| {
        format!(
            "{{\"v\":1,\"facts\":{{}},\"attempts\":[{{\"target\":\"t{at}\",\"class\":\"server\",\"ms\":1}}]}}\n"
        )
    };
    (from..to).map(line).collect()
}

fn read(parts: &[String]) -> Rates {
    let read = |text: &String| {
        let mut rates = Rates::default();
        rates.read(text.as_bytes());
        rates
    };
    parts.iter().map(read).fold(Rates::default(), Rates::merge)
}

fn draws(rates: &Rates, target: &str) -> Option<FailureClass> {
    rates.draw(target, None::<Timestamp>, 7)
}

#[test]
fn a_target_that_always_failed_fails() {
    let rates = read(&[failed(0, 3)]);
    assert_eq!(draws(&rates, "t1"), Some(FailureClass::Server));
    assert_eq!(draws(&rates, "t3"), None);
}

#[test]
fn too_many_targets_are_none_however_they_are_spread() {
    let most = MOST_TARGETS;
    let full = read(&[failed(0, most)]);
    assert_eq!(draws(&full, "t0"), Some(FailureClass::Server));
    let whole = read(&[failed(0, most + 9)]);
    assert_eq!(draws(&whole, "t0"), None);
    assert_eq!(read(&[failed(0, 9), failed(9, most + 9)]), whole);
    assert_eq!(read(&[failed(9, most + 9), failed(0, 9)]), whole);
    assert_eq!(read(&[failed(0, most), failed(9, most + 9), failed(0, 2)]), whole);
}
