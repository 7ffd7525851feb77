//! What formulas are made of: questions about a request that are answered by yes or no.

use super::list::ListTest;
use super::text::TextTest;
use crate::facts::{Demand, FactId};
use crate::model::Function;

/// A string of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum TextSubject {
    /// A fact.
    Fact(FactId),
    /// What stands under a key of a fact.
    Entry(FactId, String),
}

/// A whole number of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum NumberSubject {
    /// A fact.
    Fact(FactId),
    /// When the request arrived, in milliseconds since the epoch.
    Instant,
    /// A field of the moment when the request arrived, in a time zone.
    Field(Function, Option<String>),
    /// Code points of a string.
    TextSize(TextSubject),
    /// Elements of a fact.
    ListSize(FactId),
    /// Entries of a fact.
    MapSize(FactId),
}

/// Multiples of numbers, summed: at least two of them, in order of their subjects, none of them times 0.
pub(super) type Terms = Vec<(NumberSubject, i64)>;

/// A question about a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Atom {
    /// Whether a fact is true.
    Flag(FactId),
    /// Whether a string passes a test.
    Text(TextSubject, TextTest),
    /// Whether two strings are the same; the lower subject stands first.
    SameText(TextSubject, TextSubject),
    /// Whether a fact has a key.
    HasKey(FactId, String),
    /// Whether a number is at most this.
    AtMost(NumberSubject, i64),
    /// Whether a sum is at most this.
    SumAtMost(Terms, i64),
    /// Whether a list passes a test.
    List(FactId, ListTest),
    /// Whether the request asks for what not every protocol can express.
    Demand(Demand),
    /// What the proof does not look into: a condition as text, with the target that it speaks of.
    Opaque(String),
}

impl Atom {
    /// The facts that the answer depends on; none for what the proof does not look into.
    pub(super) fn facts(&self) -> Vec<FactId> {
        match self {
            Atom::Flag(fact) | Atom::HasKey(fact, _) | Atom::List(fact, _) => vec![*fact],
            Atom::Text(subject, _) => vec![subject.fact()],
            Atom::SameText(left, right) => vec![left.fact(), right.fact()],
            Atom::AtMost(subject, _) => subject.fact().into_iter().collect(),
            Atom::SumAtMost(terms, _) => terms.iter().filter_map(|(subject, _)| subject.fact()).collect(),
            Atom::Demand(_) | Atom::Opaque(_) => Vec::new(),
        }
    }
}

impl TextSubject {
    /// The fact that it is, or is of.
    pub(super) fn fact(&self) -> FactId {
        match self {
            TextSubject::Fact(fact) | TextSubject::Entry(fact, _) => *fact,
        }
    }
}

impl TextSubject {
    /// The element that a macro looks at: a string that only tests inside of it speak of.
    pub(super) fn element() -> TextSubject {
        TextSubject::Entry(crate::facts::Builtin::Tags.into(), String::new())
    }
}

impl NumberSubject {
    /// The fact that it is, or is of.
    pub(super) fn fact(&self) -> Option<FactId> {
        match self {
            NumberSubject::Fact(fact) | NumberSubject::ListSize(fact) | NumberSubject::MapSize(fact) => {
                Some(*fact)
            }
            NumberSubject::TextSize(text) => Some(text.fact()),
            NumberSubject::Instant | NumberSubject::Field(..) => Some(crate::facts::Builtin::Now.into()),
        }
    }
}
