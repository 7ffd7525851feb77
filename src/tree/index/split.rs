//! How a part of the rules is told apart best.

use super::build::Entry;
use super::need::{Member, Texts};
use super::vocabulary::{MOST_LISTS, MOST_TEXTS};

/// How many known literals a request's list is taken to hold.
const USUAL_MEMBERS: usize = 2;

/// A way to tell rules apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Split {
    /// By the value of a string fact.
    Text(u8),
    /// By a literal that a list must hold.
    Member(u8),
}

/// The best way, where it leaves less than half of the rules to be looked at.
pub(super) fn best(entries: &[Entry<'_>]) -> Option<Split> {
    let texts = (0u8..).take(MOST_TEXTS).map(Split::Text);
    let lists = (0u8..).take(MOST_LISTS).map(Split::Member);
    texts
        .chain(lists)
        .filter_map(|split| Some((cost(entries, split)?, split)))
        .min_by_key(|(cost, _)| *cost)
        .filter(|(cost, _)| cost * 2 < entries.len())
        .map(|(_, split)| split)
}

/// How many rules are left of these on average, where a value is asked for as often as rules name it; `None` where no
/// rule names one.
fn cost(entries: &[Entry<'_>], split: Split) -> Option<usize> {
    let mut values = Vec::new();
    let mut rest = 0;
    match split {
        Split::Text(slot) => {
            for entry in entries {
                match places(entry, slot) {
                    Some(places) => values.extend_from_slice(places),
                    None => rest += 1,
                }
            }
        }
        Split::Member(list) => {
            let frequencies = Frequencies::of(entries, list);
            for entry in entries {
                match frequencies.rarest(entry, list) {
                    Some((_, value)) => values.push(value),
                    None => rest += 1,
                }
            }
        }
    }
    values.sort_unstable();
    let squares: usize = values
        .chunk_by(|left, right| left == right)
        .map(|same| same.len().pow(2))
        .sum();
    let visited = match split {
        Split::Text(_) => 1,
        Split::Member(_) => USUAL_MEMBERS,
    };
    Some(rest + visited * squares.checked_div(values.len())?)
}

/// The values of a string fact under which a rule stands; `None` for one that stands apart.
pub(super) fn places<'a>(entry: &Entry<'a>, slot: u8) -> Option<&'a [u32]> {
    if entry.used_texts & 1 << slot != 0 {
        return None;
    }
    match entry.need.texts_of(slot)? {
        Texts::Among(values) if values.len() <= entry.places => Some(values),
        _ => None,
    }
}

/// How many rules ask that a list holds a literal.
pub(super) struct Frequencies(Vec<(u32, u32)>);

impl Frequencies {
    /// Those of one list.
    pub(super) fn of(entries: &[Entry<'_>], list: u8) -> Frequencies {
        let mut values: Vec<u32> = entries
            .iter()
            .flat_map(|entry| entry.open_members(list))
            .map(|(_, value)| value)
            .collect();
        values.sort_unstable();
        let counts = values.chunk_by(|left, right| left == right);
        Frequencies(
            counts
                .filter_map(|same| Some((*same.first()?, u32::try_from(same.len()).ok()?)))
                .collect(),
        )
    }

    /// The rarest literal that a rule asks for and that did not lead here.
    pub(super) fn rarest(&self, entry: &Entry<'_>, list: u8) -> Option<Member> {
        entry.open_members(list).min_by_key(|(_, value)| {
            let at = self.0.binary_search_by_key(value, |(value, _)| *value);
            (
                at.ok().and_then(|at| self.0.get(at)).map(|(_, count)| *count),
                *value,
            )
        })
    }
}
