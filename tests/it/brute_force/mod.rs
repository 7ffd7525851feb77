//! Random small policies, of which everything that proofs say is held against trying all requests.

mod agreement;
mod atoms;
pub(crate) mod choices;
mod conditions;
pub(crate) mod domain;
pub(crate) mod draw;
mod promises;
mod reach;
mod redundancy;
pub(crate) mod sketch;
mod truth;
mod untaken;

pub(crate) use agreement::{Tally, check};
