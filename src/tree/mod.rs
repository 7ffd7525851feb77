//! The evaluation tree: what requests are decided with. Immutable and shared; conditions are native predicates, or
//! programs of the interpreter where CEL goes beyond them.

mod bounds;
mod cel_text;
mod classes;
mod dialect;
pub mod eval;
mod fallible;
mod hash;
mod index;
mod interpreter;
mod key_order;
mod lower;
mod measure;
mod memo;
mod names;
mod order;
mod predicate;
mod programs;
mod promises;
mod prompted;
mod reading;
mod required;
mod shape;
mod stack;
mod subject;
mod target;
mod text_set;
mod trace;

pub use classes::{Class, Classes};
pub use hash::PolicyHash;
pub use index::Request;
pub use promises::Attempt;
pub use required::{RequiredInputs, inputs_of};
pub use trace::{ConditionTrace, Observed, PartTrace};

use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::model::{Expression, Guard, GuardEffect, GuardId, ModelId, Policy, RouteId};
use crate::source::{SourceMap, Span};
use index::Index;
use interpreter::Program;
use lower::{Lets, Lowering};
use predicate::{Scope, Truth};
use promises::AssertConditions;
use prompted::{Found, Prompted};
use reading::Catalog;
use subject::Subject;
use target::TargetView;
use trace::Tracer;

/// The evaluation tree of one policy.
#[derive(Debug)]
pub struct Tree {
    policy: Policy,
    sources: SourceMap,
    hash: PolicyHash,
    required: RequiredInputs,
    guards: Vec<GuardConditions>,
    routes: Vec<Option<Truth>>,
    asserts: Vec<AssertConditions>,
    assumes: Vec<Truth>,
    index: Index,
    catalog: Catalog,
    targets: Vec<TargetView>,
    lets: Lets,
    interpreted: Vec<Span>,
    prompted: Prompted,
}

/// The predicates of one guard.
#[derive(Debug)]
struct GuardConditions {
    when: Option<Truth>,
    requires: Vec<Truth>,
}

impl Tree {
    /// The tree of a checked policy. Diagnostics are errors: conditions beyond what can be evaluated within bounds.
    pub fn new(policy: Policy, sources: SourceMap, hash: PolicyHash) -> Result<Tree, Vec<Diagnostic>> {
        let prompted = Found::of(&policy, conditions(&policy));
        let mut lowering = Lowering::new(&policy, prompted.places());
        let guards: Vec<GuardConditions> = policy
            .guards
            .iter()
            .map(|guard| GuardConditions {
                when: guard.when.as_ref().map(|when| lowering.condition(when)),
                requires: requires(guard)
                    .map(|require| lowering.condition(require))
                    .collect(),
            })
            .collect();
        let routes: Vec<Option<Truth>> = policy
            .routes
            .iter()
            .map(|route| route.when.as_ref().map(|when| lowering.condition(when)))
            .collect();
        let assumes = policy
            .assumes
            .iter()
            .map(|assume| lowering.condition(&assume.that))
            .collect();
        let mut lowered = lowering.finish();
        let (asserts, rest) = promises::asserts(&policy, &lowered.lets);
        lowered.diagnostics.extend(rest.diagnostics);
        if !lowered.diagnostics.is_empty() {
            return Err(lowered.diagnostics);
        }
        let prompted = prompted.lowered(&policy, &lowered.lets);
        Ok(Tree {
            required: required::required(&policy),
            targets: TargetView::all(&policy),
            catalog: Catalog::of(&policy),
            policy,
            sources,
            hash,
            index: Index::new(
                guards.iter().map(|guard| guard.when.as_ref()),
                routes.iter().map(Option::as_ref),
            ),
            guards,
            routes,
            asserts,
            assumes,
            lets: lowered.lets,
            interpreted: lowered.interpreted,
            prompted,
        })
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

    /// The parts of conditions that run in the interpreter: those of `let`s, then those of guards, of routes and of
    /// assumptions. Asserts are none of them: no request waits for those.
    pub fn interpreted(&self) -> impl Iterator<Item = Span> {
        self.interpreted.iter().copied()
    }

    /// The parts of conditions that read the prompt, in canonical CEL with `let`s written out (a very long one by its
    /// hash); [`Facts::know_of_prompt`] knows them by their numbers.
    pub fn prompted(&self) -> impl ExactSizeIterator<Item = &str> {
        self.prompted.texts()
    }

    /// Whether nothing else of a prompt matters to the conditions than what these parts come to.
    pub fn is_prompted_whole(&self) -> bool {
        self.prompted.is_whole()
    }

    /// What these parts come to for a request, by their texts.
    pub fn prompt_outcomes(&self, facts: &Facts) -> Vec<(&str, bool)> {
        self.prompted.outcomes(facts)
    }

    /// Whether a guard's `when` holds; true where it has none, false for an id of another tree. A guard fails closed:
    /// it matches, too, where its condition cannot be evaluated.
    pub fn guard_matches(&self, guard: GuardId, facts: &Facts) -> bool {
        match self.guards.get(guard.0 as usize).map(|guard| &guard.when) {
            Some(Some(when)) => Scope::new(facts, Subject::default()).decide(when, true),
            Some(None) => true,
            None => false,
        }
    }

    /// Whether every `require` of a guard holds for a target; true where it has none, false for a target of another
    /// tree and where a condition cannot be evaluated.
    pub fn guard_allows(&self, guard: GuardId, facts: &Facts, target: ModelId) -> bool {
        let Some(target) = self.targets.get(target.0 as usize) else {
            return false;
        };
        self.guards.get(guard.0 as usize).is_none_or(|guard| {
            let scope = Scope::new(facts, Subject::target(target));
            guard.requires.iter().all(|require| scope.decide(require, false))
        })
    }

    /// Whether a route's `when` holds; true where it has none, false for an id of another tree and where the condition
    /// cannot be evaluated.
    pub fn route_matches(&self, route: RouteId, facts: &Facts) -> bool {
        match self.routes.get(route.0 as usize) {
            Some(Some(when)) => Scope::new(facts, Subject::default()).decide(when, false),
            Some(None) => true,
            None => false,
        }
    }

    /// How a route's `when` comes to its outcome; true without parts where it has none.
    pub fn trace_route(&self, route: RouteId, facts: &Facts) -> ConditionTrace {
        let mut tracer = self.tracer(facts, Subject::default());
        if let Some(when) = self.policy.route(route).and_then(|route| route.when.as_ref()) {
            tracer.add(when, false);
        }
        ConditionTrace {
            outcome: self.route_matches(route, facts),
            parts: tracer.into_parts(),
        }
    }

    /// How a guard's `when` comes to its outcome; true without parts where it has none.
    pub fn trace_guard(&self, guard: GuardId, facts: &Facts) -> ConditionTrace {
        let mut tracer = self.tracer(facts, Subject::default());
        if let Some(when) = self.policy.guard(guard).and_then(|guard| guard.when.as_ref()) {
            tracer.add(when, false);
        }
        ConditionTrace {
            outcome: self.guard_matches(guard, facts),
            parts: tracer.into_parts(),
        }
    }

    /// How a guard's `require`s, all of them together, come to their outcome for a target; true without parts where
    /// it has none.
    pub fn trace_require(&self, guard: GuardId, facts: &Facts, target: ModelId) -> ConditionTrace {
        let subject = self.targets.get(target.0 as usize).map(Subject::target);
        let mut tracer = self.tracer(facts, subject.unwrap_or_default());
        let mut settled = false;
        for require in self.policy.guard(guard).into_iter().flat_map(requires) {
            settled |= tracer.add(require, settled) == Some(false);
        }
        ConditionTrace {
            outcome: self.guard_allows(guard, facts, target),
            parts: tracer.into_parts(),
        }
    }

    /// Evaluates a condition of this tree's policy by the interpreter alone: the yardstick that native predicates are
    /// held against. An error says in one line why it cannot.
    pub fn interpret(
        &self,
        condition: &Expression,
        facts: &Facts,
        target: Option<ModelId>,
    ) -> Result<bool, String> {
        let target = target.and_then(|target| self.targets.get(target.0 as usize));
        self.run(condition, facts, target.map(Subject::target).unwrap_or_default())
    }

    /// A condition of this tree's policy as canonical CEL.
    pub fn text(&self, condition: &Expression) -> String {
        cel_text::for_people(condition, &self.policy)
    }

    fn tracer<'a>(&'a self, facts: &'a Facts, subject: Subject<'a>) -> Tracer<'a> {
        Tracer::new(&self.policy, self.lets.clone(), facts, subject)
    }
}

/// A condition of a policy as canonical CEL.
pub fn text_of(condition: &Expression, policy: &Policy) -> String {
    cel_text::for_people(condition, policy)
}

/// The conditions that requests are decided by: of guards, assumptions and routes.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Expression> {
    let guards = policy.guards.iter();
    let guards = guards.flat_map(|guard| guard.when.iter().chain(requires(guard)));
    let assumes = policy.assumes.iter().map(|assume| &assume.that);
    let routes = policy.routes.iter().filter_map(|route| route.when.as_ref());
    guards.chain(assumes).chain(routes)
}

/// The conditions of a guard's `require` clauses.
fn requires(guard: &Guard) -> impl Iterator<Item = &Expression> {
    guard.effects.iter().filter_map(|effect| match effect {
        GuardEffect::Require(require) => Some(require),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
