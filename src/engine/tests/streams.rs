//! Good streams: bytes, ends, times.

use super::bench::{Bench, see};
use super::fake::{
    Fake, Play, Step, answer, bytes, done, events, finish, good_answer, json, role, text, wait, with,
};
use crate::engine::Outcome;
use crate::model::ModelId;
use crate::wire::endpoint::Endpoint;
use http_body_util::BodyExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn the_client_gets_the_original_bytes() {
    let odd = "\u{feff}: hi\r\n\r\nid: 7\r\ndata: {\"choices\": [ {\"delta\":{\"content\":\"\\u0041\"}} ]}\r\n\r\ndata:\
               {\"choices\":[{\"finish_reason\":\"stop\"}],\r\ndata: \"x\":1}\r\n\r\ndata: [DONE]\r\n\r\n";
    for cut in [1, 2, 3, 7, 1000] {
        let steps = odd.as_bytes().chunks(cut).map(bytes);
        let play = events(steps.collect());
        let (seen, _) = Bench::new(true, vec![vec![play]]).run().await;
        assert_eq!(seen.body, odd, "pieces of {cut}");
        assert_eq!(seen.outcome(), Outcome::Ok);
    }
}

#[tokio::test(start_paused = true)]
async fn events_are_passed_on_as_they_come() {
    let steps = vec![
        role(),
        wait(100),
        text("a"),
        wait(100),
        text("b"),
        wait(100),
        finish(),
        done(),
    ];
    let mut bench = Bench::new(true, vec![vec![events(steps)]]);
    let start = Instant::now();
    let (answer, report) = bench.begin().await;
    assert!(answer.is_stream);
    assert_eq!(start.elapsed(), Duration::from_millis(100));
    let mut body = answer.body;
    let mut times = Vec::new();
    while let Some(frame) = body.frame().await {
        frame.unwrap();
        times.push(start.elapsed().as_millis());
    }
    assert_eq!(times, [100, 200, 300, 300]);
    let report = report.await.unwrap();
    assert_eq!(report.attempts[0].first_token, Some(Duration::from_millis(100)));
    let state = bench.targets.state(ModelId(0)).unwrap();
    assert_eq!(state.first_content(), Some(Duration::from_millis(100)));
}

#[tokio::test(start_paused = true)]
async fn an_end_without_done_is_an_end() {
    for (end, took) in [(vec![], 0), (vec![Step::Cut], 0), (vec![Step::Hang], 1_000)] {
        let mut steps = vec![role(), text("a"), finish()];
        steps.extend(end);
        let (seen, _) = Bench::new(true, vec![vec![events(steps)]]).run().await;
        assert_eq!(seen.outcome(), Outcome::Ok);
        assert_eq!(seen.took, Duration::from_millis(took));
        assert!(!seen.body.contains("[DONE]") && !seen.body.contains("error"));
    }
}

#[tokio::test(start_paused = true)]
async fn done_ends_an_open_connection_at_once() {
    let steps = vec![text("a"), finish(), done(), Step::Hang];
    let (seen, _) = Bench::new(true, vec![vec![events(steps)]]).run().await;
    assert_eq!((seen.outcome(), seen.took), (Outcome::Ok, Duration::ZERO));
    let unclosed = vec![text("a"), bytes("data: [DONE]")];
    let (seen, _) = Bench::new(true, vec![vec![events(unclosed)]]).run().await;
    assert!(seen.body.ends_with("data: [DONE]\n\n"));
}

#[tokio::test(start_paused = true)]
async fn all_choices_must_end() {
    let finish_of = |index: u32| {
        bytes(format!(
            "data: {{\"choices\":[{{\"index\":{index},\"finish_reason\":\"stop\"}}]}}\n\n"
        ))
    };
    let two = |steps| {
        let mut bench = Bench::new(true, vec![vec![events(steps)]]);
        bench.body = r#"{"model":"m","stream":true,"n":2}"#.to_owned();
        bench
    };
    let (seen, _) = two(vec![text("a"), finish_of(0), finish_of(1)]).run().await;
    assert_eq!(seen.outcome(), Outcome::Ok);
    let (seen, _) = two(vec![text("a"), finish_of(0)]).run().await;
    assert_eq!(seen.outcome(), Outcome::Truncated);
}

#[tokio::test(start_paused = true)]
async fn usage_is_found_behind_the_finish() {
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"prompt_tokens_details\":{\"cached_tokens\":3}}}\n\n";
    let steps = vec![text("a"), finish(), wait(300), bytes(usage), done()];
    let (seen, _) = Bench::new(true, vec![vec![events(steps)]]).run().await;
    let usage = seen.report.usage.unwrap();
    assert_eq!((usage.input, usage.cached, usage.output), (9, 3, 4));
}

const COUNTS: &str = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4}}\n\n";

fn counted() -> Play {
    events(vec![role(), text("a"), finish(), bytes(COUNTS), done()])
}

fn sent(fakes: &[Arc<Fake>]) -> Vec<String> {
    let calls = fakes[0].calls.lock().unwrap();
    let text = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
    calls.iter().map(|call| text(&call.body.to_bytes())).collect()
}

#[tokio::test(start_paused = true)]
async fn counts_that_only_we_asked_for_are_kept_from_the_client() {
    let mut bench = Bench::new(true, vec![vec![counted()]]);
    bench.accounts = true;
    let (seen, fakes) = bench.run().await;
    let plain = events(vec![role(), text("a"), finish(), done()]);
    let (without, _) = Bench::new(true, vec![vec![plain]]).run().await;
    assert_eq!(seen.body, without.body);
    assert_eq!(seen.report.usage.unwrap().output, 4);
    assert!(sent(&fakes)[0].contains(r#""stream_options":{"include_usage":true}"#));
}

#[tokio::test(start_paused = true)]
async fn counts_that_the_client_asked_for_are_shown() {
    let mut bench = Bench::new(true, vec![vec![counted()]]);
    bench.accounts = true;
    bench.body =
        r#"{"model":"asked","stream":true,"stream_options":{"include_usage":true},"messages":[]}"#.to_owned();
    let (seen, _) = bench.run().await;
    assert!(seen.body.contains(COUNTS), "{}", seen.body);
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_for_counts_that_nobody_records() {
    let (seen, fakes) = Bench::new(true, vec![vec![counted()]]).run().await;
    assert!(seen.body.contains(COUNTS), "{}", seen.body);
    assert!(!sent(&fakes)[0].contains("stream_options"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_no_stream_options_is_asked_without_them() {
    let refusal = r#"{"error":{"message":"Extra inputs are not permitted: stream_options"}}"#;
    let plain = || events(vec![role(), text("a"), finish(), done()]);
    let plays = vec![
        json(422, refusal),
        plain(),
        plain(),
        json(422, r#"{"error":{"message":"no such field: stream_options"}}"#),
    ];
    let mut bench = Bench::new(true, vec![plays]).without_retry();
    bench.accounts = true;
    for expected in [200, 200, 422] {
        let start = Instant::now();
        let (answer, report) = bench.begin().await;
        let seen = see(answer, report, start).await;
        assert_eq!((seen.status, seen.attempts), (expected, 1));
    }
    let asked: Vec<bool> = sent(&bench.providers)
        .iter()
        .map(|body| body.contains("stream_options"))
        .collect();
    assert_eq!(asked, [true, false, false, false]);
}

#[tokio::test(start_paused = true)]
async fn a_translated_stream_is_asked_again_without_them_too() {
    let plays = vec![
        json(400, r#"{"error":{"message":"unknown field: stream_options"}}"#),
        events(vec![role(), text("a"), finish(), done()]),
        events(vec![role(), text("a"), finish(), done()]),
    ];
    let mut bench = Bench::new(true, vec![plays]).without_retry();
    bench.endpoint = Endpoint::Messages;
    bench.body =
        r#"{"model":"asked","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#
            .to_owned();
    for _ in 0..2 {
        let start = Instant::now();
        let (answer, report) = bench.begin().await;
        let seen = see(answer, report, start).await;
        assert_eq!((seen.status, seen.attempts), (200, 1));
        assert!(seen.body.contains("message_stop"), "{}", seen.body);
    }
    let asked: Vec<bool> = sent(&bench.providers)
        .iter()
        .map(|body| body.contains("stream_options"))
        .collect();
    assert_eq!(asked, [true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn headers_pass_by_name() {
    let mut play = good_answer("a");
    for (name, value) in [
        ("x-ratelimit-remaining-requests", "5"),
        ("x-request-id", "up-1"),
        ("set-cookie", "a=b"),
        ("openai-organization", "secret"),
        ("x-pointsman-route", "fake"),
        ("content-length", "99"),
    ] {
        play = with(play, name, value);
    }
    let mut bench = Bench::new(false, vec![vec![play]]);
    let (answer, report) = bench.begin().await;
    assert_eq!(answer.upstream_id.as_deref(), Some("up-1"));
    let seen = see(answer, report, Instant::now()).await;
    let mut names: Vec<&str> = seen.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-type", "x-ratelimit-remaining-requests"]);
}

#[tokio::test(start_paused = true)]
async fn encoded_bodies_pass_unread() {
    let gzip = with(
        answer(200, "application/json", vec![bytes("\u{1f}not json")]),
        "content-encoding",
        "gzip",
    );
    let (seen, _) = Bench::new(false, vec![vec![gzip]]).run().await;
    assert_eq!(
        (seen.body.as_str(), seen.outcome()),
        ("\u{1f}not json", Outcome::Ok)
    );
    let stream = with(
        events(vec![bytes("abc"), bytes("def")]),
        "content-encoding",
        "gzip",
    );
    let (seen, _) = Bench::new(true, vec![vec![stream]]).run().await;
    assert_eq!((seen.body.as_str(), seen.outcome()), ("abcdef", Outcome::Ok));
}

#[tokio::test(start_paused = true)]
async fn each_target_gets_its_model_and_the_cap() {
    let mut bench = Bench::new(false, vec![vec![Play::Refuse], vec![good_answer("a")]]).without_retry();
    bench.max_tokens = Some(10);
    let (_, providers) = bench.run().await;
    let body = |index: usize| {
        let calls = providers[index].calls.lock().unwrap();
        (
            String::from_utf8(calls[0].body.to_bytes().to_vec()).unwrap(),
            calls[0].max_tokens,
        )
    };
    let expected =
        |model: &str| format!(r#"{{"max_tokens":10,"model":"{model}","stream":false,"messages":[]}}"#);
    assert_eq!(body(0), (expected("up-0"), Some(10)));
    assert_eq!(body(1), (expected("up-1"), Some(10)));
}
