//! Before the commit every failure is rescued: the client sees only the fallback's answer.

use super::bench::Bench;
use super::fake::{
    Play, Step, answer, bytes, done, events, finish, good_answer, good_stream, json, role, text, wait,
};
use crate::engine::Outcome;
use crate::model::{Commit, FailureClass as Class};

/// Every failure of a whole answer, with its class.
fn whole_faults() -> Vec<(Play, Class)> {
    let half = r#"{"choices":[{"message":{"cont"#;
    let error = |body: &str| json(200, body);
    vec![
        (Play::Refuse, Class::Connect),
        (json(429, "{}"), Class::RateLimit),
        (json(402, "{}"), Class::Quota),
        (
            json(429, r#"{"error":{"code":"insufficient_quota"}}"#),
            Class::Quota,
        ),
        (json(503, ""), Class::Overload),
        (json(500, "<html>"), Class::Server),
        (json(401, "{}"), Class::Auth),
        (
            json(400, r#"{"error":{"code":"context_length_exceeded"}}"#),
            Class::ContextLength,
        ),
        (answer(200, "text/html", vec![bytes("<html>")]), Class::Server),
        (
            answer(200, "application/json", vec![bytes(half)]),
            Class::Truncated,
        ),
        (
            answer(200, "application/json", vec![bytes(half), Step::Cut]),
            Class::Truncated,
        ),
        (answer(200, "application/json", vec![]), Class::Truncated),
        (
            answer(200, "application/json", vec![bytes(half), Step::Hang]),
            Class::TimeoutIdle,
        ),
        (error(r#"{"choices":[{"message":{"content":""}}]}"#), Class::Empty),
        (error(r#"{"error":{"type":"overloaded_error"}}"#), Class::Overload),
        (error(r#"{"error":{"code":429}}"#), Class::RateLimit),
    ]
}

/// Every failure of a stream before its first content, with its class.
fn stream_faults() -> Vec<(Play, Class)> {
    let error = |body: &str| bytes(format!("data: {{\"error\":{body}}}\n\n"));
    vec![
        (Play::Refuse, Class::Connect),
        (Play::Silent, Class::TimeoutHeaders),
        (json(429, "{}"), Class::RateLimit),
        (json(503, ""), Class::Overload),
        (json(500, "{}"), Class::Server),
        (json(403, "{}"), Class::Auth),
        (answer(200, "text/html", vec![bytes("<html>")]), Class::Server),
        (events(vec![Step::Hang]), Class::TimeoutFirstToken),
        (events(vec![role(), Step::Hang]), Class::TimeoutIdle),
        (
            events(
                (0..40)
                    .flat_map(|_| [wait(10_000), bytes(": ping\n\n")])
                    .collect(),
            ),
            Class::TimeoutFirstToken,
        ),
        (events(vec![role(), Step::Cut]), Class::Truncated),
        (events(vec![role()]), Class::Truncated),
        (events(vec![]), Class::Truncated),
        (events(vec![role(), bytes("data: {\"choi")]), Class::Truncated),
        (events(vec![role(), bytes("data: oops\n\n")]), Class::Truncated),
        (events(vec![role(), finish(), done()]), Class::Empty),
        (events(vec![role(), done()]), Class::Empty),
        (
            events(vec![error(r#"{"type":"overloaded_error"}"#)]),
            Class::Overload,
        ),
        (
            events(vec![role(), error(r#"{"code":"rate_limit_exceeded"}"#)]),
            Class::RateLimit,
        ),
        (
            events(vec![bytes("event: error\ndata: {\"message\":\"x\"}\n\n")]),
            Class::Server,
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_whole_answer_is_rescued() {
    for (fault, class) in whole_faults() {
        let bench = Bench::new(false, vec![vec![fault.clone()], vec![good_answer("rescued")]]);
        let (seen, _) = bench.without_retry().run().await;
        assert_eq!(
            (seen.status, seen.spoken().as_str()),
            (200, "rescued"),
            "{fault:?}"
        );
        assert_eq!(seen.failures, [(0, class)], "{fault:?}");
        assert_eq!(
            (seen.target, seen.attempts, seen.outcome()),
            (Some(1), 2, Outcome::Ok)
        );
        assert_eq!(seen.report.attempts[0].class, Some(class));
        assert_eq!(seen.report.usage.unwrap().input, 7);
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_of_a_stream_before_content_is_rescued() {
    for (fault, class) in stream_faults() {
        let bench = Bench::new(true, vec![vec![fault.clone()], vec![good_stream("rescued")]]);
        let (seen, _) = bench.without_retry().run().await;
        assert_eq!(
            (seen.status, seen.spoken().as_str()),
            (200, "rescued"),
            "{fault:?}"
        );
        assert_eq!(seen.failures, [(0, class)], "{fault:?}");
        assert!(seen.body.ends_with("data: [DONE]\n\n"));
        assert_eq!(seen.outcome(), Outcome::Ok);
        assert!(seen.report.attempts[1].first_token.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_held_to_its_end_is_rescued_after_content() {
    for broken in [
        vec![role(), text("lost"), Step::Cut],
        vec![role(), text("lost"), Step::Hang],
        vec![text("lost"), bytes("data: {\"error\":{\"message\":\"x\"}}\n\n")],
        vec![text("lost"), bytes("data: {oops\n\n"), done()],
    ] {
        let mut bench = Bench::new(true, vec![vec![events(broken)], vec![good_stream("kept")]]);
        bench.routing.commit = Some(Commit::Complete);
        let (seen, _) = bench.without_retry().run().await;
        assert_eq!((seen.spoken().as_str(), seen.outcome()), ("kept", Outcome::Ok));
    }
}

#[tokio::test(start_paused = true)]
async fn what_no_fallback_lists_is_not_rescued() {
    let filter = r#"{"error":{"code":"content_filter","message":"no"}}"#;
    for body in [filter, r#"{"error":{"message":"bad"}}"#] {
        let (seen, providers) = Bench::new(false, vec![vec![json(400, body)], vec![]]).run().await;
        assert_eq!((seen.status, seen.body.as_str()), (400, body));
        assert_eq!((seen.outcome(), providers[1].count()), (Outcome::Failed, 0));
    }
}
