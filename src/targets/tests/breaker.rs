//! Breakers open, probe and close; time is paused.

use super::super::{BreakerState, Permit, Registry, TargetState};
use super::policy;
use crate::model::{BreakerRule, FailureClass as Class, ModelId, Pick};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::{Instant, advance};

const RULE: BreakerRule = BreakerRule {
    failures: 3,
    within: Duration::from_secs(30),
    open: Duration::from_secs(10),
};

fn admit(state: &TargetState) -> Option<Permit> {
    state.admit(Some(RULE), Instant::now()).ok()
}

fn end(state: &TargetState, failed: Option<Class>) {
    admit(state).unwrap().end(failed, Instant::now());
}

fn fail(state: &TargetState) {
    end(state, Some(Class::Server));
}

fn opened() -> Arc<TargetState> {
    let state = Arc::new(TargetState::default());
    (0..3).for_each(|_| fail(&state));
    assert!(matches!(state.breaker(Instant::now()), BreakerState::Open(_)));
    state
}

#[tokio::test(start_paused = true)]
async fn failures_in_a_row_open_it() {
    let state = TargetState::default();
    fail(&state);
    fail(&state);
    end(&state, None);
    fail(&state);
    fail(&state);
    assert_eq!(state.breaker(Instant::now()), BreakerState::Closed);
    end(&state, Some(Class::Truncated));
    assert_eq!(state.breaker(Instant::now()), BreakerState::Open(RULE.open));
    advance(Duration::from_secs(4)).await;
    let open = state.admit(Some(RULE), Instant::now()).unwrap_err();
    assert_eq!(
        (open.wait, open.class),
        (Duration::from_secs(6), Class::Truncated)
    );
    assert!(
        state.admit(None, Instant::now()).is_ok(),
        "a policy without a breaker"
    );
}

#[tokio::test(start_paused = true)]
async fn failures_that_lie_too_far_apart_do_not() {
    let state = TargetState::default();
    for _ in 0..9 {
        fail(&state);
        advance(Duration::from_secs(16)).await;
    }
    assert_eq!(state.breaker(Instant::now()), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn what_says_nothing_of_the_target_is_not_counted() {
    let state = TargetState::default();
    for class in Class::ALL.into_iter().filter(|class| !class.trips_breaker()) {
        end(&state, Some(class));
    }
    assert_eq!(state.breaker(Instant::now()), BreakerState::Closed);
    fail(&state);
    end(&state, Some(Class::RateLimit));
    fail(&state);
    fail(&state);
    assert!(admit(&state).is_none(), "a rate limit is no success either");
}

#[tokio::test(start_paused = true)]
async fn the_probe_decides() {
    for (result, closes) in [
        (None, true),
        (Some(Class::RateLimit), true),
        (Some(Class::Connect), false),
    ] {
        let state = opened();
        advance(RULE.open).await;
        assert_eq!(state.breaker(Instant::now()), BreakerState::HalfOpen);
        let probe = admit(&state).unwrap();
        let open = state.admit(Some(RULE), Instant::now()).unwrap_err();
        assert_eq!(open.wait, Duration::ZERO);
        probe.end(result, Instant::now());
        drop(probe);
        assert_eq!(admit(&state).is_some(), closes, "{result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_content_of_a_probe_closes_it() {
    let state = opened();
    advance(RULE.open).await;
    let probe = admit(&state).unwrap();
    probe.content();
    assert_eq!(state.breaker(Instant::now()), BreakerState::Closed);
    probe.end(Some(Class::Truncated), Instant::now());
    assert_eq!(state.breaker(Instant::now()), BreakerState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_cancelled_leaves_its_place() {
    let state = opened();
    advance(RULE.open).await;
    drop(admit(&state).unwrap());
    assert!(admit(&state).is_some(), "the next one probes");
}

#[tokio::test(start_paused = true)]
async fn results_from_before_are_ignored() {
    let state = TargetState::default();
    let (slow_success, slow_failure) = (admit(&state).unwrap(), admit(&state).unwrap());
    let slow_failures: Vec<Permit> = (0..5).map(|_| admit(&state).unwrap()).collect();
    (0..3).for_each(|_| fail(&state));
    slow_success.end(None, Instant::now());
    assert!(admit(&state).is_none(), "an old success does not close it");
    advance(Duration::from_secs(9)).await;
    slow_failure.end(Some(Class::Server), Instant::now());
    advance(Duration::from_secs(1)).await;
    let probe = admit(&state).expect("an old failure does not keep it open");
    slow_success.end(None, Instant::now());
    assert!(admit(&state).is_none(), "an old success is no probe");
    probe.end(None, Instant::now());
    for failure in slow_failures {
        failure.end(Some(Class::Server), Instant::now());
    }
    assert_eq!(state.breaker(Instant::now()), BreakerState::Closed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_callers_make_one_probe() {
    let rule = BreakerRule {
        open: Duration::from_millis(1),
        ..RULE
    };
    let state = Arc::new(TargetState::default());
    for _ in 0..3 {
        let permit = state.admit(Some(rule), Instant::now()).unwrap();
        permit.end(Some(Class::Connect), Instant::now());
    }
    let recovered = Instant::now() + rule.open;
    let let_through = Arc::new(AtomicUsize::new(0));
    let start = Arc::new(tokio::sync::Barrier::new(1_000));
    let callers: Vec<_> = (0..1_000)
        .map(|_| {
            let (state, through, start) = (Arc::clone(&state), Arc::clone(&let_through), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                let permit = state.admit(Some(rule), recovered);
                through.fetch_add(usize::from(permit.is_ok()), Ordering::Relaxed);
                start.wait().await;
                drop(permit);
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(let_through.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn it_outlives_the_policy() {
    let registry = Registry::new();
    let old = registry.bind(&policy("http://x", Pick::First));
    let state = old.state(ModelId(0)).unwrap();
    (0..3).for_each(|_| fail(state));
    let new = registry.bind(&policy("http://x", Pick::Random));
    assert!(admit(new.state(ModelId(0)).unwrap()).is_none());
    assert!(admit(new.state(ModelId(1)).unwrap()).is_some(), "another target");
    let moved = registry.bind(&policy("http://y", Pick::First));
    assert!(admit(moved.state(ModelId(0)).unwrap()).is_some(), "another URL");
}
