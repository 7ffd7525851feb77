//! What is told of a policy: one file for each kind of finding.

pub(super) mod asserts;
pub(super) mod capable;
pub(super) mod constant;
pub(super) mod gaps;
pub(super) mod guards;
pub(super) mod left;
pub(super) mod overlaps;
mod ranges;
pub(super) mod reach;
pub(super) mod redundant;
pub(super) mod refutation;
pub(super) mod shadowed;
