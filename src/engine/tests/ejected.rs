//! Targets that are worse than the other members of their pools are passed over, as long as there is another.

use super::bench::{Bench, Seen, see};
use super::fake::{good_answer, json};
use crate::engine::Setback;
use crate::model::{FailureClass, ModelId, Pick};
use std::time::Duration;
use tokio::time::{Instant, advance};

async fn ask(bench: &mut Bench) -> (Seen, Vec<(ModelId, Setback)>) {
    let start = Instant::now();
    let (answer, report) = bench.begin().await;
    let failures = answer.failures.clone();
    (see(answer, report, start).await, failures)
}

#[tokio::test(start_paused = true)]
async fn an_ejected_target_is_passed_over_and_comes_back() {
    let mut first = Vec::new();
    // It fails each other time, which no breaker of failures in a row would see.
    for _ in 0..10 {
        first.extend([json(500, "{}"), good_answer("first")]);
    }
    first.extend(vec![good_answer("back"); 2]);
    let mut bench = Bench::new(false, vec![first, vec![good_answer("second"); 60]]).without_retry();
    bench.pool = Some(Pick::First);
    // The second has results of its own, as other requests of the pool would make.
    let targets = bench.registry.bind(&bench.policy());
    for _ in 0..20 {
        targets.result(ModelId(1), false, Instant::now());
        ask(&mut bench).await;
    }
    assert_eq!(bench.providers[0].count(), 20);
    let (seen, failures) = ask(&mut bench).await;
    assert_eq!((seen.spoken().as_str(), seen.attempts), ("second", 1));
    assert_eq!(failures, [(ModelId(0), Setback::Ejected)]);
    assert_eq!(seen.report.passed_over, [(ModelId(0), FailureClass::Server)]);
    advance(Duration::from_secs(10)).await;
    assert_eq!(ask(&mut bench).await.0.spoken(), "back");
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_other_the_worst_is_tried() {
    let mut bench = Bench::new(false, vec![vec![good_answer("first")], vec![]]).without_retry();
    bench.pool = Some(Pick::First);
    let targets = bench.registry.bind(&bench.policy());
    for _ in 0..2 {
        for number in 0..40 {
            targets.result(ModelId(0), number % 2 == 0, Instant::now());
            targets.result(ModelId(1), false, Instant::now());
        }
        advance(Duration::from_secs(1)).await;
    }
    assert!(
        targets
            .state(ModelId(0))
            .unwrap()
            .ejected(Instant::now())
            .is_some()
    );
    let rule = bench.policy().breaker(ModelId(1));
    for _ in 0..5 {
        let permit = targets
            .state(ModelId(1))
            .unwrap()
            .admit(rule, Instant::now())
            .unwrap();
        permit.end(Some(FailureClass::Server), Instant::now());
    }
    assert_eq!(ask(&mut bench).await.0.spoken(), "first");
}
