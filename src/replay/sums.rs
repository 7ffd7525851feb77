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
    /// Adds a record's costs and returns their difference.
    pub(super) fn add(&mut self, baseline: Option<Cost>, candidate: Option<Cost>) -> Option<Cost> {
        let delta = candidate.zip(baseline).map(|(after, before)| after - before);
        self.baseline.add(baseline);
        self.candidate.add(candidate);
        self.delta.add(delta);
        delta
    }

    pub(super) fn merge(&mut self, other: Costs) {
        self.baseline.merge(other.baseline);
        self.candidate.merge(other.candidate);
        self.delta.merge(other.delta);
    }
}
