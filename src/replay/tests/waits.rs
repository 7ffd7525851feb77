//! How long answers take over time: the spans add up to the whole, what is exact is a point, and neither the order nor the
//! spread of the records over workers changes a digit.

use super::super::*;
use super::estimates::Drawn;
use super::whole::catalog;
use crate::decide::tests::fixture::Fixture;
use crate::tree::Tree;
use std::fmt::Write;

const MAP: [&str; 6] = [
    "now=ts",
    "tokens=in",
    "output=out",
    "target=t",
    "ms=ms",
    "first_token_ms=first",
];

/// A day of answers: all of the first half by `small`, then half of them by `large`.
fn day() -> Vec<String> {
    let mut drawn = Drawn::new(11);
    let line = |minute: u64| {
        let target = if minute > 720 && drawn.next() < 0.5 {
            "large"
        } else {
            "small"
        };
        let (output, first) = (drawn.length(100.0), drawn.length(80.0));
        let ms = first + output * if target == "large" { 9 } else { 3 };
        format!(
            "{{\"ts\":\"2026-11-20T{:02}:{:02}:00Z\",\"in\":500,\"out\":{output},\"t\":\"{target}\",\"ms\":{ms},\"first\":{first}}}\n",
            minute / 60,
            minute % 60
        )
    };
    (0..1_440).map(line).collect()
}

fn all_to(target: &str) -> Tree {
    let mut fixture: Fixture = catalog();
    fixture.last_route(fixture.to(target), &[]);
    fixture.tree()
}

fn tally(replay: &Replay<'_>, lines: &str) -> Tally {
    let mut worker = Worker::new(replay);
    worker.read(&Layout::JsonLines, Place { source: 0, line: 1 }, lines.as_bytes());
    worker.into_tally()
}

#[test]
fn the_spans_add_up_to_the_whole() {
    let small = all_to("small");
    let replay = Replay::new(&small, None, &MAP).unwrap();
    let report = super::whole::read(&replay, &day().concat());
    let estimate = report.estimate.unwrap();
    let spans = &report.over_time.spans;
    assert!(spans.len() > 20, "{} spans", spans.len());
    let of_spans: [fn(&SpanLine) -> Option<WaitChange>; 2] = [|span| span.ms, |span| span.first_token_ms];
    let of_all = [estimate.ms.unwrap(), estimate.first_token_ms.unwrap()];
    for (whole, span) in of_all.into_iter().zip(of_spans) {
        let changes: Vec<WaitChange> = spans.iter().map(|line| span(line).unwrap()).collect();
        let sides: [fn(&WaitChange) -> MeanWait; 2] = [|change| change.baseline, |change| change.candidate];
        let means = [whole.baseline.mean, whole.candidate.mean];
        for (mean, side) in means.into_iter().zip(sides) {
            let sides = || changes.iter().map(side);
            let sum: f64 = sides().map(|side| side.time.mean * side.answers as f64).sum();
            assert_eq!(sides().map(|side| side.answers).sum::<u64>(), report.records);
            assert!((sum / report.records as f64 - mean).abs() < 0.001);
        }
    }
    let estimated = |side: MeanWait| side.estimated > 0;
    for (at, span) in spans.iter().enumerate() {
        let WaitChange { baseline, candidate } = span.ms.unwrap();
        assert!(!estimated(baseline) && baseline.time.low == baseline.time.high);
        // Whoever answered before noon answers still.
        assert_eq!(estimated(candidate), at * 2 >= spans.len(), "{}", span.from);
        assert_eq!(
            estimated(candidate),
            candidate.time.low < candidate.time.high,
            "{}",
            span.from
        );
    }
}

#[test]
fn parts_add_up_to_the_whole_in_any_order() {
    let small = all_to("small");
    let replay = Replay::new(&small, None, &MAP).unwrap();
    let lines = day();
    let names = ["traffic.jsonl".to_owned()];
    let whole = replay.report(tally(&replay, &lines.concat()), &names).over_time;
    // The first part alone has spans of a minute.
    let parts = [0..60, 700..1_440, 60..700].map(|part| tally(&replay, &lines[part].concat()));
    let merged = parts.into_iter().reduce(Tally::merge).unwrap();
    assert_eq!(replay.report(merged, &names).over_time, whole);
    let mut backwards = String::new();
    lines
        .iter()
        .rev()
        .for_each(|line| write!(backwards, "{line}").unwrap());
    assert_eq!(replay.report(tally(&replay, &backwards), &names).over_time, whole);
}

#[test]
fn traffic_without_times_has_none() {
    let small = all_to("small");
    let replay = Replay::new(&small, None, &MAP[..4]).unwrap();
    let report = super::whole::read(&replay, &day().concat());
    let has_times = |span: &SpanLine| span.ms.is_some() || span.first_token_ms.is_some();
    assert!(!report.over_time.spans.iter().any(has_times));
    assert!(!report.to_html().contains("id=\"latency\""));
}
