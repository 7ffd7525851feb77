//! The retry budget; time is paused.

use super::super::budget::RetryBudget;
use std::time::Duration;
use tokio::time::{Instant, advance};

/// How many repeats there are now.
fn taken(budget: &RetryBudget) -> usize {
    (0..10_000).take_while(|_| budget.take(Instant::now())).count()
}

#[tokio::test(start_paused = true)]
async fn ten_repeats_are_always_there() {
    let budget = RetryBudget::new();
    assert_eq!(taken(&budget), 10);
    assert_eq!(budget.refused(), 1);
    advance(Duration::from_secs(9)).await;
    assert_eq!(taken(&budget), 0);
    advance(Duration::from_secs(1)).await;
    assert_eq!(taken(&budget), 10, "the window has passed");
}

#[tokio::test(start_paused = true)]
async fn a_fifth_of_the_requests_may_be_repeated() {
    let budget = RetryBudget::new();
    for _ in 0..10 {
        (0..100).for_each(|_| budget.request(Instant::now()));
        advance(Duration::from_secs(1)).await;
    }
    // Of the first second's requests more than ten seconds have passed.
    assert_eq!(taken(&budget), 180);
    advance(Duration::from_secs(60)).await;
    assert_eq!(taken(&budget), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_two_take_the_last_one() {
    let budget = std::sync::Arc::new(RetryBudget::new());
    let now = Instant::now();
    (0..500).for_each(|_| budget.request(now));
    let takers: Vec<_> = (0..400)
        .map(|_| {
            let budget = std::sync::Arc::clone(&budget);
            tokio::spawn(async move { usize::from(budget.take(now)) })
        })
        .collect();
    let mut sum = 0;
    for taker in takers {
        sum += taker.await.unwrap();
    }
    assert_eq!(sum, 100);
}
