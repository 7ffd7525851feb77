//! Nanoseconds a record of each stage, on one thread over lines in memory.

use crate::kind::{Kind, OLD, new_rules, tree};
use crate::median;
use pointsman::replay::{Layout, Place, Replay, Stage, Worker};
use serde::de::IgnoredAny;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Records in a run.
const RECORDS: usize = 50_000;

const RUNS: usize = 9;

pub(crate) fn measure(kind: Kind) {
    let lines = kind.lines(0..RECORDS);
    let (new, old) = (tree(&new_rules()), tree(OLD));
    let baseline = kind.has_baseline().then_some(&old);
    let Ok(replay) = Replay::new(&new, baseline, kind.map()) else {
        unreachable!("the map is right")
    };
    let until = |stage| timed(|| read(&replay, stage, &lines));
    let limit = timed(|| skip(&lines));
    let (parsed, decided, counted) = (until(Stage::Parse), until(Stage::Decide), until(Stage::Aggregate));
    let nanoseconds = |time: Duration| time.as_nanos() / RECORDS as u128;
    println!(
        "{}: {} bytes a record; the JSON parser alone {} ns; parse {} ns, decide {} ns, aggregate {} ns, all {} ns: {:.1} times the parser",
        kind.name(),
        lines.len() / RECORDS,
        nanoseconds(limit),
        nanoseconds(parsed),
        nanoseconds(decided.saturating_sub(parsed)),
        nanoseconds(counted.saturating_sub(decided)),
        nanoseconds(counted),
        counted.as_secs_f64() / limit.as_secs_f64(),
    );
}

fn timed(run: impl Fn()) -> Duration {
    let runs = (0..RUNS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    median(runs.collect())
}

fn read(replay: &Replay<'_>, stage: Stage, lines: &str) {
    let mut worker = Worker::until(replay, stage);
    let first = Place { source: 0, line: 1 };
    worker.read(&Layout::JsonLines, first, black_box(lines).as_bytes());
    black_box(worker.into_tally());
}

/// JSON read and thrown away.
fn skip(lines: &str) {
    let lines = black_box(lines).lines();
    let read = lines.filter(|line| serde_json::from_str::<IgnoredAny>(line).is_ok());
    assert_eq!(read.count(), RECORDS);
}
