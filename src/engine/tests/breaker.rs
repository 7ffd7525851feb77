//! Targets whose circuit breakers are open are passed over; time is paused.

use super::bench::{Bench, Seen, see};
use super::fake::{Fake, Play, Step, answer, bytes, events, good_answer, good_stream, json, text};
use crate::engine::{Outcome, Setback, carry_out};
use crate::model::{Breaker, BreakerRule, FailureClass as Class, ModelId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, advance, timeout};

/// Two failures open a breaker for 10 s.
fn bench(stream: bool, plays: Vec<Vec<Play>>) -> Bench {
    let mut bench = Bench::new(stream, plays).without_retry();
    bench.defaults.breaker = Breaker::On(BreakerRule {
        failures: 2,
        within: Duration::from_secs(30),
        open: Duration::from_secs(10),
    });
    bench
}

async fn ask(bench: &mut Bench) -> Seen {
    let start = Instant::now();
    let (answer, report) = bench.begin().await;
    see(answer, report, start).await
}

/// From now on the target plays this.
fn script(bench: &mut Bench, target: usize, plays: Vec<Play>) {
    bench.providers[target] = Arc::new(Fake::new(plays));
}

#[tokio::test(start_paused = true)]
async fn an_open_target_is_passed_over_and_probed_once() {
    let bad = || json(500, "{}");
    let mut bench = bench(
        false,
        vec![vec![bad(), bad(), bad()], vec![good_answer("other"); 5]],
    );
    for _ in 0..2 {
        assert_eq!(ask(&mut bench).await.failures, [(0, Class::Server)]);
    }
    let seen = ask(&mut bench).await;
    assert_eq!((seen.spoken().as_str(), seen.target), ("other", Some(1)));
    assert_eq!((seen.attempts, seen.failures), (1, vec![]));
    let passed = [(ModelId(0), Class::Server)];
    assert_eq!(seen.report.passed_over, passed);
    assert_eq!(seen.report.attempts.len(), 1);
    assert_eq!(seen.report.outcome, Outcome::Ok);

    advance(Duration::from_secs(10)).await;
    assert_eq!(ask(&mut bench).await.failures, [(0, Class::Server)], "a probe");
    assert_eq!(ask(&mut bench).await.report.passed_over, passed);
    assert_eq!(bench.providers[0].count(), 3);

    advance(Duration::from_secs(10)).await;
    script(&mut bench, 0, vec![good_answer("back"); 2]);
    for _ in 0..2 {
        assert_eq!(ask(&mut bench).await.spoken(), "back");
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_are_open_the_client_is_told_when_to_come_back() {
    let bad = || vec![Play::Refuse, Play::Refuse];
    let mut bench = bench(false, vec![bad(), bad()]);
    ask(&mut bench).await;
    advance(Duration::from_millis(1_500)).await;
    ask(&mut bench).await;
    advance(Duration::from_millis(2_500)).await;
    let seen = ask(&mut bench).await;
    assert_eq!((seen.status, seen.attempts, seen.target), (503, 0, None));
    assert_eq!(seen.headers["retry-after"], "8");
    assert!(seen.body.contains("upstream_unavailable"), "{}", seen.body);
    let passed = [0, 1].map(|target| (ModelId(target), Class::Connect));
    assert_eq!(seen.report.passed_over, passed);
    assert_eq!(
        (seen.report.outcome, seen.report.attempts.len()),
        (Outcome::Failed, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn the_first_one_tried_is_whose_error_the_client_gets() {
    let mut bench = bench(
        false,
        vec![
            vec![Play::Refuse; 2],
            vec![good_answer("a"), json(500, "second"), json(500, "x")],
        ],
    );
    ask(&mut bench).await;
    script(&mut bench, 1, vec![good_answer("a"), json(500, "second")]);
    ask(&mut bench).await;
    let seen = ask(&mut bench).await;
    assert_eq!(
        (seen.status, seen.body.as_str(), seen.target),
        (500, "second", Some(1))
    );
    assert_eq!((seen.attempts, seen.report.passed_over.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_for_other_failures_is_not_taken() {
    let mut bench = bench(false, vec![vec![json(500, "{}"); 2], vec![]]);
    bench.defaults.fallback_on = [Class::Overload].into_iter().collect();
    for _ in 0..2 {
        assert_eq!(ask(&mut bench).await.status, 500);
    }
    let seen = ask(&mut bench).await;
    assert_eq!((seen.status, bench.providers[1].count()), (503, 0));
}

#[tokio::test(start_paused = true)]
async fn a_target_that_has_opened_is_not_repeated() {
    let mut bench = bench(false, vec![vec![json(500, "{}"); 2], vec![good_answer("other")]]);
    bench.defaults.retry.count = 5;
    let seen = ask(&mut bench).await;
    assert_eq!(seen.failures, [(0, Class::Server), (0, Class::Server)]);
    assert_eq!(seen.spoken(), "other");
}

#[tokio::test(start_paused = true)]
async fn streams_that_break_after_their_commit_count() {
    let broken = || events(vec![text("half"), Step::Cut]);
    let mut bench = bench(true, vec![vec![broken(), broken()], vec![good_stream("other")]]);
    for _ in 0..2 {
        assert_eq!(ask(&mut bench).await.outcome(), Outcome::Truncated);
    }
    assert_eq!(ask(&mut bench).await.spoken(), "other");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_its_probe_says_nothing() {
    let mut bench = bench(false, vec![vec![Play::Refuse; 2]]);
    for _ in 0..2 {
        ask(&mut bench).await;
    }
    advance(Duration::from_secs(10)).await;
    let hanging = answer(200, "application/json", vec![bytes("{"), Step::Hang]);
    script(&mut bench, 0, vec![hanging, good_answer("back")]);
    let (sender, report) = oneshot::channel();
    let probe = carry_out(bench.call(bench.fakes()), move |report| {
        sender.send(report).unwrap()
    });
    assert!(timeout(Duration::from_secs(1), probe).await.is_err());
    assert_eq!(report.await.unwrap().outcome, Outcome::ClientClosed);
    assert_eq!(ask(&mut bench).await.spoken(), "back");
}

#[tokio::test(start_paused = true)]
async fn what_was_passed_over_stands_among_the_failures_in_order() {
    let mut bench = bench(
        false,
        vec![
            vec![Play::Refuse; 2],
            vec![good_answer("a"), good_answer("a"), json(500, "")],
            vec![good_answer("third")],
        ],
    );
    for _ in 0..2 {
        ask(&mut bench).await;
    }
    let (answer, _report) = bench.begin().await;
    let open = (ModelId(0), Setback::Open);
    let failed = (ModelId(1), Setback::Failed(Class::Server));
    assert_eq!(answer.failures, [open, failed]);
    assert_eq!((answer.attempts, open.1.to_string().as_str()), (2, "open"));
}
