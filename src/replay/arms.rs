//! What was drawn when a record was made, and what the candidate would draw: the propensities that estimates rest on.

use super::buffer::Buffer;
use super::comparison::Replay;
use super::side::Side;
use super::told::Told;
use crate::decide::{Decision, FirstTarget, first_targets};
use crate::facts::Facts;
use crate::quantity::Probability;
use crate::record::RecordedDecision;
use std::borrow::Cow;

/// The targets that could have come first when a record was made.
pub(super) struct RecordedArms<'a> {
    /// The one that did.
    pub(super) taken: &'a str,
    /// With what probability; never 0.
    pub(super) propensity: Probability,
    /// All that are known, with their probabilities.
    arms: Vec<(Cow<'a, str>, Probability)>,
    /// Whether there can be no others.
    are_all: bool,
}

/// Whether the recording could have gone to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Support {
    Given,
    Unknown,
    Zero,
}

impl<'a> RecordedArms<'a> {
    /// Those of a record: as it tells, or worked out again where a policy of the replay is the one that made it and decides
    /// as recorded. `None` where the propensity is not known.
    pub(super) fn of(replay: &'a Replay<'_>, facts: &Buffer, told: &'a Told<'a>) -> Option<Self> {
        let taken = told.first_target(&replay.candidate)?;
        let recorded = told.propensity.taken.map(|propensity| {
            let mut arms = told.propensity.arms.clone();
            if arms.is_empty() {
                arms.push((Cow::Borrowed(taken), propensity));
            }
            Self::new(taken, propensity, arms)
        });
        recorded.or_else(|| {
            let baseline = replay.baseline.as_ref().zip(facts.baseline());
            let sides = baseline
                .into_iter()
                .chain([(&replay.candidate, &facts.candidate)]);
            sides
                .filter_map(|(side, facts)| Self::again(side, facts, told, taken))
                .next()
        })
    }

    fn new(taken: &'a str, propensity: Probability, arms: Vec<(Cow<'a, str>, Probability)>) -> Self {
        let sum = arms
            .iter()
            .try_fold(Probability::NEVER, |sum, (_, probability)| sum.or(*probability));
        RecordedArms {
            taken,
            propensity,
            arms,
            are_all: sum.is_some_and(Probability::is_always),
        }
    }

    /// Works them out with the policy that made the record.
    fn again(side: &'a Side<'_>, facts: &Facts, told: &Told<'_>, taken: &'a str) -> Option<Self> {
        if told.policy.as_deref() != Some(side.hash.as_str()) {
            return None;
        }
        let decision = side.decide(facts, told.seed, &told.orders);
        let decided = RecordedDecision::without_skipped(side.tree, &decision);
        if !told
            .decision
            .as_ref()
            .is_some_and(|recorded| decided.same_as(recorded))
        {
            return None;
        }
        let firsts = firsts(side, facts, told, &decision);
        let known = firsts.iter().filter(|first| !first.estimated);
        let arms: Vec<_> = known
            .map(|first| (Cow::Borrowed(side.model_name(first.target)), first.probability))
            .collect();
        let propensity = arms.iter().find(|(target, _)| target == taken)?.1;
        Some(Self::new(taken, propensity, arms))
    }

    /// Whether the recording could have gone to this target.
    pub(super) fn support(&self, target: &str) -> Support {
        let known = self.arms.iter().find(|(known, _)| known == target);
        match known {
            Some((_, probability)) if probability.is_never() => Support::Zero,
            Some(_) => Support::Given,
            None if target == self.taken => Support::Given,
            None if self.are_all => Support::Zero,
            None => Support::Unknown,
        }
    }
}

/// The targets of which one comes first under a policy that has decided; none where it refuses.
pub(super) fn firsts(
    side: &Side<'_>,
    facts: &Facts,
    told: &Told<'_>,
    decision: &Decision,
) -> Vec<FirstTarget> {
    side.with_orders(&told.orders, |orders| {
        first_targets(side.tree, facts, decision, orders).unwrap_or_default()
    })
}
