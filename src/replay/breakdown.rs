//! The report's records taken apart: by guard, by tenant, over time, and from target to target.

use super::end::End;
use super::estimated::TimeRange;
use super::group::Group;
use super::names::Names;
use super::report::{CostChange, Report};
use super::sums::Costs;
use super::tally::Tally;
use super::waits::{Mean, Wait, Waits};
use crate::facts::Timestamp;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A guard and its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GuardLine {
    /// The guard's name.
    pub guard: String,
    /// Records that it matched.
    pub records: u64,
}

/// A tenant and its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TenantLine {
    /// The tenant; empty where the records name none.
    pub tenant: String,
    /// Its records.
    pub records: u64,
    /// Those that changed.
    pub changed: u64,
    /// What they cost before and after.
    #[serde(flatten)]
    pub cost: CostChange,
}

impl TenantLine {
    /// Its name as people read it.
    pub(super) fn name(&self) -> &str {
        match self.tenant.as_str() {
            "" => "(none)",
            name => name,
        }
    }
}

impl Report {
    /// The tenants whose requests change, by how many do; none where no record names a tenant, or too many are named.
    pub(super) fn affected(&self) -> Vec<&TenantLine> {
        let is_named = self.tenants.iter().any(|line| !line.tenant.is_empty());
        let is_told = is_named && !self.too_many_tenants && self.changed > 0;
        let mut lines: Vec<&TenantLine> = self.tenants.iter().filter(|_| is_told).collect();
        lines.retain(|line| line.changed > 0);
        lines.sort_by_key(|line| Reverse(line.changed));
        lines
    }
}

/// Records by time: those that have one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OverTime {
    /// Seconds of each span.
    pub seconds: i64,
    /// The spans that hold records, in order.
    pub spans: Vec<SpanLine>,
}

/// A span of time and its records.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpanLine {
    /// When it begins, as of RFC 3339.
    pub from: String,
    /// When it begins, in seconds since 1970.
    #[serde(skip)]
    pub second: i64,
    /// Its records.
    pub records: u64,
    /// Those that changed.
    pub changed: u64,
    /// What they cost before and after.
    #[serde(flatten)]
    pub cost: CostChange,
    /// Mean milliseconds to the end of an answer, before and after, where both are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<WaitChange>,
    /// Mean milliseconds to the first content of an answer, before and after, where both are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<WaitChange>,
}

/// Mean times before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WaitChange {
    /// Under the baseline policy, or as recorded.
    pub baseline: MeanWait,
    /// Under the candidate.
    pub candidate: MeanWait,
}

/// A mean time, and what it is of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanWait {
    /// The mean with the interval of 95 % around it; what is not estimated is a point.
    #[serde(flatten)]
    pub time: TimeRange,
    /// How many answers it is of.
    pub answers: u64,
    /// Those of another target than the recorded one, as long as its answers to like requests.
    pub estimated: u64,
}

/// Records that go from one first target to another, or stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The first target before, or what stands for none.
    pub from: String,
    /// The first target after.
    pub to: String,
    /// How many they are.
    pub records: u64,
}

impl MeanWait {
    fn of(mean: Mean) -> Self {
        MeanWait {
            time: TimeRange::of(mean.time),
            answers: mean.answers,
            estimated: mean.estimated,
        }
    }
}

impl CostChange {
    pub(super) fn of(costs: &Costs) -> Self {
        CostChange {
            baseline: costs.baseline.cost(),
            candidate: costs.candidate.cost(),
            delta: costs.delta.cost(),
        }
    }
}

/// Every guard, in policy order.
pub(super) fn guards(tally: &Tally, names: &Names) -> Vec<GuardLine> {
    let lines = names.guards.iter().zip(&tally.guards);
    lines
        .map(|(guard, records)| GuardLine {
            guard: guard.clone(),
            records: *records,
        })
        .collect()
}

/// The tenants by records falling, then by name.
pub(super) fn tenants(tally: &Tally) -> Vec<TenantLine> {
    let line = |(tenant, group): (&str, &Group)| TenantLine {
        tenant: tenant.to_owned(),
        records: group.records,
        changed: group.changed,
        cost: CostChange::of(&group.cost),
    };
    let mut lines: Vec<TenantLine> = tally.tenants.groups.iter().map(line).collect();
    lines.sort_by(|a, b| (Reverse(a.records), &a.tenant).cmp(&(Reverse(b.records), &b.tenant)));
    lines
}

/// The spans of time in order.
pub(super) fn over_time(tally: &Tally) -> OverTime {
    let wait = |second, wait: Wait| {
        let (before, after) = tally.timeline.waits(second)?;
        let mean = |side: &Waits| side.mean(wait, &tally.history).map(MeanWait::of);
        let (baseline, candidate) = mean(before).zip(mean(after))?;
        Some(WaitChange { baseline, candidate })
    };
    let line = |(second, group): (i64, &Group)| SpanLine {
        from: Timestamp::new(second, 0).map_or_else(String::new, |from| from.to_string()),
        second,
        records: group.records,
        changed: group.changed,
        cost: CostChange::of(&group.cost),
        ms: wait(second, Wait::Whole),
        first_token_ms: wait(second, Wait::FirstToken),
    };
    OverTime {
        seconds: tally.timeline.seconds(),
        spans: tally.timeline.spans().map(line).collect(),
    }
}

/// From which first target to which one how many records go, those included that stay where they are.
pub(super) fn flows(tally: &Tally, names: &Names) -> Vec<Flow> {
    let mut sums: BTreeMap<(String, String), u64> = BTreeMap::new();
    let kept = names
        .targets
        .iter()
        .map(String::as_str)
        .zip(tally.kept.iter().copied());
    for (name, records) in kept.chain([(REFUSED, tally.kept_refused)]) {
        *sums.entry((name.to_owned(), name.to_owned())).or_default() += records;
    }
    for ((from, to), moved) in tally.transitions.iter() {
        *sums.entry((place(from), place(to))).or_default() += moved.sum.records;
    }
    sums.retain(|_, records| *records > 0);
    let flow = |((from, to), records)| Flow { from, to, records };
    sums.into_iter().map(flow).collect()
}

/// Where requests are that go nowhere.
const REFUSED: &str = "refused";

fn place(end: &End) -> String {
    let refused = end.denied.is_some() || end.error.is_some();
    let nowhere = if refused { REFUSED } else { "unknown" };
    end.target.clone().unwrap_or_else(|| nowhere.to_owned())
}
