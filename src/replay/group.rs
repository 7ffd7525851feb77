//! Records that have something in common, a tenant or a span of time: how many there are, how many of them changed, and
//! what they cost before and after. All of it merges in any order.

use super::bounded::Bounded;
use super::estimate::Outlook;
use super::spans::Spans;
use super::sums::{Costs, Paid};
use super::waits::Waits;
use crate::facts::Timestamp;
use serde::{Deserialize, Serialize};

/// Most different tenants.
const MOST_TENANTS: usize = 65_536;

/// Most spans of time: what a chart can show.
const MOST_SPANS: i64 = 200;

/// Seconds of a span. Each is a multiple of the one before, so that spans add up to wider ones exactly; the widest ones
/// hold any time there is.
const WIDTHS: [i64; 11] = [
    60,
    300,
    900,
    3_600,
    21_600,
    86_400,
    604_800,
    2_419_200,
    29_030_400,
    290_304_000,
    2_903_040_000,
];

/// Records that have something in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) records: u64,
    pub(super) changed: u64,
    pub(super) cost: Costs,
}

/// One record as groups take it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member {
    pub(super) changed: bool,
    pub(super) paid: Paid,
}

impl Group {
    pub(super) fn add(&mut self, member: Member) {
        self.records += 1;
        self.changed += u64::from(member.changed);
        self.cost.add(&member.paid);
    }

    pub(super) fn merge(&mut self, other: Group) {
        self.records += other.records;
        self.changed += other.changed;
        self.cost.merge(other.cost);
    }
}

/// Records by tenant.
pub(super) type Tenants = Bounded<Group, MOST_TENANTS>;

impl Tenants {
    pub(super) fn add(&mut self, tenant: &str, member: Member) {
        self.change(tenant, |group| group.add(member));
    }

    pub(super) fn merge(&mut self, other: Tenants) {
        self.join(other, Group::merge);
    }
}

/// Records by time, in spans as narrow as there are not too many of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Timeline {
    /// Which of the widths the spans have.
    width: usize,
    /// Spans by their numbers from 1970.
    spans: Spans<Group>,
    /// How long answers take, before and after, by the same numbers.
    #[serde(default)]
    waits: Spans<(Waits, Waits)>,
}

impl Timeline {
    pub(super) fn add(&mut self, ts: Timestamp, member: Member) {
        let (group, is_new) = self.spans.of(ts.seconds().div_euclid(self.seconds()));
        group.add(member);
        if is_new {
            self.fit();
        }
    }

    /// Notes how long the answer to a record that was added takes, before and after.
    pub(super) fn add_waits(&mut self, ts: Timestamp, (before, after): &(Outlook<'_>, Outlook<'_>)) {
        let span = ts.seconds().div_euclid(self.seconds());
        let (waits, _) = self.waits.of(span);
        waits.0.add(before);
        waits.1.add(after);
    }

    pub(super) fn merge(&mut self, mut other: Timeline) {
        while self.width < other.width {
            self.widen();
        }
        while other.width < self.width {
            other.widen();
        }
        self.spans.take(other.spans, |span| span, Group::merge);
        self.waits.take(other.waits, |span| span, merge_waits);
        self.fit();
    }

    /// Seconds of each span.
    pub(super) fn seconds(&self) -> i64 {
        WIDTHS
            .get(self.width)
            .copied()
            .unwrap_or(WIDTHS[WIDTHS.len() - 1])
    }

    /// The spans that hold records: the second that each begins at, and its records.
    pub(super) fn spans(&self) -> impl Iterator<Item = (i64, &Group)> {
        let seconds = self.seconds();
        self.spans
            .iter()
            .map(move |(span, group)| (span * seconds, group))
    }

    /// How long answers take, before and after, in the span that begins at this second.
    pub(super) fn waits(&self, second: i64) -> Option<&(Waits, Waits)> {
        self.waits.get(second.div_euclid(self.seconds()))
    }

    /// Widens the spans until there are not too many between the first and the last.
    fn fit(&mut self) {
        while let Some((first, last)) = self.spans.ends()
            && last - first >= MOST_SPANS
            && self.width + 1 < WIDTHS.len()
        {
            self.widen();
        }
    }

    fn widen(&mut self) {
        let narrow = self.seconds();
        self.width = (self.width + 1).min(WIDTHS.len() - 1);
        let factor = self.seconds() / narrow;
        let spans = std::mem::take(&mut self.spans);
        self.spans
            .take(spans, |span| span.div_euclid(factor), Group::merge);
        let waits = std::mem::take(&mut self.waits);
        self.waits
            .take(waits, |span| span.div_euclid(factor), merge_waits);
    }
}

/// The times before and after, of both.
fn merge_waits(own: &mut (Waits, Waits), other: (Waits, Waits)) {
    own.0.merge(other.0);
    own.1.merge(other.1);
}
