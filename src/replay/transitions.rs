//! The records that a replay moves, by the ends that they move between.

use super::end::End;
use super::example::Example;
use super::seed::mixed;
use super::sums::Sum;
use super::tally::Place;
use crate::model::{ModelId, RouteId};
use crate::quantity::Cost;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// Records of a transition that are explained.
const KEPT_EXAMPLES: usize = 10;

/// The same where there are many transitions, so that examples do not fill the memory.
const KEPT_EXAMPLES_OF_MANY: usize = 3;

/// More transitions are many.
const FEW_TRANSITIONS: usize = 64;

/// Most different transitions. Names of targets may come from a foreign column: one that holds something else would
/// fill the memory.
const MOST_TRANSITIONS: usize = 65_536;

/// The factor of [`NumberHasher`]: 2⁶⁴ by the golden ratio, odd.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The records that move from one end to another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moved {
    /// How many they are, and how much more they cost.
    pub(super) sum: Sum,
    /// The first of them, in order.
    pub(super) examples: Vec<Example>,
}

impl Moved {
    /// Whether a record of this place would be one of so many examples.
    fn takes(&self, place: Place, most: usize) -> bool {
        let last = self.examples.last().map(|last| last.place);
        self.examples.len() < most || last.is_some_and(|last| place < last)
    }

    /// Keeps the first of its examples and these, so many.
    fn keep_first(&mut self, others: impl IntoIterator<Item = Example>, most: usize) {
        self.examples.extend(others);
        self.examples.sort_by_key(|example| example.place);
        self.examples.truncate(most);
    }
}

/// Where a plan sends a request, route and first target, by the numbers that its policy has for them; what was recorded has
/// the candidate's numbers, and of a foreign record no route is known.
pub(super) type NumberedEnd = (Option<RouteId>, Option<ModelId>);

/// A record that moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Between two plans, or from what was recorded to a plan.
    Ends([NumberedEnd; 2]),
    /// From or to a refusal, or from what has no number.
    Other,
}

/// A hash of numbers that a policy has, which nobody sends: it need not be safe from crafted keys.
#[derive(Default)]
pub(super) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        mixed(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64((*byte).into()));
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(5) ^ number).wrapping_mul(FACTOR);
    }

    /// Which of a choice it is.
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
}

/// All transitions of a tally.
#[derive(Clone, Debug, Default)]
pub(super) struct Transitions {
    by_ends: BTreeMap<(End, End), usize>,
    moved: Vec<Moved>,
    /// Where those stand that were met by numbers: looking up names takes longer than deciding.
    by_numbers: HashMap<[NumberedEnd; 2], usize, BuildHasherDefault<NumberHasher>>,
}

impl Transitions {
    /// Takes a record at a place; `example` tells of it where it is one of the first of its transition. False where there
    /// are too many transitions.
    pub(super) fn add(
        &mut self,
        change: Change,
        place: Place,
        delta: Option<Cost>,
        ends: impl FnOnce() -> (End, End),
        example: impl FnOnce(&(End, End)) -> Example,
    ) -> bool {
        let most = self.most_examples();
        let known = match &change {
            Change::Ends(ends) => self.by_numbers.get(ends),
            Change::Other => None,
        };
        if let Some(moved) = known.and_then(|at| self.moved.get_mut(*at))
            && !moved.takes(place, most)
        {
            moved.sum.add(delta);
            return true;
        }
        let ends = ends();
        let known = self.by_ends.get(&ends).and_then(|at| self.moved.get(*at));
        let is_taken = known.is_none_or(|moved| moved.takes(place, most));
        let example = is_taken.then(|| example(&ends));
        let Some(at) = self.place(ends) else {
            return false;
        };
        if let Change::Ends(ends) = change {
            self.by_numbers.insert(ends, at);
        }
        if let Some(moved) = self.moved.get_mut(at) {
            moved.sum.add(delta);
            moved.keep_first(example, most);
        }
        true
    }

    /// Where a transition stands; `None` where there are too many.
    fn place(&mut self, ends: (End, End)) -> Option<usize> {
        if let Some(at) = self.by_ends.get(&ends) {
            return Some(*at);
        }
        if self.moved.len() >= MOST_TRANSITIONS {
            return None;
        }
        self.by_ends.insert(ends, self.moved.len());
        self.moved.push(Moved::default());
        if self.moved.len() == FEW_TRANSITIONS + 1 {
            self.fit_examples();
        }
        Some(self.moved.len() - 1)
    }

    /// How many examples of each transition are kept. Whoever keeps more for a while has the first ones among them, so that
    /// the order in which transitions are found changes nothing.
    fn most_examples(&self) -> usize {
        if self.moved.len() > FEW_TRANSITIONS {
            KEPT_EXAMPLES_OF_MANY
        } else {
            KEPT_EXAMPLES
        }
    }

    fn fit_examples(&mut self) {
        let most = self.most_examples();
        for moved in &mut self.moved {
            moved.examples.truncate(most);
        }
    }

    /// Takes those of another part of the traffic. False where there are too many together.
    pub(super) fn merge(&mut self, other: Transitions) -> bool {
        let mut fits = true;
        for (ends, other) in other.into_sorted() {
            match self.place(ends).and_then(|at| self.moved.get_mut(at)) {
                Some(own) => {
                    own.sum.merge(other.sum);
                    own.keep_first(other.examples, KEPT_EXAMPLES);
                }
                None => fits = false,
            }
        }
        self.fit_examples();
        fits
    }

    fn into_sorted(mut self) -> BTreeMap<(End, End), Moved> {
        let mut taken = |at: usize| self.moved.get_mut(at).map(std::mem::take).unwrap_or_default();
        self.by_ends
            .into_iter()
            .map(|(ends, at)| (ends, taken(at)))
            .collect()
    }

    /// All of them, by the names of their ends.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&(End, End), &Moved)> {
        self.by_ends
            .iter()
            .filter_map(|(ends, at)| Some((ends, self.moved.get(*at)?)))
    }
}

impl PartialEq for Transitions {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Transitions {}

impl Serialize for Transitions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Transitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let sorted: BTreeMap<(End, End), Moved> = Vec::deserialize(deserializer)?.into_iter().collect();
        let mut transitions = Transitions::default();
        for (at, (ends, moved)) in sorted.into_iter().enumerate() {
            transitions.by_ends.insert(ends, at);
            transitions.moved.push(moved);
        }
        Ok(transitions)
    }
}
