//! What is kept by name, up to so many names: they may come from a foreign column, and one that holds something else would
//! fill the memory. Where there are too many there is nothing of any: which ones came first must not bear on a report.

use super::seed::mixed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How many of the names that came lately are found without going through all of them.
const RECENT: usize = 256;

/// Values by name, at most so many.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Stored<V>", into = "Stored<V>")]
#[serde(bound(serialize = "V: Clone + Serialize", deserialize = "V: Deserialize<'de>"))]
pub(super) struct Bounded<V, const MOST: usize> {
    /// Where each name stands among the values.
    places: BTreeMap<String, usize>,
    values: Vec<(String, V)>,
    /// The places of names that came lately, by what [`probe`] makes of them; empty before the first one.
    recent: Vec<usize>,
    too_many: bool,
}

/// The same as parts of a report hold it.
#[derive(Serialize, Deserialize)]
struct Stored<V> {
    #[serde(alias = "targets")]
    groups: BTreeMap<String, V>,
    too_many: bool,
}

impl<V, const MOST: usize> Bounded<V, MOST> {
    /// The value of a name.
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(*self.places.get(name)?).map(|(_, value)| value)
    }

    /// Whether there were more names than are kept, so that none are.
    pub(super) fn are_too_many(&self) -> bool {
        self.too_many
    }

    /// All of them, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let places = self.places.values();
        let values = places.filter_map(|at| self.values.get(*at));
        values.map(|(name, value)| (name.as_str(), value))
    }

    fn give_up(&mut self) {
        self.too_many = true;
        self.places.clear();
        self.values.clear();
    }
}

impl<V: Default, const MOST: usize> Bounded<V, MOST> {
    /// Changes the value of a name.
    pub(super) fn change(&mut self, name: &str, change: impl FnOnce(&mut V)) {
        let probe = probe(name);
        let recent = self.recent.get(probe).and_then(|at| self.values.get_mut(*at));
        if let Some((known, value)) = recent
            && known == name
        {
            return change(value);
        }
        let Some(at) = self.place(name) else { return };
        if self.recent.is_empty() {
            self.recent.resize(RECENT, usize::MAX);
        }
        if let Some(recent) = self.recent.get_mut(probe) {
            *recent = at;
        }
        if let Some((_, value)) = self.values.get_mut(at) {
            change(value);
        }
    }

    /// Takes the values of another part of the traffic.
    pub(super) fn join(&mut self, other: Self, merge: impl Fn(&mut V, V)) {
        for (name, value) in other.values {
            if let Some((_, own)) = self.place(&name).and_then(|at| self.values.get_mut(at)) {
                merge(own, value);
            }
        }
        if other.too_many {
            self.give_up();
        }
    }

    /// Where a name stands, at the end if it is new; `None` where there are too many.
    fn place(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.places.get(name) {
            return Some(*at);
        }
        if self.values.len() >= MOST {
            self.give_up();
        }
        if self.too_many {
            return None;
        }
        self.places.insert(name.to_owned(), self.values.len());
        self.values.push((name.to_owned(), V::default()));
        Some(self.values.len() - 1)
    }
}

/// A number below [`RECENT`] that tells most names apart: of their lengths, their first and their last bytes.
fn probe(name: &str) -> usize {
    let bytes = name.as_bytes();
    let word = |part: Option<&[u8]>| {
        let part = part.unwrap_or(bytes).iter();
        part.fold(0, |word, byte| word << 8 | u64::from(*byte))
    };
    let (first, last) = (
        word(bytes.get(..8)),
        word(bytes.last_chunk::<8>().map(<[u8; 8]>::as_slice)),
    );
    (mixed(first ^ last.rotate_left(29) ^ bytes.len() as u64) % RECENT as u64) as usize
}

impl<V: PartialEq, const MOST: usize> PartialEq for Bounded<V, MOST> {
    fn eq(&self, other: &Self) -> bool {
        self.too_many == other.too_many && self.iter().eq(other.iter())
    }
}

impl<V: Eq, const MOST: usize> Eq for Bounded<V, MOST> {}

impl<V, const MOST: usize> From<Stored<V>> for Bounded<V, MOST> {
    fn from(stored: Stored<V>) -> Self {
        let names = stored.groups.keys().cloned();
        Bounded {
            places: names.zip(0..).collect(),
            values: stored.groups.into_iter().collect(),
            recent: Vec::new(),
            too_many: stored.too_many,
        }
    }
}

impl<V, const MOST: usize> From<Bounded<V, MOST>> for Stored<V> {
    fn from(bounded: Bounded<V, MOST>) -> Self {
        Stored {
            groups: bounded.values.into_iter().collect(),
            too_many: bounded.too_many,
        }
    }
}
