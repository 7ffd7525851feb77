//! Tests of a string as automata over the bytes of its UTF-8.

mod order;
mod pattern;
mod segments;
mod words;

pub(super) use words::Words;

use super::test::TextTest;
use order::Order;
use pattern::Pattern;
use segments::Segments;

/// For every byte the class that it belongs to: bytes of one class lead from every state to the same one.
pub(super) type Classes = [u8; 256];

/// A deterministic automaton, its states numbered and found as they are asked for.
#[derive(Debug)]
pub(super) enum Automaton {
    /// Literal parts with anything between them.
    Segments(Segments),
    /// A set of whole strings.
    Words(Box<Words>),
    /// A place in the order of strings.
    Order(Order),
    /// A regular expression.
    Pattern(Box<Pattern>),
}

impl Automaton {
    /// The automaton of a test; `None` for sizes, which are counted instead, and for patterns that have none.
    pub(super) fn of(test: &TextTest) -> Option<Automaton> {
        Some(match test {
            TextTest::Equals(text) => Automaton::Segments(Segments::new([text.as_str()])),
            TextTest::OneOf(texts) => Automaton::Words(Box::new(Words::new(texts.clone()))),
            TextTest::StartsWith(text) => Automaton::Segments(Segments::new([text.as_str(), ""])),
            TextTest::EndsWith(text) => Automaton::Segments(Segments::new(["", text.as_str()])),
            TextTest::Contains(text) => Automaton::Segments(Segments::new(["", text.as_str(), ""])),
            TextTest::Glob(glob) => Automaton::Segments(Segments::new(glob.split('*'))),
            TextTest::Compare(relation, text) => Automaton::Order(Order::new(*relation, text)),
            TextTest::Matches(pattern) => Automaton::Pattern(Box::new(Pattern::new(pattern)?)),
            TextTest::SizeCompare(..) => return None,
        })
    }

    /// The state before the first byte.
    pub(super) fn start(&self) -> u32 {
        match self {
            Automaton::Segments(segments) => segments.start(),
            Automaton::Words(words) => words.start(),
            Automaton::Order(order) => order.start(),
            Automaton::Pattern(pattern) => pattern.start(),
        }
    }

    /// The state behind a byte; `None` where a bound is hit.
    pub(super) fn step(&mut self, state: u32, byte: u8) -> Option<u32> {
        match self {
            Automaton::Segments(segments) => Some(segments.step(state, byte)),
            Automaton::Words(words) => words.step(state, byte),
            Automaton::Order(order) => Some(order.step(state, byte)),
            Automaton::Pattern(pattern) => pattern.step(state, byte),
        }
    }

    /// The test's outcome for a string that ends in this state; `None` where a bound is hit.
    pub(super) fn accepts(&mut self, state: u32) -> Option<bool> {
        match self {
            Automaton::Segments(segments) => Some(segments.accepts(state)),
            Automaton::Words(words) => Some(words.accepts(state)),
            Automaton::Order(order) => Some(order.accepts(state)),
            Automaton::Pattern(pattern) => pattern.accepts(state),
        }
    }

    /// The outcome that is certain in this state, whatever bytes follow.
    pub(super) fn settled(&self, state: u32) -> Option<bool> {
        match self {
            Automaton::Segments(segments) => segments.settled(state),
            Automaton::Words(words) => words.settled(state),
            Automaton::Order(order) => order.settled(state),
            Automaton::Pattern(pattern) => pattern.settled(state),
        }
    }

    /// The classes of bytes.
    pub(super) fn classes(&self) -> Classes {
        match self {
            Automaton::Segments(segments) => segments.classes(),
            Automaton::Words(words) => words.classes(),
            Automaton::Order(order) => order.classes(),
            Automaton::Pattern(pattern) => pattern.classes(),
        }
    }

    /// Whether bytes that it never names leave it, however many of them stand in a row, where one of them does.
    pub(super) fn is_literal(&self) -> bool {
        !matches!(self, Automaton::Pattern(_))
    }
}

/// Classes for bytes that are told apart only where one of `named` is met: each of those alone, all others together.
fn named_classes(named: impl Iterator<Item = u8>) -> Classes {
    let mut classes = [0; 256];
    let mut last = 0u8;
    for byte in named {
        let class = &mut classes[usize::from(byte)];
        if *class == 0 && last < u8::MAX {
            last += 1;
            *class = last;
        }
    }
    classes
}
