//! A decision as it stands in a record, and when two of them differ.

use crate::decide::{ASSUMPTION_STATUS, Decision, Outcome, Refusal};
use crate::explain::{error_code, why};
use crate::model::{GuardId, ModelId, Policy};
use crate::tree::Tree;
use std::borrow::Cow;

/// A decision by names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedDecision<'a> {
    /// The route; `None` where a broken assumption or a guard refused before.
    pub route: Option<Cow<'a, str>>,
    /// The plan's targets in order; none for a refusal.
    pub targets: Vec<Cow<'a, str>>,
    /// Where a copy of the request goes, whose answer nobody gets.
    pub shadow: Option<Cow<'a, str>>,
    /// Every guard that matched, in policy order.
    pub guards: Vec<Cow<'a, str>>,
    /// What left the plan.
    pub skipped: Vec<RecordedSkip<'a>>,
    /// The guard or route that denied, or the assumption that the request breaks; of several the first.
    pub denied: Option<Cow<'a, str>>,
    /// The HTTP status of a denial or of a broken assumption.
    pub status: Option<u16>,
    /// The code of a refusal that is no denial.
    pub error: Option<Cow<'a, str>>,
    /// The cap on completion tokens that guards set, `Some(None)` for no cap; `None` where guards matched and the record
    /// does not say what they set.
    pub max_tokens: Option<Option<i64>>,
}

/// A target that left the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSkip<'a> {
    /// Which one.
    pub target: Cow<'a, str>,
    /// Why, in few words.
    pub why: Cow<'a, str>,
}

impl<'a> RecordedDecision<'a> {
    /// The decision with the names of the tree's policy.
    pub fn of(tree: &'a Tree, decision: &Decision) -> Self {
        let policy = tree.policy();
        let skipped = decision.skipped.iter().map(|skipped| RecordedSkip {
            target: model_name(policy, skipped.target),
            why: Cow::Owned(why(policy, skipped.reason)),
        });
        RecordedDecision {
            skipped: skipped.collect(),
            ..Self::without_skipped(tree, decision)
        }
    }

    /// The same without what left the plan, which makes no difference to whether two decisions are the same.
    pub fn without_skipped(tree: &'a Tree, decision: &Decision) -> Self {
        let policy = tree.policy();
        let mut recorded = RecordedDecision {
            route: decision
                .route
                .and_then(|route| policy.route(route))
                .map(|route| Cow::Borrowed(route.name.as_str())),
            guards: decision
                .guards
                .iter()
                .map(|guard| guard_name(policy, *guard))
                .collect(),
            // Without a guard there is nothing to say.
            max_tokens: (!decision.guards.is_empty()).then_some(decision.max_tokens),
            ..RecordedDecision::default()
        };
        match &decision.outcome {
            Outcome::Plan(plan) => {
                recorded.targets = plan
                    .targets
                    .iter()
                    .map(|model| model_name(policy, *model))
                    .collect();
                recorded.shadow = plan.shadow.map(|model| model_name(policy, model));
            }
            Outcome::Refused(refusal) => recorded.refuse(policy, refusal),
        }
        recorded
    }

    fn refuse(&mut self, policy: &'a Policy, refusal: &Refusal) {
        self.error = error_code(refusal).map(Cow::Borrowed);
        match refusal {
            Refusal::AssumptionBroken { assumes } => {
                let first = assumes.first().and_then(|assume| policy.assume(*assume));
                self.denied = first.map(|assume| Cow::Borrowed(assume.name.as_str()));
                self.status = Some(ASSUMPTION_STATUS);
            }
            Refusal::DeniedByGuards { guards, status, .. } => {
                self.denied = guards.first().map(|guard| guard_name(policy, *guard));
                self.status = Some(*status);
            }
            Refusal::DeniedByRoute { status, .. } => {
                self.denied = self.route.clone();
                self.status = Some(*status);
            }
            _ => {}
        }
    }

    /// Whether a replay counts the two as the same: route, targets in order, refusal and what guards set. A record
    /// that does not say why it has no targets is like any refusal; a status counts where both have one. Where a record
    /// names guards and not what they set, the same guards set the same.
    pub fn same_as(&self, other: &RecordedDecision<'_>) -> bool {
        self.route == other.route
            && self.targets == other.targets
            && self.capped_as(other)
            && self.refused_as(other)
    }

    fn capped_as(&self, other: &RecordedDecision<'_>) -> bool {
        match (self.cap(), other.cap()) {
            (Some(own), Some(other)) => own == other,
            (Some(Some(_)), None) | (None, Some(Some(_))) => self.guards == other.guards,
            _ => true,
        }
    }

    /// The cap that guards set, where that is known: without guards there is none.
    fn cap(&self) -> Option<Option<i64>> {
        if self.guards.is_empty() {
            Some(self.max_tokens.flatten())
        } else {
            self.max_tokens
        }
    }

    fn refused_as(&self, other: &RecordedDecision<'_>) -> bool {
        let silent = |decision: &RecordedDecision<'_>| {
            decision.targets.is_empty() && decision.denied.is_none() && decision.error.is_none()
        };
        let status = match (self.status, other.status) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        let words = self.denied == other.denied && self.error == other.error && status;
        words || silent(self) || silent(other)
    }
}

fn guard_name(policy: &Policy, guard: GuardId) -> Cow<'_, str> {
    Cow::Borrowed(policy.guard(guard).map_or("", |guard| guard.name.as_str()))
}

fn model_name(policy: &Policy, model: ModelId) -> Cow<'_, str> {
    Cow::Borrowed(policy.model(model).map_or("", |model| model.name.as_str()))
}
