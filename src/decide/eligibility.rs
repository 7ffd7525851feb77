//! Step 4: targets that a matching guard or the request itself rules out leave the plan, each with its first reason:
//! guards in policy order, then what it cannot do, then its context window.

use super::decision::{Refusal, SkipReason, Skipped};
use super::guards;
use super::targets::ExpandedClause;
use super::tracer::Tracer;
use crate::facts::{Builtin, Demands, Facts};
use crate::model::{Capability, GuardId, Model, ModelId, Policy};
use crate::tree::Tree;
use smallvec::SmallVec;

/// So many targets are looked up one by one.
const FEW: usize = 24;

/// One target of a route, judged.
#[derive(Clone, Copy, Debug)]
struct Judged {
    model: ModelId,
    reason: Option<SkipReason>,
}

/// Which targets of a route may be tried.
pub(super) struct Eligibility {
    /// Each target once, in written order.
    judged: SmallVec<[Judged; 8]>,
    /// For each model of the policy its position in `judged` and one more, or 0; empty where few are judged.
    position: Vec<u32>,
}

impl Eligibility {
    /// The position of a target among those of the route, if it may be tried.
    pub(super) fn position(&self, model: ModelId) -> Option<usize> {
        let at = self.find(model)?;
        self.judged.get(at)?.reason.is_none().then_some(at)
    }

    /// Whether a target of the route may be tried.
    pub(super) fn allows(&self, model: ModelId) -> bool {
        self.position(model).is_some()
    }

    /// Number of targets that the route has, each counted once.
    pub(super) fn len(&self) -> usize {
        self.judged.len()
    }

    /// Those that left the plan, in written order; `other_vectors` did when it was made.
    pub(super) fn skipped_with(&self, other_vectors: &[ModelId]) -> SmallVec<[Skipped; 2]> {
        let other = |model: &ModelId| other_vectors.contains(model).then_some(SkipReason::OtherVectors);
        self.judged
            .iter()
            .filter_map(|judged| {
                Some(Skipped {
                    target: judged.model,
                    reason: judged.reason.or_else(|| other(&judged.model))?,
                })
            })
            .collect()
    }

    /// Whether guards took all of these targets, of at least one.
    pub(super) fn taken_by_guards(&self, models: &[ModelId]) -> bool {
        let by_guard = |model: &ModelId| {
            let judged = self.find(*model).and_then(|at| self.judged.get(at));
            judged.is_some_and(|judged| matches!(judged.reason, Some(SkipReason::Guard(_))))
        };
        !models.is_empty() && models.iter().all(by_guard)
    }

    fn find(&self, model: ModelId) -> Option<usize> {
        if self.position.is_empty() {
            return self.judged.iter().position(|judged| judged.model == model);
        }
        let position = self.position.get(model.0 as usize)?;
        (*position as usize).checked_sub(1)
    }

    /// Judges a model where it stands first; the reason why it left the plan, if it did.
    fn judge(
        &mut self,
        models: usize,
        model: ModelId,
        reason: impl FnOnce() -> Option<SkipReason>,
    ) -> Option<SkipReason> {
        if let Some(judged) = self.find(model).and_then(|at| self.judged.get(at)) {
            return judged.reason;
        }
        let reason = reason();
        self.judged.push(Judged { model, reason });
        if let Some(position) = self.position.get_mut(model.0 as usize) {
            *position = u32::try_from(self.judged.len()).unwrap_or_default();
        } else if self.judged.len() == FEW {
            self.number(models);
        }
        reason
    }

    /// Begins to look targets up by their number.
    fn number(&mut self, models: usize) {
        self.position = vec![0; models];
        for (place, judged) in (1u32..).zip(&self.judged) {
            if let Some(position) = self.position.get_mut(judged.model.0 as usize) {
                *position = place;
            }
        }
    }
}

/// Holds every target against the guards that require something and against the request.
pub(super) fn judge(
    tree: &Tree,
    facts: &Facts,
    requiring: &[GuardId],
    clauses: &[ExpandedClause],
    tracer: &mut impl Tracer,
) -> Eligibility {
    let needs = Needs::of(facts);
    let mut eligibility = Eligibility {
        judged: SmallVec::new(),
        position: Vec::new(),
    };
    for clause in clauses {
        for choice in &clause.choices {
            for model in choice.members.iter().copied() {
                let reason = eligibility.judge(tree.policy().models.len(), model, || {
                    guard_against(tree, facts, requiring, model, tracer)
                        .or_else(|| needs.beyond_model(tree.policy(), model))
                });
                tracer.target(clause.clause, choice.named, model, reason);
            }
        }
    }
    eligibility
}

/// The first guard that removes a model, of those that match and require something.
pub(super) fn guard_against(
    tree: &Tree,
    facts: &Facts,
    requiring: &[GuardId],
    model: ModelId,
    tracer: &mut impl Tracer,
) -> Option<SkipReason> {
    let refuses = |guard: &GuardId| {
        tracer.require(*guard, model);
        !tree.guard_allows(*guard, facts, model)
    };
    requiring.iter().copied().find(refuses).map(SkipReason::Guard)
}

/// Whether a request asks for embeddings.
pub(super) fn asks_for_embeddings(facts: &Facts) -> bool {
    facts.string(Builtin::Api.into()) == "embeddings"
}

/// What a request asks of a model and of its provider's protocol.
pub(super) struct Needs<'f> {
    capabilities: [Option<Capability>; 4],
    tokens: u64,
    api: &'f str,
    demands: Demands,
}

impl<'f> Needs<'f> {
    /// Those of a request.
    pub(super) fn of(facts: &'f Facts) -> Self {
        let asked = |asked: bool, capability| asked.then_some(capability);
        Needs {
            capabilities: [
                asked(facts.int(Builtin::Tools.into()) > 0, Capability::Tools),
                asked(facts.int(Builtin::Images.into()) > 0, Capability::Vision),
                asked(facts.boolean(Builtin::Json.into()), Capability::Json),
                asked(asks_for_embeddings(facts), Capability::Embeddings),
            ],
            tokens: u64::try_from(facts.int(Builtin::Tokens.into())).unwrap_or_default(),
            api: facts.string(Builtin::Api.into()),
            demands: facts.demands(),
        }
    }

    /// What the request asks for beyond a model and its provider's protocol.
    pub(super) fn beyond_model(&self, policy: &Policy, model: ModelId) -> Option<SkipReason> {
        let model = policy.model(model)?;
        self.beyond(model).or_else(|| {
            let protocol = &policy.provider(model.provider)?.protocol;
            protocol
                .obstacle(self.api, self.demands)
                .map(SkipReason::Protocol)
        })
    }

    /// What the request asks for beyond the model.
    fn beyond(&self, model: &Model) -> Option<SkipReason> {
        let lacks = |capability: &Capability| {
            model
                .can
                .as_ref()
                .is_some_and(|words| !words.contains(capability))
        };
        let missing = self.capabilities.iter().flatten().copied().find(lacks);
        let window = model.context.filter(|window| self.tokens > *window);
        missing.map(SkipReason::Lacks).or_else(|| {
            window.map(|window| SkipReason::Context {
                window,
                tokens: self.tokens,
            })
        })
    }
}

/// Step 7: why no target is left.
pub(super) fn refusal(tree: &Tree, facts: &Facts, requiring: &[GuardId], skipped: &[Skipped]) -> Refusal {
    let removes = |guard: &GuardId| {
        skipped
            .iter()
            .any(|skipped| !tree.guard_allows(*guard, facts, skipped.target))
    };
    let guards: Vec<GuardId> = requiring.iter().copied().filter(removes).collect();
    if !guards.is_empty() {
        return Refusal::NoEligibleTarget { guards };
    }
    Refusal::NoCapableTarget {
        context_only: !skipped.is_empty()
            && skipped
                .iter()
                .all(|skipped| matches!(skipped.reason, SkipReason::Context { .. })),
    }
}

/// Whether a target would stay in the plan of a request that may lead to it: no guard that matches removes it, and it
/// can take the request.
pub fn is_eligible(tree: &Tree, facts: &Facts, model: ModelId) -> bool {
    let requiring = guards::all(tree.policy()).map(|(id, _)| id);
    let admitted = requiring
        .filter(|guard| tree.guard_matches(*guard, facts))
        .all(|guard| tree.guard_allows(guard, facts, model));
    let needs = Needs::of(facts);
    admitted && tree.policy().model(model).is_some() && needs.beyond_model(tree.policy(), model).is_none()
}
