//! Changes that come of the same two rules, told together: what holds of all of them stands once.

use super::place::Place;
use super::report::{Change, What};
use super::text::{places_text, where_text};

/// Changes beside each other.
pub(super) struct Group<'c> {
    /// At least one.
    pub(super) changes: &'c [Change],
    /// What is said of each of their places.
    common: Place,
}

/// The changes in groups, in their order.
pub(super) fn grouped(changes: &[Change]) -> Vec<Group<'_>> {
    let groups = changes.chunk_by(of_same_rules);
    let group = |changes| Group {
        changes,
        common: common(changes),
    };
    groups.map(group).collect()
}

/// Whether two changes are between the same rules, for the same callers.
fn of_same_rules(left: &Change, right: &Change) -> bool {
    match (&left.what, &right.what) {
        (What::Decision(own), What::Decision(other)) => {
            left.who == right.who && (&own.old_rule, &own.new_rule) == (&other.old_rule, &other.new_rule)
        }
        _ => false,
    }
}

fn common(changes: &[Change]) -> Place {
    let mut places = changes.iter().flat_map(|change| &change.places);
    let first = places.next().cloned().unwrap_or_default();
    places.fold(first, |common, place| common.shared(place))
}

impl Group<'_> {
    /// Which requests all of its changes are of.
    pub(super) fn heading(&self) -> String {
        let [first, ..] = self.changes else {
            return String::new();
        };
        if self.changes.len() == 1 {
            return where_text(first);
        }
        let common = self.common.text();
        match &first.who {
            Some(who) => format!("{}: {common}", who.text()),
            None => common,
        }
    }

    /// Which of these requests one of its changes is of.
    pub(super) fn beyond(&self, change: &Change) -> String {
        let rest = change.places.iter().map(|place| place.beyond(&self.common));
        places_text(&rest.collect::<Vec<Place>>())
    }
}
