//! What a dry run takes: nanoseconds a record for parsing, deciding and aggregating on one thread, beside the JSON parser
//! alone over the same lines; then records a second and the most memory of the program itself over files, on all cores,
//! beside the decompression alone.
//!
//! The records are short foreign ones as public traces have them, held against a second policy, whole records of version 1,
//! held against what was recorded, and rows of a Parquet file of other origin, held against a second policy; the policy
//! has 100 rules.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a measurement stands in the world"
)]

mod columns;
mod kind;
mod program;
mod stages;

use kind::Kind;
use std::time::Duration;

fn main() {
    // `cargo test` runs what `cargo bench` builds; it has nothing to see here.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let kinds = Kind::ALL
        .into_iter()
        .filter(|kind| wanted.is_empty() || wanted.iter().any(|name| kind.name().contains(name)));
    for kind in kinds {
        stages::measure(kind);
        program::measure(kind);
    }
}

/// The median of some runs.
fn median(mut runs: Vec<Duration>) -> Duration {
    runs.sort();
    runs[runs.len() / 2]
}
