//! One expectation held against one way that the request can go.

use super::case::Case;
use super::cost::worst_case;
use super::course::Course;
use super::order::{agree, left, written};
use super::walk::{Walk, walk};
use super::words::{list_of, model_name, nobody, outcome, route_name, status};
use crate::decide::Outcome;
use crate::model::{ExpectationKind, Membership, ModelId, Named, RouteId};
use crate::quantity::Cost;

/// A course with the walk through its plan.
pub(super) struct Judge<'c> {
    case: &'c Case<'c>,
    course: &'c Course,
    walk: Option<Walk>,
}

/// What was found instead.
type Verdict = Result<(), String>;

impl<'c> Judge<'c> {
    /// Walks the plan, where there is one.
    pub(super) fn new(case: &'c Case<'c>, course: &'c Course) -> Self {
        Judge {
            case,
            course,
            walk: course.plan().map(|plan| walk(case, course, plan)),
        }
    }

    /// Whether the expectation is met.
    pub(super) fn judge(&self, kind: &ExpectationKind) -> Verdict {
        match kind {
            ExpectationKind::Route(route) => self.route(*route),
            ExpectationKind::Target(membership) => self.target(membership),
            ExpectationKind::Fallback(membership) => self.fallback(membership),
            ExpectationKind::Deny(expected) => self.deny(*expected),
            ExpectationKind::Skipped(models) => self.skipped(models),
            ExpectationKind::CostAtMost(most) => self.cost(*most),
        }
    }

    fn route(&self, expected: RouteId) -> Verdict {
        match self.course.decision.route {
            Some(route) if route == expected => Ok(()),
            None => Err(self.outcome()),
            other => Err(format!("route {}", route_name(self.case.policy(), other))),
        }
    }

    fn target(&self, membership: &Membership) -> Verdict {
        let (target, _) = self.answer()?;
        let met = match membership {
            Membership::Is(names) | Membership::In(names) => self.stand_for(names, target),
            Membership::NotIn(names) => !self.stand_for(names, target),
        };
        met.then_some(())
            .ok_or_else(|| format!("target {}", model_name(self.case.policy(), target)))
    }

    fn fallback(&self, membership: &Membership) -> Verdict {
        let (target, failed) = self.answer()?;
        let planned = self.course.plan().map(|plan| plan.targets.as_slice());
        let (gone, behind): (Vec<ModelId>, Vec<ModelId>) = planned
            .unwrap_or_default()
            .iter()
            .partition(|model| **model == target || failed.contains(model));
        let met = match membership {
            Membership::Is(names) => {
                let expected = written(self.case.policy(), names, &gone);
                agree(&expected, &left(self.case, self.course, &behind))
            }
            Membership::In(names) => behind.iter().all(|model| self.stand_for(names, *model)),
            Membership::NotIn(names) => !behind.iter().any(|model| self.stand_for(names, *model)),
        };
        met.then_some(())
            .ok_or_else(|| format!("fallback {}", list_of(self.case.policy(), &behind)))
    }

    fn deny(&self, expected: u16) -> Verdict {
        match &self.course.decision.outcome {
            Outcome::Refused(refusal) if status(refusal) == expected => Ok(()),
            _ => Err(self.outcome()),
        }
    }

    fn skipped(&self, expected: &[ModelId]) -> Verdict {
        let skipped: Vec<ModelId> = self
            .course
            .decision
            .skipped
            .iter()
            .map(|skipped| skipped.target)
            .collect();
        if expected.iter().all(|model| skipped.contains(model)) {
            return Ok(());
        }
        Err(match self.course.plan() {
            None if skipped.is_empty() => self.outcome(),
            _ => format!("skipped {}", list_of(self.case.policy(), &skipped)),
        })
    }

    fn cost(&self, most: Cost) -> Verdict {
        let (target, _) = self.answer()?;
        let policy = self.case.policy();
        let cost = worst_case(policy, &self.case.facts, self.course.decision.max_tokens, target)?;
        if cost <= most {
            return Ok(());
        }
        Err(format!("cost up to ${cost} at {}", model_name(policy, target)))
    }

    /// The target that answers, and those that have failed before.
    fn answer(&self) -> Result<(ModelId, &[ModelId]), String> {
        match &self.walk {
            Some(Walk::Answers { target, failed }) => Ok((*target, failed)),
            Some(walk @ Walk::Nobody { .. }) => Err(nobody(self.case, walk)),
            None => Err(self.outcome()),
        }
    }

    fn stand_for(&self, names: &[Named], model: ModelId) -> bool {
        names
            .iter()
            .any(|named| self.case.policy().members(*named).contains(&model))
    }

    fn outcome(&self) -> String {
        outcome(self.case, self.course)
    }
}
