//! Tests of one list of strings, and their direct evaluation.

use crate::prove::relation::Relation;
use crate::prove::text::{TextTest, outcome};

/// A condition on one element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Body {
    /// A test of the element.
    Test(TextTest),
    /// The other way round.
    Not(Box<Body>),
    /// All of them; true where there are none.
    And(Vec<Body>),
    /// Any of them; false where there are none.
    Or(Vec<Body>),
}

/// A test of one list whose outcome depends on the list alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ListTest {
    /// `"…" in l`.
    Contains(String),
    /// `l.exists(x, …)`; `l.all(x, …)` is that of the negated body, negated.
    Exists(Body),
    /// `size(l) < n` and its like.
    SizeCompare(Relation, i64),
    /// `l == […]`.
    Equals(Vec<String>),
}

impl Body {
    /// Whether it holds of an element.
    pub(crate) fn holds(&self, item: &str) -> bool {
        match self {
            Body::Test(test) => outcome(test, item),
            Body::Not(body) => !body.holds(item),
            Body::And(bodies) => bodies.iter().all(|body| body.holds(item)),
            Body::Or(bodies) => bodies.iter().any(|body| body.holds(item)),
        }
    }
}

impl ListTest {
    /// The element that it asks for, where it asks for one by name.
    pub(crate) fn contained(&self) -> Option<&str> {
        match self {
            ListTest::Contains(text) => Some(text),
            _ => None,
        }
    }

    /// The test's outcome for a list; patterns are compiled for it.
    pub(crate) fn holds(&self, items: &[String]) -> bool {
        match self {
            ListTest::Contains(text) => items.contains(text),
            ListTest::Exists(body) => items.iter().any(|item| body.holds(item)),
            ListTest::SizeCompare(relation, size) => relation.admits(list_size(items).cmp(size)),
            ListTest::Equals(other) => items == other,
        }
    }
}

/// The size of a list as CEL has it.
pub(super) fn list_size(items: &[String]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}
