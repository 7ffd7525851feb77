//! Repeats on the same target, waits, and the bound on attempts.

use super::bench::Bench;
use super::fake::{Play, answer, bytes, good_answer, good_stream, json, with};
use crate::engine::Outcome;
use crate::engine::backoff::{asked_within, jittered, retry_after};
use crate::model::{FailureClass as Class, Retry};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::time::{Duration, SystemTime};

fn limited(header: &'static str, value: &str) -> Play {
    with(json(429, r#"{"error":{"message":"slow"}}"#), header, value)
}

#[tokio::test(start_paused = true)]
async fn listed_classes_are_repeated_on_the_same_target() {
    for fault in [Play::Refuse, json(429, ""), json(503, ""), json(500, "")] {
        let (seen, providers) = Bench::new(false, vec![vec![fault, good_answer("again")], vec![]])
            .run()
            .await;
        assert_eq!((seen.spoken().as_str(), seen.attempts), ("again", 2));
        assert_eq!((providers[0].count(), seen.target), (2, Some(0)));
        assert!(seen.took <= Duration::from_millis(250));
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_not_repeated_unless_listed() {
    let plays = || {
        vec![
            vec![Play::Silent, good_stream("again")],
            vec![good_stream("other")],
        ]
    };
    let (seen, _) = Bench::new(true, plays()).run().await;
    assert_eq!(seen.spoken(), "other");
    let mut bench = Bench::new(true, plays());
    bench.routing.retry = Some(Retry {
        count: 1,
        on: [Class::TimeoutHeaders].into_iter().collect(),
    });
    assert_eq!(bench.run().await.0.spoken(), "again");
}

#[tokio::test(start_paused = true)]
async fn a_provider_s_wait_is_kept() {
    for (header, value, milliseconds) in [("retry-after", "2", 2_000), ("retry-after-ms", "1500", 1_500)] {
        let plays = vec![vec![limited(header, value), good_answer("again")], vec![]];
        let (seen, _) = Bench::new(false, plays).run().await;
        assert_eq!(
            (seen.spoken().as_str(), seen.took.as_millis()),
            ("again", milliseconds)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_wait_falls_back_at_once_where_there_is_another() {
    let plays = vec![vec![limited("retry-after", "6")], vec![good_answer("other")]];
    let (seen, _) = Bench::new(false, plays).run().await;
    assert_eq!((seen.spoken().as_str(), seen.took), ("other", Duration::ZERO));

    let plays = vec![vec![limited("retry-after", "6"), good_answer("again")]];
    let (seen, _) = Bench::new(false, plays).run().await;
    assert_eq!(
        (seen.spoken().as_str(), seen.took),
        ("again", Duration::from_secs(6))
    );

    let mut bench = Bench::new(false, vec![vec![limited("retry-after", "60")]]);
    bench.routing.timeouts.total = Some(Duration::from_secs(30));
    let (seen, _) = bench.run().await;
    assert_eq!((seen.status, seen.took), (429, Duration::ZERO));
    assert_eq!(seen.headers["retry-after"], "60");
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded() {
    let mut bench = Bench::new(
        false,
        vec![vec![json(500, "a"), json(500, "b")], vec![json(500, "c")], vec![]],
    );
    bench.defaults.attempts = 3;
    let (seen, _) = bench.run().await;
    assert_eq!((seen.attempts, seen.outcome()), (3, Outcome::Failed));
    assert_eq!(
        seen.failures,
        [(0, Class::Server), (0, Class::Server), (1, Class::Server)]
    );
    assert_eq!((seen.status, seen.body.as_str()), (500, "b"));
}

#[tokio::test(start_paused = true)]
async fn each_target_has_its_own_repeats() {
    let twice = || vec![json(500, ""), json(500, "")];
    let (seen, providers) = Bench::new(false, vec![twice(), twice(), vec![good_answer("third")]])
        .run()
        .await;
    assert_eq!((seen.spoken().as_str(), seen.attempts), ("third", 5));
    assert_eq!(providers.iter().map(|p| p.count()).collect::<Vec<_>>(), [2, 2, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_s_headers_have_the_total_s_time() {
    let slow = Play::Answer(
        Duration::from_secs(300),
        200,
        vec![("content-type", "application/json".to_owned())],
        vec![bytes(r#"{"choices":[{"message":{"content":"late"}}]}"#)],
    );
    let (seen, _) = Bench::new(false, vec![vec![slow.clone()], vec![]]).run().await;
    assert_eq!(
        (seen.spoken().as_str(), seen.took),
        ("late", Duration::from_secs(300))
    );
    let mut bench = Bench::new(false, vec![vec![slow], vec![good_answer("other")]]);
    bench.routing.timeouts.headers = Some(Duration::from_secs(20));
    let (seen, _) = bench.run().await;
    assert_eq!(
        (seen.spoken().as_str(), seen.took),
        ("other", Duration::from_secs(20))
    );
}

#[tokio::test(start_paused = true)]
async fn a_first_token_s_time_counts_before_the_headers() {
    let mut bench = Bench::new(true, vec![vec![Play::Silent], vec![good_stream("other")]]);
    bench.routing.timeouts.first_token = Some(Duration::from_secs(5));
    let (seen, _) = bench.run().await;
    assert_eq!(seen.failures, [(0, Class::TimeoutFirstToken)]);
    assert_eq!(seen.took, Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn an_error_whose_body_never_comes_is_rescued_soon() {
    let hanging = answer(500, "application/json", vec![bytes("{"), super::fake::Step::Hang]);
    let bench = Bench::new(false, vec![vec![hanging], vec![good_answer("other")]]);
    let (seen, _) = bench.without_retry().run().await;
    assert_eq!(
        (seen.spoken().as_str(), seen.took),
        ("other", Duration::from_secs(5))
    );
}

#[test]
fn waits_are_read_in_every_form() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
    let read = |name: &str, value: &str| {
        let name = HeaderName::try_from(name).unwrap();
        let headers = HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())]);
        retry_after(StatusCode::SERVICE_UNAVAILABLE, &headers, now)
    };
    assert_eq!(read("retry-after", "1.5"), Some(Duration::from_millis(1_500)));
    assert_eq!(read("retry-after-ms", "20"), Some(Duration::from_millis(20)));
    assert_eq!(
        read("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"),
        Some(Duration::from_secs(7))
    );
    assert_eq!(
        read("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"),
        Some(Duration::ZERO)
    );
    for older in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
        assert_eq!(
            read("retry-after", older),
            Some(Duration::from_secs(7)),
            "{older}"
        );
    }
    assert_eq!(
        read("retry-after", "1994-11-06T08:49:37Z"),
        Some(Duration::from_secs(7))
    );
    for (units, milliseconds) in [
        ("1m30s", 90_000),
        ("2m59.5s", 179_500),
        ("120ms", 120),
        ("1h", 3_600_000),
    ] {
        let expected = Some(Duration::from_millis(milliseconds));
        assert_eq!(read("retry-after", units), expected, "{units}");
    }
    let year = Some(Duration::from_secs(31_536_000));
    for huge in [
        "99999999999",
        "99999999999999999999999",
        &"9".repeat(400),
        "9999999h",
    ] {
        assert_eq!(read("retry-after", huge), year, "{huge}");
    }
    for wrong in [
        "", "-1", "soon", "nan", "inf", "1e3", "+5", "5 s", "m", "1x", "-1m", "1m-2s",
    ] {
        assert_eq!(read("retry-after", wrong), None, "{wrong}");
    }
}

#[test]
fn a_rate_limit_s_own_headers_stand_in() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
    let read = |status: u16, headers: &[(&'static str, &str)]| {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::try_from(*value).unwrap(),
                )
            })
            .collect();
        retry_after(StatusCode::from_u16(status).unwrap(), &headers, now).map(|wait| wait.as_millis())
    };
    let requests = ("x-ratelimit-reset-requests", "1m30s");
    let tokens = ("x-ratelimit-reset-tokens", "250ms");
    let none_left = ("x-ratelimit-remaining-tokens", "0");
    let some_left = ("x-ratelimit-remaining-requests", "12");
    assert_eq!(read(429, &[requests, tokens]), Some(90_000));
    assert_eq!(read(429, &[requests, some_left, tokens, none_left]), Some(250));
    assert_eq!(read(429, &[requests, ("retry-after", "2")]), Some(2_000));
    assert_eq!(read(503, &[requests]), None, "every answer has them");
    let later = now + Duration::from_secs(1_000_000_000);
    for moment in ["1784111772", "1784111772000"] {
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static("x-ratelimit-reset"),
            HeaderValue::try_from(moment).unwrap(),
        )]);
        let wait = retry_after(StatusCode::TOO_MANY_REQUESTS, &headers, later);
        assert_eq!(wait, Some(Duration::from_secs(2)), "{moment}");
    }
    assert_eq!(asked_within("34.5s"), Some(Duration::from_millis(34_500)));
    assert_eq!(asked_within(""), None);
    let anthropic = ("anthropic-ratelimit-requests-reset", "1994-11-06T08:49:31Z");
    assert_eq!(read(429, &[anthropic]), Some(1_000));
}

#[tokio::test(start_paused = true)]
async fn repeats_have_a_budget_and_fallbacks_have_none() {
    let registry = std::sync::Arc::new(crate::targets::Registry::new());
    let mut repeated = 0;
    for _ in 0..30 {
        let plays = vec![
            vec![json(500, ""), good_answer("again")],
            vec![good_answer("other")],
        ];
        let mut bench = Bench::new(false, plays);
        bench.registry = std::sync::Arc::clone(&registry);
        bench.defaults.breaker = crate::model::Breaker::Off;
        let (seen, _) = bench.run().await;
        assert_eq!((seen.status, seen.attempts), (200, 2));
        repeated += usize::from(seen.spoken() == "again");
    }
    assert_eq!(repeated, 10, "at least ten are allowed");
}

#[test]
fn jitter_is_full_and_bounded() {
    let mut random = fastrand::Rng::with_seed(3);
    for (repeats, bound) in [(0, 250), (1, 500), (4, 4_000), (5, 5_000), (60, 5_000)] {
        let waits: Vec<u128> = (0..400)
            .map(|_| jittered(repeats, &mut random).as_millis())
            .collect();
        let (least, most) = (*waits.iter().min().unwrap(), *waits.iter().max().unwrap());
        assert!(
            least < bound / 10 && most <= bound && most > bound * 9 / 10,
            "{repeats}: {least}..{most}"
        );
    }
}
