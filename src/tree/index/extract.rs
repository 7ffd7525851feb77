//! Conditions to what they cannot hold without.
//!
//! A route matches where its condition is true and nothing in it failed, so that every part of an `&&` is needed. A guard
//! fails closed: it matches, too, where its condition could not be evaluated. Of its `&&` only those parts are needed
//! that are read before one that can fail.

use super::super::predicate::{Number, Relation, Text, Truth};
use super::budget::Budget;
use super::need::{Need, Texts};
use super::vocabulary::Vocabulary;
use crate::facts::FactId;

/// What a route's condition needs to be true.
pub(super) fn of_route(condition: &Truth, vocabulary: &Vocabulary) -> Need {
    let mut extraction = Extraction::new(vocabulary);
    extraction.need(condition, true)
}

/// What a guard's condition needs to be true or to fail.
pub(super) fn of_guard(condition: &Truth, vocabulary: &Vocabulary) -> Need {
    let mut extraction = Extraction::new(vocabulary);
    let (need, can_fail) = extraction.before_failure(condition);
    if can_fail { need.inexact() } else { need }
}

struct Extraction<'v> {
    vocabulary: &'v Vocabulary,
    budget: Budget,
}

impl<'v> Extraction<'v> {
    fn new(vocabulary: &'v Vocabulary) -> Self {
        Extraction {
            vocabulary,
            budget: Budget::new(),
        }
    }

    /// What the parts of a condition need that are read before one that can fail, and whether there is such a one.
    fn before_failure(&mut self, condition: &Truth) -> (Need, bool) {
        match condition {
            Truth::All(operands) => {
                let mut need = Need::nothing(true);
                for operand in operands {
                    let (more, can_fail) = self.before_failure(operand);
                    need = need.and(more);
                    if can_fail {
                        return (need, true);
                    }
                }
                (need, false)
            }
            Truth::Shared(shared) => self.before_failure(shared),
            other if other.can_fail() => (Need::nothing(false), true),
            other => (self.need(other, true), false),
        }
    }

    /// What a condition needs to have this outcome, where nothing in it fails.
    fn need(&mut self, condition: &Truth, outcome: bool) -> Need {
        if !self.budget.spend(1) {
            return Need::nothing(false);
        }
        match condition {
            Truth::Constant(truth) if *truth == outcome => Need::nothing(true),
            Truth::Constant(_) => Need::never(),
            Truth::Fact(fact) => Need::number(*fact, i64::from(outcome), i64::from(outcome)),
            Truth::TextIs(fact, text) => self.text(*fact, std::slice::from_ref(text), outcome),
            Truth::TextIn(pair) => match &**pair {
                (Text::Fact(fact), set) => self.text(*fact, set.texts(), outcome),
                _ => Need::nothing(false),
            },
            Truth::FactHolds(fact, text) => self.member(*fact, text, outcome),
            Truth::NumberIs(relation, fact, number) => range(*relation, *fact, *number, outcome),
            Truth::NumberIn(pair) if outcome => among(&pair.0, &pair.1),
            Truth::Not(operand) => self.need(operand, !outcome),
            Truth::Shared(shared) => self.need(shared, outcome),
            Truth::All(operands) => self.chain(operands, outcome, true),
            Truth::Any(operands) => self.chain(operands, outcome, false),
            _ => Need::nothing(false),
        }
    }

    /// `&&`, or `||`: where it is to be false, the other with its operands false.
    fn chain(&mut self, operands: &[Truth], outcome: bool, all: bool) -> Need {
        let needs = operands.iter().map(|operand| self.need(operand, outcome));
        if all == outcome {
            needs.fold(Need::nothing(true), Need::and)
        } else {
            needs.reduce(Need::or).unwrap_or_else(Need::never)
        }
    }

    fn text(&mut self, fact: FactId, texts: &[Box<str>], outcome: bool) -> Need {
        let Some((slot, names)) = self.vocabulary.text(fact) else {
            return Need::nothing(false);
        };
        if !self.budget.spend(texts.len()) {
            return Need::nothing(false);
        }
        let mut values: Vec<u32> = texts.iter().map(|text| names.find(text)).collect();
        if values.contains(&0) {
            return Need::nothing(false);
        }
        values.sort_unstable();
        values.dedup();
        let allowed = if outcome { Texts::Among } else { Texts::Except };
        Need::text(slot, allowed(values))
    }

    fn member(&self, fact: FactId, text: &str, outcome: bool) -> Need {
        match self
            .vocabulary
            .list(fact)
            .map(|(list, names)| (list, names.find(text)))
        {
            None | Some((_, 0)) => Need::nothing(false),
            Some(member) => Need::member(member, outcome),
        }
    }
}

/// A comparison of an int fact with a number.
fn range(relation: Relation, fact: FactId, number: i64, outcome: bool) -> Need {
    let below = || number.checked_sub(1).map(|high| (i64::MIN, high));
    let above = || number.checked_add(1).map(|low| (low, i64::MAX));
    let range = match (relation, outcome) {
        (Relation::Equal, true) | (Relation::NotEqual, false) => Some((number, number)),
        (Relation::Equal, false) | (Relation::NotEqual, true) => return Need::nothing(false),
        (Relation::Less, true) | (Relation::GreaterOrEqual, false) => below(),
        (Relation::LessOrEqual, true) | (Relation::Greater, false) => Some((i64::MIN, number)),
        (Relation::Greater, true) | (Relation::LessOrEqual, false) => above(),
        (Relation::GreaterOrEqual, true) | (Relation::Less, false) => Some((number, i64::MAX)),
    };
    range.map_or_else(Need::never, |(low, high)| Need::number(fact, low, high))
}

/// An int fact that is one of these numbers, which are ascending.
fn among(number: &Number, numbers: &[i64]) -> Need {
    match (number, numbers) {
        (_, []) => Need::never(),
        (Number::Fact(fact), [low, .., high]) => Need::number(*fact, *low, *high).inexact(),
        (Number::Fact(fact), [only]) => Need::number(*fact, *only, *only),
        _ => Need::nothing(false),
    }
}
