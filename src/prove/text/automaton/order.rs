//! A place in the order of strings.

use super::Classes;
use crate::prove::relation::Relation;
use std::cmp::Ordering;

/// The automaton of `s < "…"` and its like. The states count the bytes that are as in the literal; two more stand
/// behind the first byte that is smaller or greater.
#[derive(Debug)]
pub(in crate::prove::text) struct Order {
    relation: Relation,
    bytes: Box<[u8]>,
}

/// A byte was smaller.
const LESS: u32 = u32::MAX - 1;

/// A byte was greater, or the literal was at its end.
const GREATER: u32 = u32::MAX;

impl Order {
    pub(super) fn new(relation: Relation, text: &str) -> Order {
        Order {
            relation,
            bytes: text.as_bytes().into(),
        }
    }

    pub(super) fn start(&self) -> u32 {
        0
    }

    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        if state >= LESS {
            return state;
        }
        match self.byte(state).map(|expected| byte.cmp(&expected)) {
            Some(Ordering::Equal) => state + 1,
            Some(Ordering::Less) => LESS,
            Some(Ordering::Greater) | None => GREATER,
        }
    }

    pub(super) fn accepts(&self, state: u32) -> bool {
        self.relation.admits(match state {
            LESS => Ordering::Less,
            GREATER => Ordering::Greater,
            state if self.byte(state).is_some() => Ordering::Less,
            _ => Ordering::Equal,
        })
    }

    pub(super) fn settled(&self, state: u32) -> Option<bool> {
        (state >= LESS).then(|| self.accepts(state))
    }

    /// Each byte of the literal is alone, those between two neighbours are together.
    pub(super) fn classes(&self) -> Classes {
        let mut is_named = [false; 256];
        for byte in &self.bytes {
            is_named[usize::from(*byte)] = true;
        }
        let mut classes = [0; 256];
        let mut class = 0u8;
        for byte in 1..256 {
            class = class.saturating_add(u8::from(is_named[byte] || is_named[byte - 1]));
            classes[byte] = class;
        }
        classes
    }

    fn byte(&self, state: u32) -> Option<u8> {
        self.bytes.get(usize::try_from(state).ok()?).copied()
    }
}
