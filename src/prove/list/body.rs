//! Conditions on elements with their tests known by number.

use super::test::Body;
use crate::prove::text::{TextTest, TextTestId, TextTheory};

/// A condition on one element, its tests known to a theory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Test(TextTestId),
    Not(Box<Known>),
    And(Vec<Known>),
    Or(Vec<Known>),
}

/// A condition that an element shall pass, or fail.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    pub(super) body: Known,
    pub(super) wanted: bool,
    /// The place of the test that it comes from; `None` where no test asks for it.
    pub(super) origin: Option<usize>,
}

impl Known {
    /// The condition, its tests made known.
    pub(super) fn of(body: &Body, texts: &mut TextTheory) -> Known {
        match body {
            Body::Test(test) => Known::Test(texts.test(test.clone())),
            Body::Not(body) => Known::Not(Box::new(Known::of(body, texts))),
            Body::And(bodies) => Known::And(bodies.iter().map(|body| Known::of(body, texts)).collect()),
            Body::Or(bodies) => Known::Or(bodies.iter().map(|body| Known::of(body, texts)).collect()),
        }
    }

    /// The condition of being this string.
    pub(super) fn equals(text: &str, texts: &mut TextTheory) -> Known {
        Known::Test(texts.test(TextTest::Equals(text.to_owned())))
    }

    /// Whether it holds of an element; `None` where that cannot be evaluated.
    pub(super) fn outcome(&self, item: &str, texts: &mut TextTheory) -> Option<bool> {
        match self {
            Known::Test(id) => texts.outcome(*id, item),
            Known::Not(body) => body.outcome(item, texts).map(|outcome| !outcome),
            Known::And(bodies) => all_are(bodies, true, item, texts),
            Known::Or(bodies) => all_are(bodies, false, item, texts).map(|none| !none),
        }
    }
}

/// Whether all conditions have this outcome.
fn all_are(bodies: &[Known], wanted: bool, item: &str, texts: &mut TextTheory) -> Option<bool> {
    let mut all = true;
    for body in bodies {
        all &= body.outcome(item, texts)? == wanted;
    }
    Some(all)
}

impl Demand {
    /// Whether an element meets it; false where that cannot be evaluated.
    pub(super) fn is_met(&self, item: &str, texts: &mut TextTheory) -> bool {
        self.body.outcome(item, texts) == Some(self.wanted)
    }
}
