//! After the commit a broken answer is shown as broken.

use super::bench::Bench;
use super::fake::{Step, answer, bytes, done, events, finish, good_stream, role, text, wait};
use crate::engine::Outcome;
use crate::model::{Commit, FailureClass as Class};
use std::time::Duration;

const OUR_ERROR: &str = r#"data: {"error":{"message":"#;

#[tokio::test(start_paused = true)]
async fn a_stream_that_dies_after_content_ends_with_an_error_event() {
    for (end, class, code) in [
        (vec![Step::Cut], Class::Truncated, "upstream_truncated"),
        (vec![], Class::Truncated, "upstream_truncated"),
        (
            vec![bytes("data: {\"cho")],
            Class::Truncated,
            "upstream_truncated",
        ),
        (vec![Step::Hang], Class::TimeoutIdle, "upstream_timeout"),
    ] {
        let mut steps = vec![role(), text("hello")];
        steps.extend(end);
        let (seen, providers) = Bench::new(true, vec![vec![events(steps)], vec![]]).run().await;
        assert_eq!(
            (seen.status, seen.spoken().as_str(), seen.broke),
            (200, "hello", false)
        );
        let last = seen.body.trim_end().rsplit("\n\n").next().unwrap();
        assert!(last.starts_with(OUR_ERROR) && last.contains(code), "{last}");
        assert!(!seen.body.contains("[DONE]"));
        assert_eq!((seen.outcome(), providers[1].count()), (Outcome::Truncated, 0));
        assert_eq!(seen.report.attempts[0].class, Some(class));
        assert_eq!(seen.report.target.map(|target| target.0), Some(0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_provider_s_own_error_event_is_passed_on_but_not_its_secrets() {
    let told = "data: {\"error\":{\"message\":\"too busy\",\"type\":\"overloaded_error\"}}\n\n";
    let quota = "data: {\"error\":{\"message\":\"pay us\",\"code\":\"insufficient_quota\"}}\n\n";
    let odd = "data: {\"error\":\"odd\"}\n\n";
    for (event, shown) in [(told, told), (quota, "upstream_quota"), (odd, "upstream_server")] {
        let steps = vec![text("a"), bytes(event), done()];
        let (seen, _) = Bench::new(true, vec![vec![events(steps)]]).run().await;
        assert!(
            seen.body.contains(shown) && !seen.body.contains("pay us"),
            "{}",
            seen.body
        );
        assert!(!seen.body.contains("[DONE]"));
        assert_eq!(seen.outcome(), Outcome::Truncated);
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_no_json_is_left_out_after_the_commit() {
    let steps = vec![
        role(),
        text("a"),
        bytes("data: {oops\n\n"),
        text("b"),
        finish(),
        done(),
    ];
    let (seen, _) = Bench::new(true, vec![vec![events(steps)]]).run().await;
    assert_eq!((seen.spoken().as_str(), seen.outcome()), ("ab", Outcome::Damaged));
    assert!(!seen.body.contains("oops") && seen.body.contains("\n\n: pointsman left out"));
    assert!(seen.body.ends_with("data: [DONE]\n\n"));
}

#[tokio::test(start_paused = true)]
async fn a_commit_after_a_while_rescues_until_then() {
    let commit = Some(Commit::After(Duration::from_secs(2)));
    let early = vec![text("lost"), wait(1_900), Step::Cut];
    let mut bench = Bench::new(true, vec![vec![events(early)], vec![good_stream("kept")]]).without_retry();
    bench.routing.commit = commit;
    assert_eq!(bench.run().await.0.spoken(), "kept");

    let late = vec![text("seen"), wait(2_100), Step::Cut];
    let mut bench = Bench::new(true, vec![vec![events(late)], vec![]]).without_retry();
    bench.routing.commit = commit;
    let (seen, _) = bench.run().await;
    assert_eq!(
        (seen.spoken().as_str(), seen.outcome()),
        ("seen", Outcome::Truncated)
    );
    assert_eq!(seen.report.first_byte, Some(Duration::from_secs(2)));
}

#[tokio::test(start_paused = true)]
async fn more_than_may_be_held_is_committed() {
    let steps = vec![text(&"x".repeat(600)), text(&"y".repeat(600)), Step::Cut];
    let mut bench = Bench::new(true, vec![vec![events(steps)], vec![]]);
    bench.routing.commit = Some(Commit::Complete);
    bench.defaults.hold = 1000;
    let (seen, _) = bench.run().await;
    assert_eq!(
        (seen.outcome(), seen.report.hold_exceeded),
        (Outcome::Truncated, true)
    );
    assert!(seen.body.contains("upstream_truncated"));
}

#[tokio::test(start_paused = true)]
async fn a_long_whole_answer_breaks_off_where_it_broke() {
    let long = format!("{{\"choices\":\"{}", "x".repeat(2000));
    for (end, broke, outcome) in [
        (vec![bytes("\"}")], false, Outcome::Ok),
        (vec![Step::Cut], true, Outcome::Truncated),
    ] {
        let mut steps = vec![bytes(long.clone())];
        steps.extend(end);
        let mut bench = Bench::new(false, vec![vec![answer(200, "application/json", steps)]]);
        bench.defaults.hold = 1000;
        let (seen, _) = bench.run().await;
        assert_eq!((seen.status, seen.broke, seen.outcome()), (200, broke, outcome));
        assert!(seen.report.hold_exceeded);
    }
}

#[tokio::test(start_paused = true)]
async fn the_request_s_time_cannot_be_rescued() {
    let steps = (0..9).flat_map(|_| [wait(1_000), text("a")]).collect();
    let mut bench = Bench::new(true, vec![vec![events(steps)], vec![]]);
    bench.routing.timeouts.total = Some(Duration::from_millis(2_500));
    let (seen, _) = bench.run().await;
    assert_eq!(
        (seen.spoken().as_str(), seen.outcome()),
        ("aa", Outcome::Truncated)
    );
    assert_eq!(seen.took, Duration::from_millis(2_500));
    assert_eq!(seen.report.attempts[0].class, Some(Class::TimeoutTotal));
}
