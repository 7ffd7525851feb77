//! A request's facts as the index reads them: strings and lists numbered by the vocabulary, each when first asked for.

use super::super::predicate::Scope;
use super::vocabulary::{Known, MOST_LISTS, MOST_TEXTS, Vocabulary};
use crate::facts::{FactId, Facts, Value};
use smallvec::SmallVec;
use std::cell::{Cell, OnceCell};

/// Numbers up to this one have a bit.
const MOST_BITS: usize = 256;

/// A string that was not looked up yet; no vocabulary is so large.
const NOT_ASKED: u32 = u32::MAX;

/// The literals of a vocabulary that one list of strings holds.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Their numbers, ascending, each once.
    numbers: SmallVec<[u32; 16]>,
    bits: [u64; MOST_BITS / 64],
}

impl Members {
    fn of(known: &Known, facts: &Facts) -> Members {
        let mut members = Members::default();
        for item in facts.list(known.fact) {
            let number = known.names.find(item);
            if number == 0 {
                continue;
            }
            if let Err(at) = members.numbers.binary_search(&number) {
                members.numbers.insert(at, number);
            }
            if let Some(word) = members.bits.get_mut(number as usize / 64) {
                *word |= 1 << (number % 64);
            }
        }
        members
    }

    /// Whether the list holds the literal of this number.
    pub(super) fn hold(&self, number: u32) -> bool {
        match self.bits.get(number as usize / 64) {
            Some(word) => word & 1 << (number % 64) != 0,
            None => self.numbers.contains(&number),
        }
    }

    /// The numbers of all literals that the list holds, ascending.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }
}

/// One request's facts, read by one tree's index. It lives as long as one decision.
#[derive(Debug)]
pub struct Request<'a> {
    vocabulary: &'a Vocabulary,
    scope: Scope<'a>,
    texts: [Cell<u32>; MOST_TEXTS],
    lists: [OnceCell<Members>; MOST_LISTS],
}

impl<'a> Request<'a> {
    /// The facts.
    pub fn facts(&self) -> &'a Facts {
        self.scope.facts
    }

    /// What whole conditions are evaluated over.
    pub(in super::super) fn scope(&self) -> &Scope<'a> {
        &self.scope
    }

    #[inline]
    pub(super) fn new(vocabulary: &'a Vocabulary, facts: &'a Facts) -> Self {
        Request {
            vocabulary,
            scope: Scope::remembering(facts),
            texts: [const { Cell::new(NOT_ASKED) }; MOST_TEXTS],
            lists: [const { OnceCell::new() }; MOST_LISTS],
        }
    }

    /// The number of a string fact's value, by the fact's place in the vocabulary; 0 for a value that no condition names.
    #[inline]
    pub(super) fn text(&self, slot: u8) -> u32 {
        let slot = usize::from(slot);
        let (Some(cell), Some(known)) = (self.texts.get(slot), self.vocabulary.texts.get(slot)) else {
            return 0;
        };
        if cell.get() == NOT_ASKED {
            cell.set(known.names.find(self.scope.facts.string(known.fact)));
        }
        cell.get()
    }

    /// What a list of strings holds, by the fact's place in the vocabulary.
    #[inline]
    pub(super) fn members(&self, list: u8) -> &Members {
        static NONE: Members = Members {
            numbers: SmallVec::new_const(),
            bits: [0; MOST_BITS / 64],
        };
        let list = usize::from(list);
        match (self.lists.get(list), self.vocabulary.lists.get(list)) {
            (Some(cell), Some(known)) => cell.get_or_init(|| Members::of(known, self.scope.facts)),
            _ => &NONE,
        }
    }

    /// An int fact; a bool fact as 0 or 1.
    #[inline]
    pub(super) fn number(&self, fact: FactId) -> i64 {
        match self.scope.facts.get(fact) {
            Some(Value::Int(number)) => *number,
            Some(Value::Bool(truth)) => i64::from(*truth),
            _ => 0,
        }
    }
}
