//! What of a request the index looks at: the string facts and lists of strings that conditions compare with literals,
//! and the literals, numbered.

use super::super::names::Names;
use super::super::predicate::{Text, Truth};
use super::budget::Budget;
use crate::facts::FactId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most string facts that are numbered; of more, those that most conditions name.
pub(super) const MOST_TEXTS: usize = 32;

/// Most lists of strings that are numbered.
pub(super) const MOST_LISTS: usize = 4;

/// A fact and the literals that conditions compare it with.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) fact: FactId,
    pub(super) names: Names,
}

/// The facts that are numbered, each with its literals.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) texts: Box<[Known]>,
    pub(super) lists: Box<[Known]>,
}

impl Vocabulary {
    /// The vocabulary of these conditions.
    pub(super) fn of<'a>(conditions: impl Iterator<Item = &'a Truth>) -> Vocabulary {
        let mut gathered = Gathered::default();
        for condition in conditions {
            gathered.add(condition, &mut Budget::new());
        }
        Vocabulary {
            texts: known(gathered.texts, MOST_TEXTS),
            lists: known(gathered.lists, MOST_LISTS),
        }
    }

    /// The place of a string fact among those that are numbered, and its literals.
    pub(super) fn text(&self, fact: FactId) -> Option<(u8, &Names)> {
        find(&self.texts, fact)
    }

    /// The place of a list of strings among those that are numbered, and its literals.
    pub(super) fn list(&self, fact: FactId) -> Option<(u8, &Names)> {
        find(&self.lists, fact)
    }
}

fn find(known: &[Known], fact: FactId) -> Option<(u8, &Names)> {
    (0u8..)
        .zip(known)
        .find(|(_, known)| known.fact == fact)
        .map(|(at, known)| (at, &known.names))
}

/// How often a fact is compared, and with what.
#[derive(Default)]
struct Mentions<'a> {
    count: usize,
    texts: Vec<&'a str>,
}

#[derive(Default)]
struct Gathered<'a> {
    texts: BTreeMap<FactId, Mentions<'a>>,
    lists: BTreeMap<FactId, Mentions<'a>>,
    /// What conditions share, by its address: it is gone through once.
    seen: BTreeSet<usize>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, condition: &'a Truth, budget: &mut Budget) {
        if !budget.spend(1) {
            return;
        }
        match condition {
            Truth::TextIs(fact, text) => self.texts.entry(*fact).or_default().add([&**text]),
            Truth::FactHolds(fact, text) => self.lists.entry(*fact).or_default().add([&**text]),
            Truth::TextIn(pair) => {
                if let (Text::Fact(fact), set) = &**pair
                    && budget.spend(set.texts().len())
                    && self.is_new(set)
                {
                    self.texts
                        .entry(*fact)
                        .or_default()
                        .add(set.texts().iter().map(|text| &**text));
                }
            }
            Truth::Not(operand) => self.add(operand, budget),
            Truth::Shared(shared) if self.is_new(shared) => self.add(shared, &mut Budget::new()),
            Truth::All(operands) | Truth::Any(operands) => {
                for operand in operands {
                    self.add(operand, budget);
                }
            }
            _ => {}
        }
    }

    fn is_new<T>(&mut self, shared: &Arc<T>) -> bool {
        self.seen.insert(Arc::as_ptr(shared).addr())
    }
}

impl<'a> Mentions<'a> {
    fn add(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        self.count += 1;
        self.texts.extend(texts);
    }
}

/// The facts that are mentioned most, at most so many.
fn known(gathered: BTreeMap<FactId, Mentions<'_>>, most: usize) -> Box<[Known]> {
    let mut gathered: Vec<_> = gathered.into_iter().collect();
    gathered.sort_by_key(|(fact, mentions)| (std::cmp::Reverse(mentions.count), *fact));
    gathered
        .into_iter()
        .take(most)
        .map(|(fact, mentions)| Known {
            fact,
            names: Names::new(mentions.texts.into_iter()),
        })
        .collect()
}
