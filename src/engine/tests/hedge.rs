//! A second attempt beside the first one: which of them wins, and what becomes of the other; time is paused.

use super::bench::{Bench, Seen};
use super::fake::{Play, Step, answer, bytes, events, good_answer, good_stream, json, role, text, wait};
use crate::decide::Hedging;
use crate::engine::{Outcome, Report, carry_out};
use crate::model::{Breaker, BreakerRule, Commit, FailureClass as Class, ModelId};
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

const AFTER: Duration = Duration::from_millis(800);

fn bench(stream: bool, plays: Vec<Vec<Play>>) -> Bench {
    let mut bench = Bench::new(stream, plays).without_retry();
    bench.hedge = Some(Hedging {
        second: 1,
        after: AFTER,
    });
    bench
}

/// A good answer after so many milliseconds.
fn late(stream: bool, says: &str, milliseconds: u64) -> Play {
    let play = if stream {
        good_stream(says)
    } else {
        good_answer(says)
    };
    match play {
        Play::Answer(_, status, headers, steps) => {
            Play::Answer(Duration::from_millis(milliseconds), status, headers, steps)
        }
        other => other,
    }
}

/// The attempts: target, class, whether it was broken off, and how many milliseconds it took.
fn attempts(report: &Report) -> Vec<(u32, Option<Class>, bool, u128)> {
    let attempts = report.attempts.iter();
    attempts
        .map(|attempt| {
            let took = attempt.took.as_millis();
            (attempt.target.0, attempt.class, attempt.cancelled, took)
        })
        .collect()
}

fn said(seen: &Seen) -> (String, Option<u32>, usize) {
    (seen.spoken(), seen.target, seen.attempts)
}

#[tokio::test(start_paused = true)]
async fn a_first_attempt_in_time_has_none_beside_it() {
    for stream in [false, true] {
        let (seen, providers) = bench(stream, vec![vec![late(stream, "a", 799)], vec![]])
            .run()
            .await;
        assert_eq!(said(&seen), ("a".to_owned(), Some(0), 1));
        assert_eq!(providers[1].count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_second_wins_and_the_first_is_broken_off_at_once() {
    for stream in [false, true] {
        let plays = vec![vec![Play::Silent], vec![late(stream, "b", 100)]];
        let (seen, _) = bench(stream, plays).run().await;
        assert_eq!(said(&seen), ("b".to_owned(), Some(1), 2));
        assert_eq!((seen.outcome(), seen.failures.len()), (Outcome::Ok, 0));
        assert_eq!(
            attempts(&seen.report),
            [(0, None, true, 900), (1, None, false, 100)]
        );
        assert_eq!(seen.report.target, Some(ModelId(1)));
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_wins_and_the_second_is_broken_off_at_once() {
    for stream in [false, true] {
        let plays = vec![vec![late(stream, "a", 1_000)], vec![Play::Silent]];
        let (seen, _) = bench(stream, plays).run().await;
        assert_eq!(said(&seen), ("a".to_owned(), Some(0), 2));
        assert_eq!(
            attempts(&seen.report),
            [(0, None, false, 1_000), (1, None, true, 200)]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_content_wins_nothing() {
    let slow = events(vec![role(), Step::Hang]);
    let (seen, _) = bench(true, vec![vec![slow], vec![good_stream("b")]]).run().await;
    assert_eq!(said(&seen), ("b".to_owned(), Some(1), 2));
    assert!(seen.body.ends_with("data: [DONE]\n\n"), "{}", seen.body);
}

#[tokio::test(start_paused = true)]
async fn content_before_the_hedge_keeps_the_first_alone() {
    let slow = vec![
        role(),
        text("a"),
        wait(5_000),
        text("b"),
        super::fake::finish(),
        super::fake::done(),
    ];
    let (seen, providers) = bench(true, vec![vec![events(slow)], vec![]]).run().await;
    assert_eq!(said(&seen), ("ab".to_owned(), Some(0), 1));
    assert_eq!(providers[1].count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_committed_stream_that_breaks_is_not_hedged() {
    let broken = vec![text("a"), wait(1_000), Step::Cut];
    let (seen, providers) = bench(true, vec![vec![events(broken)], vec![]]).run().await;
    assert_eq!(
        (seen.outcome(), seen.spoken().as_str()),
        (Outcome::Truncated, "a")
    );
    assert_eq!(providers[1].count(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_goes_on_where_the_other_fails() {
    let fails = |after| Play::Answer(Duration::from_millis(after), 500, Vec::new(), vec![bytes("{}")]);
    let plays = vec![vec![fails(1_000)], vec![late(false, "b", 900)]];
    let (seen, _) = bench(false, plays).run().await;
    assert_eq!(said(&seen), ("b".to_owned(), Some(1), 2));
    assert_eq!(seen.failures, [(0, Class::Server)]);
    assert_eq!(seen.outcome(), Outcome::Ok);

    let plays = vec![vec![late(false, "a", 1_500)], vec![fails(100)]];
    let (seen, _) = bench(false, plays).run().await;
    assert_eq!(said(&seen), ("a".to_owned(), Some(0), 2));
    assert_eq!(seen.failures, [(1, Class::Server)]);
}

#[tokio::test(start_paused = true)]
async fn where_both_fail_the_plan_goes_on_and_the_first_speaks() {
    let fails = |after, status| {
        let steps = vec![bytes("{\"error\":{\"message\":\"no\"}}")];
        let headers = vec![("content-type", "application/json".to_owned())];
        Play::Answer(Duration::from_millis(after), status, headers, steps)
    };
    for (first, second) in [(1_000, 500), (1_200, 100)] {
        let race = || vec![vec![fails(first, 502)], vec![fails(second, 500)]];
        let rescued = [race(), vec![vec![good_answer("c")]]].concat();
        let (seen, _) = bench(false, rescued).run().await;
        assert_eq!(said(&seen), ("c".to_owned(), Some(2), 3));
        let (seen, _) = bench(false, race()).run().await;
        assert_eq!((seen.status, seen.attempts, seen.target), (502, 2, Some(0)));
        assert_eq!(seen.failures.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_time_is_rescued_without_a_race() {
    let plays = vec![vec![json(500, "{}")], vec![late(false, "b", 2_000)], vec![]];
    let (seen, providers) = bench(false, plays).run().await;
    assert_eq!(said(&seen), ("b".to_owned(), Some(1), 2));
    assert_eq!(providers[2].count(), 0);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_more_than_allowed_and_none_at_an_open_target() {
    let mut alone = bench(false, vec![vec![late(false, "a", 5_000)], vec![]]);
    alone.routing.attempts = Some(1);
    assert_eq!(said(&alone.run().await.0), ("a".to_owned(), Some(0), 1));

    let mut open = bench(false, vec![vec![late(false, "a", 5_000)], vec![]]);
    open.defaults.breaker = Breaker::On(BreakerRule {
        failures: 1,
        within: Duration::from_secs(30),
        open: Duration::from_secs(60),
    });
    let rule = open.policy().breaker(ModelId(1));
    let view = open.registry.bind(&open.policy());
    let permit = view
        .state(ModelId(1))
        .unwrap()
        .admit(rule, Instant::now())
        .unwrap();
    permit.end(Some(Class::Server), Instant::now());
    let (seen, _) = open.run().await;
    assert_eq!(said(&seen), ("a".to_owned(), Some(0), 1));
    assert!(seen.report.passed_over.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_winner_that_is_cut_while_it_is_held_is_rescued_by_the_other() {
    let cut = events(vec![wait(900), text("a"), wait(1_000), Step::Cut]);
    let mut bench = bench(true, vec![vec![cut], vec![Play::Silent, good_stream("b")]]);
    bench.routing.commit = Some(Commit::Complete);
    let (seen, _) = bench.run().await;
    assert_eq!(said(&seen), ("b".to_owned(), Some(1), 3));
    let classes: Vec<_> = attempts(&seen.report)
        .into_iter()
        .map(|(target, class, off, _)| (target, class, off))
        .collect();
    assert_eq!(
        classes,
        [
            (0, Some(Class::Truncated), false),
            (1, None, true),
            (1, None, false)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_ends_both() {
    let bench = bench(
        true,
        vec![vec![events(vec![role(), Step::Hang])], vec![Play::Silent]],
    );
    let call = bench.call(bench.fakes());
    let (sender, report) = oneshot::channel();
    let answer = carry_out(call, move |report| sender.send(report).unwrap());
    assert!(timeout(Duration::from_secs(2), answer).await.is_err());
    let left = Instant::now();
    let report = report.await.unwrap();
    assert_eq!(left.elapsed(), Duration::ZERO);
    assert_eq!(
        (report.outcome, report.attempts.len()),
        (Outcome::ClientClosed, 2)
    );
    for fake in &bench.providers {
        assert_eq!((fake.count(), fake.live.load(Ordering::SeqCst)), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_too_long_to_be_held_wins_too() {
    let long = answer(
        200,
        "application/json",
        vec![bytes("{\"choices\":"), wait(900), bytes("[1]}")],
    );
    let mut bench = bench(false, vec![vec![long], vec![Play::Silent]]);
    bench.defaults.hold = 14;
    let (seen, _) = bench.run().await;
    assert_eq!((seen.body.as_str(), seen.attempts), ("{\"choices\":[1]}", 2));
    assert!(seen.report.hold_exceeded);
}
