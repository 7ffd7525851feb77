//! What is followed along a search: one automaton for each test, or one for many tests of a kind.

use super::automaton::{Automaton, Classes, Words};
use super::counter::Counter;

/// One of the things that are followed together.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// Only what is UTF-8 is a string.
    Utf8,
    /// All tests of the size.
    Size(Counter),
    /// Strings that it shall not be, with the places of the tests that say so.
    Not(Box<Words>, Vec<usize>),
    /// A test and the outcome that it shall have.
    Test {
        index: usize,
        wanted: bool,
        automaton: &'a mut Automaton,
    },
}

/// Where a byte leads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// On, to this state.
    To(u32),
    /// To no string that could fit, because of this test; `None` where it leads to no string at all.
    Nowhere(Option<usize>),
    /// A bound was hit.
    Full,
}

impl Part<'_> {
    pub(super) fn start(&self) -> u32 {
        match self {
            Part::Utf8 | Part::Size(_) => 0,
            Part::Not(words, _) => words.start(),
            Part::Test { automaton, .. } => automaton.start(),
        }
    }

    pub(super) fn step(&mut self, state: u32, byte: u8) -> Step {
        match self {
            Part::Utf8 => match utf8(state, byte) {
                Some(next) => Step::To(next),
                None => Step::Nowhere(None),
            },
            Part::Size(counter) => match counter.step(state, byte) {
                Ok(next) => Step::To(next),
                Err(index) => Step::Nowhere(Some(index)),
            },
            Part::Not(words, _) => words.step(state, byte).map_or(Step::Full, Step::To),
            Part::Test {
                index,
                wanted,
                automaton,
            } => match automaton.step(state, byte) {
                None => Step::Full,
                Some(next) if automaton.settled(next) == Some(!*wanted) => Step::Nowhere(Some(*index)),
                Some(next) => Step::To(next),
            },
        }
    }

    /// Calls `misfit` for the tests that do not come out as wanted for what ends in this state, with `None` where
    /// that is no string; false where a bound was hit.
    pub(super) fn end(&mut self, state: u32, mut misfit: impl FnMut(Option<usize>)) -> bool {
        match self {
            Part::Utf8 if state == 0 => {}
            Part::Utf8 => misfit(None),
            Part::Size(counter) => counter.misfits(state).for_each(|index| misfit(Some(index))),
            Part::Not(words, indices) => {
                let word = words.word(state).and_then(|word| indices.get(word));
                if let Some(index) = word {
                    misfit(Some(*index));
                }
            }
            Part::Test {
                index,
                wanted,
                automaton,
            } => match automaton.accepts(state) {
                None => return false,
                Some(outcome) if outcome == *wanted => {}
                Some(_) => misfit(Some(*index)),
            },
        }
        true
    }

    pub(super) fn classes(&self) -> Classes {
        match self {
            Part::Utf8 => utf8_classes(),
            // UTF-8 tells the bytes apart that are counted from those that are not.
            Part::Size(_) => [0; 256],
            Part::Not(words, _) => words.classes(),
            Part::Test { automaton, .. } => automaton.classes(),
        }
    }

    /// Whether a run of bytes that it never names is to it as one such byte.
    pub(super) fn is_literal(&self) -> bool {
        match self {
            Part::Test { automaton, .. } => automaton.is_literal(),
            _ => true,
        }
    }
}

/// The state of UTF-8 behind a byte: 0 between characters, 1 to 3 with so many plain bytes to follow, the others
/// behind first bytes whose second one is restricted.
fn utf8(state: u32, byte: u8) -> Option<u32> {
    Some(match (state, byte) {
        (0, 0x00..=0x7F) => 0,
        (0, 0xC2..=0xDF) => 1,
        (0, 0xE0) => 4,
        (0, 0xED) => 5,
        (0, 0xE1..=0xEF) => 2,
        (0, 0xF0) => 6,
        (0, 0xF1..=0xF3) => 3,
        (0, 0xF4) => 7,
        (1..=3, 0x80..=0xBF) => state - 1,
        (4, 0xA0..=0xBF) | (5, 0x80..=0x9F) => 1,
        (6, 0x90..=0xBF) | (7, 0x80..=0x8F) => 2,
        _ => return None,
    })
}

fn utf8_classes() -> Classes {
    const FIRST: [u8; 13] = [
        0x80, 0x90, 0xA0, 0xC0, 0xC2, 0xE0, 0xE1, 0xED, 0xEE, 0xF0, 0xF1, 0xF4, 0xF5,
    ];
    let mut classes = [0; 256];
    for byte in 0..=u8::MAX {
        let before = FIRST.iter().filter(|first| **first <= byte).count();
        classes[usize::from(byte)] = u8::try_from(before).unwrap_or(u8::MAX);
    }
    classes
}
