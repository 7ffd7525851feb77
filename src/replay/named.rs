//! Values by name. What names come lately comes again for the most part, and is found without going through all of them.

use super::seed::mixed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many of the names that came lately are found at once.
const RECENT: usize = 256;

/// Values by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, V>", into = "BTreeMap<String, V>")]
#[serde(bound(serialize = "V: Clone + Serialize", deserialize = "V: Deserialize<'de>"))]
pub(super) struct Named<V> {
    /// Where each name stands among the values.
    places: BTreeMap<String, usize>,
    values: Vec<(String, V)>,
    /// The places of names that came lately, by what [`probe`] makes of them; empty before the first one.
    recent: Vec<u32>,
}

impl<V> Named<V> {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(*self.places.get(name)?).map(|(_, value)| value)
    }

    /// How many names there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// All of them, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let places = self.places.values();
        let values = places.filter_map(|at| self.values.get(*at));
        values.map(|(name, value)| (name.as_str(), value))
    }

    /// All of them, in whatever order.
    pub(super) fn into_values(self) -> impl Iterator<Item = (String, V)> {
        self.values.into_iter()
    }
}

impl<V: Default> Named<V> {
    /// The value of a name, where there is one.
    pub(super) fn known(&mut self, name: &str) -> Option<&mut V> {
        let probe = probe(name);
        let recent = self.recent.get(probe).map_or(usize::MAX, |at| *at as usize);
        let is_recent = self.values.get(recent).is_some_and(|(known, _)| known == name);
        let at = if is_recent {
            recent
        } else {
            *self.places.get(name)?
        };
        if self.recent.is_empty() {
            self.recent.resize(RECENT, u32::MAX);
        }
        if let (Some(slot), false) = (self.recent.get_mut(probe), is_recent) {
            *slot = u32::try_from(at).unwrap_or(u32::MAX);
        }
        self.values.get_mut(at).map(|(_, value)| value)
    }

    /// Changes the value of a name, an empty one where there is none.
    pub(super) fn change(&mut self, name: &str, change: impl FnOnce(&mut V)) {
        if let Some(known) = self.known(name) {
            return change(known);
        }
        let mut value = V::default();
        change(&mut value);
        self.places.insert(name.to_owned(), self.values.len());
        self.values.push((name.to_owned(), value));
    }
}

/// A number below [`RECENT`] that tells most names apart: of their lengths, their first and their last bytes.
fn probe(name: &str) -> usize {
    let bytes = name.as_bytes();
    let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
    };
    (mixed(first ^ last.rotate_left(29) ^ bytes.len() as u64) % RECENT as u64) as usize
}

impl<V: PartialEq> PartialEq for Named<V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<V: Eq> Eq for Named<V> {}

impl<V> From<BTreeMap<String, V>> for Named<V> {
    fn from(values: BTreeMap<String, V>) -> Self {
        Named {
            places: values.keys().cloned().zip(0..).collect(),
            values: values.into_iter().collect(),
            recent: Vec::new(),
        }
    }
}

impl<V> From<Named<V>> for BTreeMap<String, V> {
    fn from(named: Named<V>) -> Self {
        named.values.into_iter().collect()
    }
}
