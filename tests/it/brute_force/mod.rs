//! Random small policies, of which everything that proofs say is held against trying all requests.

mod agreement;
mod atoms;
mod choices;
mod conditions;
mod domain;
mod draw;
mod promises;
mod reach;
mod redundancy;
mod sketch;
mod truth;
mod untaken;

pub(crate) use agreement::{Tally, check};
