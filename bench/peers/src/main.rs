//! Decisions of pointsman beside those of other policy engines, over the same rules and the same requests, in one run.
//!
//! A decision is timed whole: from what a request says to the rule that takes it, with the engine's own input built
//! from it each time. Before anything is timed, every engine answers the same requests, and all must answer alike.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stands in the world"
)]

mod engines;
mod table;
mod timing;
mod workload;

use engines::Loaded;
use workload::Workload;

/// Numbers of rules.
const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

/// Bytes of the stack that all runs on: an `else` chain of 10,000 rules is read and evaluated by recursion.
const STACK: usize = 1 << 30;

fn main() {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(run)
        .expect("a thread")
        .join()
        .expect("the run ends");
}

fn run() {
    let wanted: Vec<usize> = std::env::args()
        .skip(1)
        .filter_map(|size| size.parse().ok())
        .collect();
    let sizes: Vec<usize> = SIZES
        .into_iter()
        .filter(|size| wanted.is_empty() || wanted.contains(size))
        .collect();
    let columns: Vec<_> = sizes.iter().map(|&size| column(size)).collect();
    table::print(&sizes, &columns);
}

/// What each engine takes for so many rules.
fn column(rules: usize) -> Vec<table::Cell> {
    let workload = Workload::new(rules);
    let mut loaded = engines::load(&workload);
    agree(&workload, &mut loaded);
    let last = workload.last();
    let decided = timing::in_turn(loaded.len(), |engine| {
        std::hint::black_box(loaded[engine].engine.decide(std::hint::black_box(&last)));
    });
    loaded
        .iter()
        .zip(decided)
        .map(|(loaded, decision)| table::Cell {
            engine: loaded.engine.name(),
            decision,
            load: loaded.time,
        })
        .collect()
}

/// Holds the answers of all engines against what the rules say.
fn agree(workload: &Workload, loaded: &mut [Loaded]) {
    for request in workload.requests() {
        let expected = workload.answer(&request);
        for Loaded { engine, .. } in loaded.iter_mut() {
            assert_eq!(
                engine.decide(&request),
                expected,
                "{} on {request:?}",
                engine.name()
            );
        }
    }
}
