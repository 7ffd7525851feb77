//! The evaluation tree: what requests are decided with. Immutable and shared; conditions are native predicates, or
//! programs of the interpreter where CEL goes beyond them.

pub mod eval;
mod hash;
mod trace;

pub use hash::PolicyHash;
pub use trace::{ConditionTrace, Observed, PartTrace};

use crate::diagnostic::Diagnostic;
use crate::facts::{FactId, Facts};
use crate::model::{GuardId, ModelId, Policy, RouteId};
use crate::source::{SourceMap, Span};
use std::collections::BTreeSet;

/// The evaluation tree of one policy.
#[derive(Debug)]
pub struct Tree {
    policy: Policy,
    sources: SourceMap,
    hash: PolicyHash,
    required: RequiredInputs,
}

/// What of a request the policy's conditions and splits can read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequiredInputs {
    /// The facts that are read.
    pub facts: BTreeSet<FactId>,
    /// Keys of `headers` that are read, names in lower case.
    pub headers: BTreeSet<String>,
    /// Whether `headers` is read otherwise than by literal key.
    pub all_headers: bool,
    /// Keys of `metadata` that are read.
    pub metadata: BTreeSet<String>,
    /// Whether `metadata` is read otherwise than by literal key.
    pub all_metadata: bool,
}

impl Tree {
    /// The tree of a checked policy. Diagnostics are errors: conditions beyond what can be evaluated within bounds.
    pub fn new(policy: Policy, sources: SourceMap, hash: PolicyHash) -> Result<Tree, Vec<Diagnostic>> {
        Ok(Tree {
            policy,
            sources,
            hash,
            required: RequiredInputs::default(),
        })
    }

    /// The parts of conditions that run in the interpreter, in policy order.
    pub fn interpreted(&self) -> impl Iterator<Item = Span> {
        std::iter::empty()
    }

    /// How a route's `when` comes to its outcome; true without parts where it has none.
    pub fn trace_route(&self, _route: RouteId, _facts: &Facts) -> ConditionTrace {
        ConditionTrace::default()
    }

    /// How a guard's `when` comes to its outcome; true without parts where it has none.
    pub fn trace_guard(&self, _guard: GuardId, _facts: &Facts) -> ConditionTrace {
        ConditionTrace::default()
    }

    /// How a guard's `require`s, all of them together, come to their outcome for a target; true without parts where
    /// it has none.
    pub fn trace_require(&self, _guard: GuardId, _facts: &Facts, _target: ModelId) -> ConditionTrace {
        ConditionTrace::default()
    }

    /// The checked policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The policy's texts.
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// The policy's hash.
    pub fn hash(&self) -> &PolicyHash {
        &self.hash
    }

    /// What of a request the policy reads.
    pub fn required(&self) -> &RequiredInputs {
        &self.required
    }

    /// Whether a guard's `when` holds; true where it has none, false for an id of another tree.
    pub fn guard_matches(&self, _guard: GuardId, _facts: &Facts) -> bool {
        false
    }

    /// Whether every `require` of a guard holds for a target; true where it has none.
    pub fn guard_allows(&self, _guard: GuardId, _facts: &Facts, _target: ModelId) -> bool {
        false
    }

    /// Whether a route's `when` holds; true where it has none, false for an id of another tree.
    pub fn route_matches(&self, _route: RouteId, _facts: &Facts) -> bool {
        false
    }
}
