//! A client that goes away cancels the call upstream at once, wherever it stands.

use super::bench::Bench;
use super::fake::{Play, Step, answer, bytes, events, json, role, text};
use crate::engine::{Outcome, Report, carry_out};
use crate::model::{Commit, FailureClass as Class};
use http_body_util::BodyExt;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout};

/// Leaves after a second without an answer; the report.
async fn leave_early(bench: &Bench) -> Report {
    let call = bench.call(bench.fakes());
    let (sender, report) = oneshot::channel();
    let answer = carry_out(call, move |report| sender.send(report).unwrap());
    assert!(timeout(Duration::from_secs(1), answer).await.is_err());
    let left = Instant::now();
    let report = report.await.unwrap();
    assert_eq!(left.elapsed(), Duration::ZERO);
    assert_eq!(bench.providers[0].live.load(Ordering::SeqCst), 0);
    report
}

#[tokio::test(start_paused = true)]
async fn before_the_commit() {
    let half = bytes("{\"choices\":");
    for (stream, play) in [
        (false, Play::Silent),
        (true, Play::Silent),
        (false, answer(200, "application/json", vec![half, Step::Hang])),
        (true, events(vec![role(), Step::Hang])),
        (true, answer(500, "application/json", vec![Step::Hang])),
    ] {
        let report = leave_early(&Bench::new(stream, vec![vec![play], vec![]])).await;
        assert_eq!(
            (report.outcome, report.attempts.len()),
            (Outcome::ClientClosed, 1)
        );
        assert_eq!(report.attempts[0].class, None);
    }
}

#[tokio::test(start_paused = true)]
async fn while_content_is_held() {
    let mut bench = Bench::new(true, vec![vec![events(vec![text("a"), Step::Hang])]]);
    bench.routing.commit = Some(Commit::Complete);
    assert_eq!(leave_early(&bench).await.outcome, Outcome::ClientClosed);
}

#[tokio::test(start_paused = true)]
async fn between_two_attempts() {
    let mut bench = Bench::new(false, vec![vec![json(429, "{}")]]);
    bench.providers[0] = std::sync::Arc::new(super::fake::Fake::new(vec![super::fake::with(
        json(429, "{}"),
        "retry-after",
        "4",
    )]));
    let report = leave_early(&bench).await;
    assert_eq!(report.outcome, Outcome::ClientClosed);
    assert_eq!(report.attempts[0].class, Some(Class::RateLimit));
}

#[tokio::test(start_paused = true)]
async fn within_the_stream() {
    let mut bench = Bench::new(true, vec![vec![events(vec![text("a"), Step::Hang])]]);
    let (mut answer, report) = bench.begin().await;
    assert!(answer.body.frame().await.is_some());
    assert_eq!(bench.providers[0].live.load(Ordering::SeqCst), 1);
    drop(answer);
    let report = report.await.unwrap();
    assert_eq!(
        (report.outcome, report.attempts[0].status),
        (Outcome::ClientClosed, Some(200))
    );
    assert_eq!(bench.providers[0].live.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn while_the_client_takes_nothing() {
    let endless = (0..500).map(|_| text("a")).collect();
    let mut bench = Bench::new(true, vec![vec![events(endless)]]);
    let (answer, mut report) = bench.begin().await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(report.try_recv().is_err());
    drop(answer);
    assert_eq!(report.await.unwrap().outcome, Outcome::ClientClosed);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_told_at_the_request_s_end() {
    let endless = (0..500).map(|_| text("a")).collect();
    let mut bench = Bench::new(true, vec![vec![events(endless)]]);
    bench.routing.timeouts.total = Some(Duration::from_secs(60));
    let (answer, report) = bench.begin().await;
    let report = report.await.unwrap();
    assert_eq!(report.outcome, Outcome::Truncated);
    let body = answer.body.collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    assert!(text.contains("upstream_timeout") && !text.contains("[DONE]"));
}
