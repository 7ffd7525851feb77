//! Strings of a list literal, made for look-ups.

use super::names::Names;

/// A set of strings that is only asked whether it holds one.
#[derive(Clone, Debug)]
pub(super) enum TextSet {
    /// Few: compared one by one.
    Few(Box<[Box<str>]>),
    /// Many: hashed.
    Many(Names),
}

impl TextSet {
    /// Up to so many strings are compared one by one.
    const FEW: usize = 8;

    /// The set of these strings.
    pub(super) fn new<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> TextSet {
        if texts.len() <= TextSet::FEW {
            TextSet::Few(texts.map(Box::from).collect())
        } else {
            TextSet::Many(Names::new(texts))
        }
    }

    /// Whether the string is one of them.
    pub(super) fn contains(&self, text: &str) -> bool {
        match self {
            TextSet::Few(texts) => texts.iter().any(|item| **item == *text),
            TextSet::Many(texts) => texts.find(text) != 0,
        }
    }

    /// All of them, in an order that depends on nothing but the list.
    pub(super) fn texts(&self) -> &[Box<str>] {
        match self {
            TextSet::Few(texts) => texts,
            TextSet::Many(texts) => texts.texts(),
        }
    }
}
