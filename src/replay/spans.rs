//! Records by spans of time. They come by time for the most part, so that the span of the one before is looked at first.

use super::group::Group;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Groups by the numbers of their spans.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<i64, Group>", into = "BTreeMap<i64, Group>")]
pub(super) struct Spans {
    /// Ascending.
    groups: Vec<(i64, Group)>,
    /// Where the one stands that was asked for last.
    last: usize,
}

impl Spans {
    /// The group of a span, an empty one where there is none; and whether there was none.
    pub(super) fn of(&mut self, span: i64) -> (&mut Group, bool) {
        let is_last = self.groups.get(self.last).is_some_and(|(last, _)| *last == span);
        let found = if is_last {
            Ok(self.last)
        } else {
            self.groups.binary_search_by_key(&span, |(known, _)| *known)
        };
        let at = found.unwrap_or_else(|at| {
            self.groups.insert(at, (span, Group::default()));
            at
        });
        self.last = at;
        (&mut self.groups[at].1, found.is_err())
    }

    /// The first span and the last one.
    pub(super) fn ends(&self) -> Option<(i64, i64)> {
        Some((self.groups.first()?.0, self.groups.last()?.0))
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &Group)> {
        self.groups.iter().map(|(span, group)| (*span, group))
    }

    /// Takes groups in, those of a span to the one that `place` says.
    pub(super) fn take(&mut self, others: Spans, place: impl Fn(i64) -> i64) {
        for (span, group) in others.groups {
            self.of(place(span)).0.merge(group);
        }
    }
}

impl PartialEq for Spans {
    fn eq(&self, other: &Self) -> bool {
        self.groups == other.groups
    }
}

impl Eq for Spans {}

impl From<BTreeMap<i64, Group>> for Spans {
    fn from(groups: BTreeMap<i64, Group>) -> Self {
        Spans {
            groups: groups.into_iter().collect(),
            last: 0,
        }
    }
}

impl From<Spans> for BTreeMap<i64, Group> {
    fn from(spans: Spans) -> Self {
        spans.groups.into_iter().collect()
    }
}
