//! What checks have told of providers.

use super::*;
use crate::model::{FailureClass, HealthCheck};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(10);

fn checked(url: &str) -> Policy {
    let mut policy = policy(url, Pick::First);
    policy.providers[0].check = Some(HealthCheck {
        path: "/health".to_owned(),
        every: EVERY,
    });
    policy
}

#[test]
fn two_failures_in_a_row_take_a_provider_out_and_one_answer_brings_it_back() {
    let registry = Registry::new();
    let targets = registry.bind(&checked("http://x"));
    let check = targets.check(ProviderId(0)).unwrap();
    let now = Instant::now();
    assert_eq!(check.standing(now), Standing::Unknown);
    let admitted = |targets: &LiveTargets, now| targets.admit(ModelId(1), None, now).err();
    for (is_well, standing) in [
        (false, Standing::Well),
        (true, Standing::Well),
        (false, Standing::Well),
        (false, Standing::Down(EVERY)),
    ] {
        check.told_well(is_well, EVERY, now);
        assert_eq!(check.standing(now), standing);
    }
    let later = now + Duration::from_secs(4);
    let open = Open {
        wait: Duration::from_secs(6),
        class: FailureClass::Connect,
    };
    assert_eq!(admitted(&targets, later), Some(open));
    // A reload keeps it, as long as the same is asked.
    assert_eq!(admitted(&registry.bind(&checked("http://x")), later), Some(open));
    assert_eq!(admitted(&registry.bind(&checked("http://y")), later), None);
    assert_eq!(
        admitted(&registry.bind(&policy("http://x", Pick::First)), later),
        None
    );
    check.told_well(true, EVERY, later);
    assert_eq!(admitted(&targets, later), None);
}

#[test]
fn nobody_asks_twice_at_once_or_too_early() {
    let targets = Registry::new().bind(&checked("http://x"));
    let check = targets.check(ProviderId(0)).unwrap();
    let now = Instant::now();
    assert!(check.is_due(EVERY, now));
    assert!(!check.is_due(EVERY, now + 2 * EVERY), "one is under way");
    check.told_well(true, EVERY, now);
    assert!(!check.is_due(EVERY, now + EVERY / 2));
    assert!(
        check.is_due(EVERY / 2, now + EVERY / 2),
        "a policy that asks more often has its way at once"
    );
    check.told_well(true, EVERY, now);
    assert!(check.is_due(EVERY, now + EVERY));
}
