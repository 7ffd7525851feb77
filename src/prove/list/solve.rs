//! The search for a list: elements for what is asked for, as many as the size allows, then fillers.

use super::body::{Demand, Known};
use super::element::{Element, element};
use super::test::{ListTest, list_size};
use super::theory::ListVerdict;
use crate::prove::relation::Relation;
use crate::prove::size::{SizeTest, largest, smallest};
use crate::prove::text::TextTheory;
use std::collections::BTreeSet;

/// Most fillers that are made to differ; further ones repeat.
const MOST_DIFFERENT: usize = 32;

/// Most elements of a list that is found.
const MOST_ELEMENTS: i64 = 4096;

/// Most ways that are tried to serve several demands with one element.
const MOST_WAYS: usize = 512;

/// Finds a list with these outcomes, or a contradiction that need not be small.
pub(super) fn solve(tests: &[(&ListTest, bool)], texts: &mut TextTheory) -> ListVerdict {
    let named = tests
        .iter()
        .position(|(test, wanted)| *wanted && matches!(test, ListTest::Equals(_)));
    if let Some((at, (ListTest::Equals(items), _))) = named.and_then(|at| Some((at, tests.get(at)?))) {
        return try_named(tests, at, items);
    }
    let mut search = Search::new(tests, texts);
    let verdict = search.run();
    match verdict {
        ListVerdict::List(items) => search.checked(tests, items),
        other => other,
    }
}

/// The outcome where a test names the list.
fn try_named(tests: &[(&ListTest, bool)], named: usize, items: &[String]) -> ListVerdict {
    match tests
        .iter()
        .position(|(test, wanted)| test.holds(items) != *wanted)
    {
        None => ListVerdict::List(items.to_vec()),
        Some(at) => {
            let core = BTreeSet::from([named, at]);
            ListVerdict::Contradiction(core.into_iter().collect())
        }
    }
}

/// An element and the demands that it was found for.
#[derive(Clone)]
struct Slot {
    text: String,
    demands: Vec<usize>,
}

struct Search<'a, 't> {
    texts: &'t mut TextTheory,
    /// What some element shall meet.
    some: Vec<Demand>,
    /// What every element shall meet.
    every: Vec<Demand>,
    sizes: Vec<SizeTest>,
    /// Lists that it shall not be.
    avoided: Vec<&'a [String]>,
    /// Ways tried.
    ways: usize,
}

impl<'a, 't> Search<'a, 't> {
    fn new(tests: &[(&'a ListTest, bool)], texts: &'t mut TextTheory) -> Self {
        let mut search = Search {
            texts,
            some: Vec::new(),
            every: Vec::new(),
            sizes: Vec::new(),
            avoided: Vec::new(),
            ways: 0,
        };
        for (index, (test, wanted)) in tests.iter().enumerate() {
            let size = |relation, size| SizeTest {
                index,
                relation,
                size,
                wanted: *wanted,
            };
            let body = match test {
                ListTest::Contains(text) => Known::equals(text, search.texts),
                ListTest::Exists(body) => Known::of(body, search.texts),
                ListTest::SizeCompare(relation, number) => {
                    search.sizes.push(size(*relation, *number));
                    continue;
                }
                ListTest::Equals(items) if items.is_empty() => {
                    search.sizes.push(size(Relation::Equal, 0));
                    continue;
                }
                ListTest::Equals(items) => {
                    search.avoided.push(items);
                    continue;
                }
            };
            let demands = if *wanted {
                &mut search.some
            } else {
                &mut search.every
            };
            demands.push(Demand {
                body,
                wanted: *wanted,
                origin: Some(index),
            });
        }
        search
    }

    fn run(&mut self) -> ListVerdict {
        if smallest(&self.sizes, 0).is_none() {
            return self.refuted(BTreeSet::new());
        }
        let slots = match self.one_by_one() {
            Ok(slots) => slots,
            Err(verdict) => return verdict,
        };
        let count = i64::try_from(slots.len()).unwrap_or(i64::MAX);
        let slots = match smallest(&self.sizes, count) {
            Some(_) => slots,
            None => match self.together(count) {
                Ok(slots) => slots,
                Err(verdict) => return verdict,
            },
        };
        let mut items = slots.iter().map(|slot| slot.text.clone()).collect();
        if let Some(verdict) = self.fill(&mut items, list_size) {
            return verdict;
        }
        if self.avoided.contains(&items.as_slice()) {
            items = self.varied(&slots, items);
        }
        ListVerdict::List(items)
    }

    /// The list, where it passes; what was not foreseen is not claimed.
    fn checked(&mut self, tests: &[(&ListTest, bool)], items: Vec<String>) -> ListVerdict {
        let texts = &mut *self.texts;
        let demands = self.some.iter().map(|demand| (demand, true));
        let mut demands = demands.chain(self.every.iter().map(|demand| (demand, false)));
        let passes = demands.all(|(demand, wanted)| {
            let body = &demand.body;
            items.iter().any(|item| body.outcome(item, texts) == Some(true)) == wanted
                && items.iter().all(|item| body.outcome(item, texts).is_some())
        });
        let passes = passes
            && tests.iter().all(|(test, wanted)| match test {
                ListTest::Contains(_) | ListTest::Exists(_) => true,
                other => other.holds(&items) == *wanted,
            });
        if passes {
            ListVerdict::List(items)
        } else {
            ListVerdict::Unknown
        }
    }

    /// An element for each demand that those before do not meet.
    fn one_by_one(&mut self) -> Result<Vec<Slot>, ListVerdict> {
        let mut slots: Vec<Slot> = Vec::new();
        let mut is_certain = true;
        for (at, demand) in self.some.iter().enumerate() {
            if let Some(slot) = slots
                .iter_mut()
                .find(|slot| demand.is_met(&slot.text, self.texts))
            {
                slot.demands.push(at);
                continue;
            }
            match element(self.every.iter().chain([demand]), self.texts) {
                Element::Text(text) => slots.push(Slot {
                    text,
                    demands: vec![at],
                }),
                Element::Contradiction(mut core) => {
                    // What holds of every element is no contradiction before there is one.
                    core.extend(demand.origin);
                    return Err(ListVerdict::Contradiction(core.into_iter().collect()));
                }
                Element::Unknown => is_certain = false,
            }
        }
        if is_certain {
            Ok(slots)
        } else {
            Err(ListVerdict::Unknown)
        }
    }

    /// Elements for all demands, fewer than `count`.
    fn together(&mut self, count: i64) -> Result<Vec<Slot>, ListVerdict> {
        let most = largest(&self.sizes, count).and_then(|most| usize::try_from(most).ok());
        let mut core = BTreeSet::new();
        let mut is_certain = true;
        if let Some(most) = most.filter(|most| *most > 0)
            && let Some(slots) = self.placed(0, &mut Vec::new(), most, &mut core, &mut is_certain)
        {
            return Ok(slots);
        }
        if !is_certain {
            return Err(ListVerdict::Unknown);
        }
        core.extend(self.some.iter().filter_map(|demand| demand.origin));
        Err(self.refuted(core))
    }

    /// The slots with the demands from `next` on placed in them or in new ones, at most `most`. The tests that stood
    /// in the way go to `core`; `is_certain` becomes false where a bound was hit.
    fn placed(
        &mut self,
        next: usize,
        slots: &mut Vec<Slot>,
        most: usize,
        core: &mut BTreeSet<usize>,
        is_certain: &mut bool,
    ) -> Option<Vec<Slot>> {
        if next >= self.some.len() {
            return Some(slots.clone());
        }
        for at in 0..slots.len().saturating_add(1).min(most) {
            self.ways += 1;
            if self.ways > MOST_WAYS {
                *is_certain = false;
                return None;
            }
            let before = slots.get(at).cloned();
            let mut demands = before
                .as_ref()
                .map(|slot| slot.demands.clone())
                .unwrap_or_default();
            demands.push(next);
            let text = match self.meeting(&demands, before.as_ref().map(|slot| slot.text.as_str())) {
                Element::Text(text) => text,
                Element::Contradiction(blamed) => {
                    core.extend(blamed);
                    continue;
                }
                Element::Unknown => {
                    *is_certain = false;
                    continue;
                }
            };
            let slot = Slot { text, demands };
            match slots.get_mut(at) {
                Some(place) => *place = slot,
                None => slots.push(slot),
            }
            if let Some(found) = self.placed(next + 1, slots, most, core, is_certain) {
                return Some(found);
            }
            match (slots.get_mut(at), before) {
                (Some(place), Some(before)) => *place = before,
                _ => slots.truncate(at),
            }
        }
        None
    }

    /// An element that meets these demands, the last of which `known` may happen to meet.
    fn meeting(&mut self, demands: &[usize], known: Option<&str>) -> Element {
        let demands: Vec<&Demand> = demands.iter().filter_map(|at| self.some.get(*at)).collect();
        if let (Some(known), Some(last)) = (known, demands.last())
            && last.is_met(known, self.texts)
        {
            return Element::Text(known.to_owned());
        }
        element(self.every.iter().chain(demands), self.texts)
    }

    /// Fills the list up to a size that is allowed; a verdict where that cannot be. `least` says from which size on.
    fn fill(&mut self, items: &mut Vec<String>, least: fn(&[String]) -> i64) -> Option<ListVerdict> {
        let size = match smallest(&self.sizes, least(items)) {
            Some(size) if size <= MOST_ELEMENTS => size,
            Some(_) => match self.filler(items) {
                Element::Contradiction(core) if items.is_empty() => return Some(self.refuted(core)),
                _ => return Some(ListVerdict::Unknown),
            },
            None => return Some(ListVerdict::Unknown),
        };
        while list_size(items) < size {
            match self.filler(items) {
                Element::Text(text) => items.push(text),
                Element::Contradiction(core) => return Some(self.refuted(core)),
                Element::Unknown => return Some(ListVerdict::Unknown),
            }
        }
        None
    }

    /// One more element, other than those that are there if it can be.
    fn filler(&mut self, items: &[String]) -> Element {
        if items.len() < MOST_DIFFERENT {
            let others = self.differing(items.iter().map(String::as_str));
            if let Element::Text(text) = element(self.every.iter().chain(&others), self.texts) {
                return Element::Text(text);
            }
        }
        match items.first() {
            Some(item) => Element::Text(item.clone()),
            None => element(&self.every, self.texts),
        }
    }

    /// The demands to be none of these strings.
    fn differing<'s>(&mut self, items: impl Iterator<Item = &'s str>) -> Vec<Demand> {
        items
            .map(|item| Demand {
                body: Known::equals(item, self.texts),
                wanted: false,
                origin: None,
            })
            .collect()
    }

    /// The list changed so that it is none of those to avoid, where that is found to be possible: another element at
    /// one place, another order, or more elements.
    fn varied(&mut self, slots: &[Slot], items: Vec<String>) -> Vec<String> {
        for at in 0..items.len() {
            let there: Vec<&str> = self
                .avoided
                .iter()
                .filter_map(|other| other.get(at))
                .map(String::as_str)
                .collect();
            let mut demands = self.differing(there.into_iter());
            let own = slots
                .get(at)
                .map(|slot| slot.demands.as_slice())
                .unwrap_or_default();
            demands.extend(own.iter().filter_map(|at| self.some.get(*at).cloned()));
            if let Element::Text(text) = element(self.every.iter().chain(&demands), self.texts) {
                let mut items = items.clone();
                if let Some(item) = items.get_mut(at) {
                    *item = text;
                }
                return items;
            }
        }
        for by in 1..items.len() {
            let mut turned = items.clone();
            turned.rotate_left(by);
            if !self.avoided.contains(&turned.as_slice()) {
                return turned;
            }
        }
        let mut longer = items.clone();
        for _ in 0..self.avoided.len() {
            if self
                .fill(&mut longer, |items| list_size(items).saturating_add(1))
                .is_some()
            {
                break;
            }
            if !self.avoided.contains(&longer.as_slice()) {
                return longer;
            }
        }
        items
    }

    /// The contradiction of these tests and all of the size.
    fn refuted(&self, mut core: BTreeSet<usize>) -> ListVerdict {
        core.extend(self.sizes.iter().map(|test| test.index));
        ListVerdict::Contradiction(core.into_iter().collect())
    }
}
