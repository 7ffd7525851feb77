//! Nanoseconds a record of each stage, on one thread over lines in memory.

use crate::columns;
use crate::kind::{Kind, OLD, new_rules, tree};
use pointsman::replay::{Layout, Place, Replay, Stage, Worker};
use serde::de::IgnoredAny;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Records in a run: so many that explaining the first examples, which takes as long for any number, weighs little.
const RECORDS: usize = 400_000;

const RUNS: usize = 5;

/// Rows of a batch.
const ROWS: usize = 4_096;

pub(crate) fn measure(kind: Kind) {
    if kind == Kind::Columns {
        return measure_columns();
    }
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

/// The same over columns in memory, in batches as files are unpacked.
fn measure_columns() {
    let (new, old) = (tree(&new_rules()), tree(OLD));
    let Ok(replay) = Replay::new(&new, Some(&old), Kind::Columns.map()) else {
        unreachable!("the map is right")
    };
    let begins = (0..RECORDS).step_by(ROWS);
    let batches: Vec<_> = begins
        .map(|begin| columns::batch(begin..RECORDS.min(begin + ROWS)))
        .collect();
    let until = |stage| {
        timed(|| {
            let mut worker = Worker::until(&replay, stage);
            for (number, batch) in black_box(&batches).iter().enumerate() {
                worker.read_batch(batch, |row| Place {
                    source: 0,
                    line: (number * ROWS + row) as u64 + 1,
                });
            }
            black_box(worker.into_tally());
        })
    };
    let (parsed, decided, counted) = (until(Stage::Parse), until(Stage::Decide), until(Stage::Aggregate));
    let nanoseconds = |time: Duration| time.as_nanos() / RECORDS as u128;
    println!(
        "columns: facts {} ns, decide {} ns, aggregate {} ns, all {} ns",
        nanoseconds(parsed),
        nanoseconds(decided.saturating_sub(parsed)),
        nanoseconds(counted.saturating_sub(decided)),
        nanoseconds(counted),
    );
}

/// The fastest run: a stage is the difference of two, and what else the machine does only adds to either.
fn timed(run: impl Fn()) -> Duration {
    let runs = (0..RUNS).map(|_| {
        let begun = Instant::now();
        run();
        begun.elapsed()
    });
    runs.min().unwrap_or_default()
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
