//! The tests that a policy holds of itself: run, judged, and what of the policy they reach.
//!
//! A test must hold however the request is drawn and picked, not for one lucky seed: [`run()`] lets `decide` make the
//! decision for every arm that the seed can draw and for every member that a pool can put first, and judges each
//! expectation in all of them. Nothing here decides anything itself.

mod case;
mod cost;
mod course;
mod coverage;
mod json;
mod judge;
mod order;
mod report;
mod run;
mod text;
mod walk;
mod words;

pub use course::{MOST_COURSES, MOST_SEEDS};
pub use coverage::{Coverage, Missing, Tally};
pub use json::to_json;
pub use report::{Failure, Options, Report, TestReport};
pub use run::{diagnostics, run};
pub use text::to_text;

#[cfg(test)]
mod tests;
