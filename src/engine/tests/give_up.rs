//! What the client gets where all attempts fail.

use super::bench::Bench;
use super::fake::{Play, Step, answer, bytes, done, events, finish, json, role, with};
use crate::engine::Outcome;

#[tokio::test(start_paused = true)]
async fn the_first_target_s_error_wins() {
    let first = r#"{"error":{"message":"first","type":"x","code":null,"param":null}}"#;
    let plays = vec![
        vec![with(json(429, first), "x-should-retry", "true")],
        vec![json(500, "second")],
    ];
    let (seen, _) = Bench::new(false, plays).without_retry().run().await;
    assert_eq!((seen.status, seen.body.as_str()), (429, first));
    assert_eq!(seen.headers["x-should-retry"], "true");
    assert_eq!(
        (seen.target, seen.attempts, seen.outcome()),
        (Some(0), 2, Outcome::Failed)
    );
    assert_eq!(seen.report.target, None);
}

#[tokio::test(start_paused = true)]
async fn classes_have_their_status() {
    let secret = r#"{"error":{"message":"your key sk-123 of org-9","code":"invalid_api_key"}}"#;
    let quota = r#"{"error":{"message":"org-9 pays","code":"insufficient_quota"}}"#;
    let hidden = r#"{"error":{"message":"busy","type":"overloaded_error"}}"#;
    let cases: Vec<(Play, u16, &str)> = vec![
        (json(401, secret), 502, "upstream_auth"),
        (json(403, secret), 502, "upstream_auth"),
        (json(429, quota), 503, "upstream_quota"),
        (json(402, quota), 503, "upstream_quota"),
        (Play::Refuse, 502, "upstream_connect"),
        (
            answer(200, "application/json", vec![bytes("{"), Step::Cut]),
            502,
            "upstream_truncated",
        ),
        (
            answer(200, "application/json", vec![bytes("{"), Step::Hang]),
            504,
            "upstream_timeout",
        ),
        (
            answer(200, "text/html", vec![bytes("<html>")]),
            502,
            "upstream_server",
        ),
        (json(200, hidden), 503, "overloaded_error"),
        (json(200, secret), 502, "upstream_auth"),
        (json(302, ""), 502, "upstream_server"),
        (answer(418, "text/html", Vec::new()), 418, "upstream_bad_request"),
        (
            answer(500, "text/html", vec![bytes("<html>"), Step::Hang]),
            500,
            "upstream_server",
        ),
        (Play::Silent, 504, "upstream_timeout"),
    ];
    for (play, status, code) in cases {
        let (seen, _) = Bench::new(false, vec![vec![play.clone()]])
            .without_retry()
            .run()
            .await;
        assert_eq!(seen.status, status, "{play:?}");
        assert!(
            seen.body.contains(code) && seen.body.starts_with("{\"error\":{"),
            "{}",
            seen.body
        );
        assert!(!seen.body.contains("sk-123") && !seen.body.contains("org-9"));
        assert_eq!(seen.headers["content-type"], "application/json");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_stream_is_an_error_with_its_status() {
    let cases = [
        (vec![role(), Step::Cut], 502),
        (vec![Step::Hang], 504),
        (
            vec![bytes("data: {\"error\":{\"code\":\"rate_limit_exceeded\"}}\n\n")],
            429,
        ),
    ];
    for (steps, status) in cases {
        let (seen, _) = Bench::new(true, vec![vec![events(steps)]])
            .without_retry()
            .run()
            .await;
        assert_eq!((seen.status, seen.outcome()), (status, Outcome::Failed));
        assert!(seen.body.starts_with("{\"error\":{"), "{}", seen.body);
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_shown_as_it_came() {
    let empty = r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#;
    let (seen, _) = Bench::new(false, vec![vec![json(200, empty)]]).run().await;
    assert_eq!(
        (seen.status, seen.body.as_str(), seen.outcome()),
        (200, empty, Outcome::Failed)
    );
    let steps = vec![role(), finish(), done()];
    let (seen, _) = Bench::new(true, vec![vec![events(steps)]]).run().await;
    assert_eq!((seen.status, seen.report.usage), (200, None));
    assert!(seen.body.ends_with("data: [DONE]\n\n"));
}

#[tokio::test(start_paused = true)]
async fn a_known_wait_stands_beside_our_own_error() {
    let quota = with(json(402, "{}"), "retry-after-ms", "1200");
    let (seen, _) = Bench::new(false, vec![vec![quota]]).run().await;
    assert_eq!(seen.headers["retry-after"], "2");
}
