//! Sums of money over records, some of which may have no price. They are exact and merge in any order.

use super::exact;
use crate::quantity::Cost;
use serde::{Deserialize, Serialize};

/// A sum over records, some of which may have no price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sum {
    pub(super) records: u64,
    priced: u64,
    #[serde(with = "exact::cost")]
    cost: Cost,
}

impl Sum {
    #[inline]
    pub(super) fn add(&mut self, cost: Option<Cost>) {
        self.records += 1;
        self.priced += u64::from(cost.is_some());
        self.cost += cost.unwrap_or_default();
    }

    pub(super) fn merge(&mut self, other: Sum) {
        self.records += other.records;
        self.priced += other.priced;
        self.cost += other.cost;
    }

    /// The sum; `None` where there are records and not one of them has a price.
    pub(super) fn cost(&self) -> Option<Cost> {
        (self.records == 0 || self.priced > 0).then_some(self.cost)
    }
}

/// What one record costs before and after.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paid {
    pub(super) baseline: Option<Cost>,
    pub(super) candidate: Option<Cost>,
    /// How much more it is; known where both are.
    pub(super) delta: Option<Cost>,
}

impl Paid {
    pub(super) fn new(baseline: Option<Cost>, candidate: Option<Cost>) -> Self {
        Paid {
            baseline,
            candidate,
            delta: candidate.zip(baseline).map(|(after, before)| after - before),
        }
    }
}

/// The costs before and after. Each sum holds the records for which its own amount is known, so that the candidate's is
/// that of its routes; a record's difference is known where both of its costs are, or what moves to a model without a
/// price would look like a saving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Costs {
    pub(super) baseline: Sum,
    pub(super) candidate: Sum,
    pub(super) delta: Sum,
}

impl Costs {
    /// Adds a record's costs.
    #[inline]
    pub(super) fn add(&mut self, paid: &Paid) {
        self.baseline.add(paid.baseline);
        self.candidate.add(paid.candidate);
        self.delta.add(paid.delta);
    }

    pub(super) fn merge(&mut self, other: Costs) {
        self.baseline.merge(other.baseline);
        self.candidate.merge(other.candidate);
        self.delta.merge(other.delta);
    }
}
