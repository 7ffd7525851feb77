//! What running tests comes to.

use super::course::Lot;
use super::coverage::Coverage;
use crate::model::TestId;
use crate::source::Span;

/// What is run and measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options<'f> {
    /// Only tests whose name contains this.
    pub filter: Option<&'f str>,
    /// Whether to measure what of the policy the tests reach.
    pub coverage: bool,
}

/// All tests that were run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// One after the other, in policy order.
    pub tests: Vec<TestReport>,
    /// What they reach, where that was asked for.
    pub coverage: Option<Coverage>,
}

/// One test that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// Which one.
    pub test: TestId,
    /// What it says.
    pub name: String,
    /// Where the policy declares it (its name).
    pub span: Span,
    /// The expectations that are not met, in written order, each with the first way of the request that breaks it.
    pub failures: Vec<Failure>,
    /// The way of the request that breaks the first of them.
    pub(super) lot: Option<Lot>,
}

/// An expectation that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Where the policy expects it; the test itself where its request could not be followed everywhere.
    pub span: Span,
    /// What is expected, as the policy writes it.
    pub expected: String,
    /// What was decided.
    pub found: String,
    /// The draw and the pick that led to it; `None` where they have no say.
    pub draw: Option<String>,
}

impl Report {
    /// How many tests hold.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.passed()).count()
    }

    /// How many do not.
    pub fn failed(&self) -> usize {
        self.tests.len() - self.passed()
    }
}

impl TestReport {
    /// Whether the test holds.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}
