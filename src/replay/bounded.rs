//! What is kept by name, up to so many names: they may come from a foreign column, and one that holds something else would
//! fill the memory. Where there are too many there is nothing of any: which ones came first must not bear on a report.

use super::named::Named;
use serde::{Deserialize, Serialize};

/// Values by name, at most so many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound(serialize = "V: Clone + Serialize", deserialize = "V: Deserialize<'de>"))]
pub(super) struct Bounded<V, const MOST: usize> {
    #[serde(alias = "targets")]
    pub(super) groups: Named<V>,
    pub(super) too_many: bool,
}

impl<V: Default, const MOST: usize> Bounded<V, MOST> {
    /// Changes the value of a name.
    pub(super) fn change(&mut self, name: &str, change: impl FnOnce(&mut V)) {
        match self.groups.known(name) {
            Some(known) => change(known),
            None => self.take(name, change),
        }
    }

    /// Takes the values of another part of the traffic.
    pub(super) fn join(&mut self, other: Self, merge: impl Fn(&mut V, V)) {
        for (name, value) in other.groups.into_values() {
            self.take(&name, |own| merge(own, value));
        }
        if other.too_many {
            self.give_up();
        }
    }

    fn take(&mut self, name: &str, change: impl FnOnce(&mut V)) {
        if self.too_many {
            return;
        }
        self.groups.change(name, change);
        if self.groups.len() > MOST {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        self.too_many = true;
        self.groups = Named::default();
    }
}
