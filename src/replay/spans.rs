//! Records by spans of time. They come by time for the most part, so that the span of the one before is looked at first.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values by the numbers of their spans.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<i64, V>", into = "BTreeMap<i64, V>")]
#[serde(bound(serialize = "V: Clone + Serialize", deserialize = "V: Deserialize<'de>"))]
pub(super) struct Spans<V> {
    /// Ascending.
    values: Vec<(i64, V)>,
    /// Where the one stands that was asked for last.
    last: usize,
}

impl<V: Default> Spans<V> {
    /// The value of a span, an empty one where there is none; and whether there was none.
    pub(super) fn of(&mut self, span: i64) -> (&mut V, bool) {
        let is_last = self.values.get(self.last).is_some_and(|(last, _)| *last == span);
        let found = if is_last {
            Ok(self.last)
        } else {
            self.values.binary_search_by_key(&span, |(known, _)| *known)
        };
        let at = found.unwrap_or_else(|at| {
            self.values.insert(at, (span, V::default()));
            at
        });
        self.last = at;
        (&mut self.values[at].1, found.is_err())
    }

    /// Takes values in, those of a span to the one that `place` says.
    pub(super) fn take(&mut self, others: Spans<V>, place: impl Fn(i64) -> i64, merge: impl Fn(&mut V, V)) {
        for (span, value) in others.values {
            merge(self.of(place(span)).0, value);
        }
    }
}

impl<V> Spans<V> {
    /// The value of a span, where there is one.
    pub(super) fn get(&self, span: i64) -> Option<&V> {
        let at = self.values.binary_search_by_key(&span, |(known, _)| *known);
        self.values.get(at.ok()?).map(|(_, value)| value)
    }

    /// The first span and the last one.
    pub(super) fn ends(&self) -> Option<(i64, i64)> {
        Some((self.values.first()?.0, self.values.last()?.0))
    }

    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, &V)> {
        self.values.iter().map(|(span, value)| (*span, value))
    }
}

impl<V: PartialEq> PartialEq for Spans<V> {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl<V: Eq> Eq for Spans<V> {}

impl<V> From<BTreeMap<i64, V>> for Spans<V> {
    fn from(values: BTreeMap<i64, V>) -> Self {
        Spans {
            values: values.into_iter().collect(),
            last: 0,
        }
    }
}

impl<V> From<Spans<V>> for BTreeMap<i64, V> {
    fn from(spans: Spans<V>) -> Self {
        spans.values.into_iter().collect()
    }
}
