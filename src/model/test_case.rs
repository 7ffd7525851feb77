//! Tests that a policy holds of itself: a request, what fails meanwhile, and what is expected of the decision.

use super::catalog::{ModelId, Named, ProviderId};
use super::rules::RouteId;
use crate::facts::{FactId, Value};
use crate::quantity::Cost;
use crate::source::Span;

/// Index of a test in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestId(pub u32);

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCase {
    /// What it says, unique among tests.
    pub name: String,
    /// The facts that are given, as written; the others follow from the tenant, from the model asked for, or are the
    /// facts' defaults.
    pub given: Vec<Given>,
    /// What fails while the plan is carried out.
    pub failing: Vec<Failing>,
    /// What is expected, one or more.
    pub expect: Vec<Expectation>,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// A fact that a test gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The fact.
    pub fact: FactId,
    /// Its value, of its type.
    pub value: Value,
    /// Where the policy says so.
    pub span: Span,
}

/// What fails in a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// A model, or all members of a pool.
    Named(Named),
    /// All models at a provider.
    Provider(ProviderId),
}

/// One thing that a test expects, and where it says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// What is expected.
    pub kind: ExpectationKind,
    /// Where the policy says so.
    pub span: Span,
}

/// What a test can expect.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectationKind {
    /// The route that takes the request.
    Route(RouteId),
    /// The target that answers: the first of the plan, behind those that fail.
    Target(Membership),
    /// The targets that are left in the plan beside the one that answers and those that have failed before it, in the
    /// plan's order.
    Fallback(Membership),
    /// A refusal of this status.
    Deny(u16),
    /// Targets that left the plan, among others.
    Skipped(Vec<ModelId>),
    /// The most that the request can cost at the target that answers.
    CostAtMost(Cost),
}

/// How what is found is held against what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It is exactly this (`is`, or nothing); of fallbacks: these, in this order.
    Is(Vec<Named>),
    /// It is one of these; of fallbacks: each of them is.
    In(Vec<Named>),
    /// It is none of these; of fallbacks: none of them is.
    NotIn(Vec<Named>),
}
