//! Asserts and assumptions over the facts of a request and an attempt at a target.

use super::lower::{Lets, Lowered, Lowering};
use super::predicate::{Scope, Truth};
use super::subject::Subject;
use super::{ConditionTrace, Tree, cel_text, measure};
use crate::facts::Facts;
use crate::model::{AssertId, AssumeId, Expression, ModelId, Policy};

/// An attempt that a decision can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt<'a> {
    /// The target.
    pub target: ModelId,
    /// Its place in the plan, 0 for the first.
    pub position: i64,
    /// The policy's names of the targets behind it in the plan, in their order.
    pub fallbacks: &'a [String],
}

/// The predicates of one assert.
#[derive(Debug)]
pub(super) struct AssertConditions {
    when: Option<Truth>,
    that: Truth,
}

/// Lowers the asserts of a policy. They are no part of a decision, so that what of them runs in the interpreter costs
/// no request anything.
pub(super) fn asserts(policy: &Policy, lets: &Lets) -> (Vec<AssertConditions>, Lowered) {
    let mut lowering = Lowering::with_lets(policy, lets.clone());
    let asserts = policy
        .asserts
        .iter()
        .map(|assert| AssertConditions {
            when: assert.when.as_ref().map(|when| lowering.condition(when)),
            that: lowering.condition(&assert.that),
        })
        .collect();
    (asserts, lowering.finish())
}

impl Tree {
    /// Whether an assert speaks of requests of these facts: its `when` holds, it has none, or its `when` cannot be
    /// evaluated. False for an id of another tree.
    pub fn assert_applies(&self, assert: AssertId, facts: &Facts) -> bool {
        match self.asserts.get(assert.0 as usize).map(|assert| &assert.when) {
            Some(Some(when)) => Scope::new(facts, Subject::default()).decide(when, true),
            Some(None) => true,
            None => false,
        }
    }

    /// Whether what an assert promises holds of an attempt, whatever its `when`; false where it cannot be evaluated
    /// and for an id or a target of another tree.
    pub fn assert_holds(&self, assert: AssertId, facts: &Facts, attempt: Attempt<'_>) -> bool {
        match (self.asserts.get(assert.0 as usize), self.subject(attempt)) {
            (Some(assert), Some(subject)) => Scope::new(facts, subject).decide(&assert.that, false),
            _ => false,
        }
    }

    /// Whether a request of these facts keeps to an assumption; false where it cannot be evaluated and for an id of
    /// another tree.
    pub fn assume_holds(&self, assume: AssumeId, facts: &Facts) -> bool {
        let assume = self.assumes.get(assume.0 as usize);
        assume.is_some_and(|that| Scope::new(facts, Subject::default()).decide(that, false))
    }

    /// How an assert's `when` comes to its outcome; true without parts where it has none.
    pub fn trace_assert_when(&self, assert: AssertId, facts: &Facts) -> ConditionTrace {
        let when = self.policy.assert(assert).and_then(|assert| assert.when.as_ref());
        ConditionTrace {
            outcome: self.assert_applies(assert, facts),
            ..self.trace(when, facts, Subject::default())
        }
    }

    /// How what an assert promises comes to its outcome for an attempt.
    pub fn trace_assert(&self, assert: AssertId, facts: &Facts, attempt: Attempt<'_>) -> ConditionTrace {
        let that = self.policy.assert(assert).map(|assert| &assert.that);
        let subject = self.subject(attempt).unwrap_or_default();
        ConditionTrace {
            outcome: self.assert_holds(assert, facts, attempt),
            ..self.trace(that, facts, subject)
        }
    }

    /// How an assumption comes to its outcome.
    pub fn trace_assume(&self, assume: AssumeId, facts: &Facts) -> ConditionTrace {
        let that = self.policy.assume(assume).map(|assume| &assume.that);
        ConditionTrace {
            outcome: self.assume_holds(assume, facts),
            ..self.trace(that, facts, Subject::default())
        }
    }

    /// Evaluates a condition on an attempt by the interpreter alone, as [`Tree::interpret`] does.
    ///
    /// # Errors
    ///
    /// Why it cannot, in one line.
    pub fn interpret_attempt(
        &self,
        condition: &Expression,
        facts: &Facts,
        attempt: Attempt<'_>,
    ) -> Result<bool, String> {
        let subject = self.subject(attempt).ok_or("a target of another policy")?;
        self.run(condition, facts, subject)
    }

    /// Runs a condition in the interpreter.
    pub(super) fn run(
        &self,
        condition: &Expression,
        facts: &Facts,
        subject: Subject<'_>,
    ) -> Result<bool, String> {
        let source = cel_text::for_interpreter(condition, &self.policy)?;
        let levels = measure::measure(condition, self.lets.measures()).chained_depth;
        super::Program::compile(&source, levels)?.truth(facts, subject)
    }

    fn subject<'a>(&'a self, attempt: Attempt<'a>) -> Option<Subject<'a>> {
        Some(Subject {
            target: Some(self.targets.get(attempt.target.0 as usize)?),
            position: attempt.position,
            fallbacks: attempt.fallbacks,
        })
    }

    fn trace(&self, condition: Option<&Expression>, facts: &Facts, subject: Subject<'_>) -> ConditionTrace {
        let mut tracer = self.tracer(facts, subject);
        if let Some(condition) = condition {
            tracer.add(condition, false);
        }
        ConditionTrace {
            outcome: false,
            parts: tracer.into_parts(),
        }
    }
}
