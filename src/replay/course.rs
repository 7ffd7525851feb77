//! What becomes of a plan under the failures of a record and those that are rehearsed: retries, fallbacks and commit as in
//! life, and no call to anybody.

use super::fate::{Fate, Past};
use super::rates::Rates;
use super::side::Side;
use crate::decide::{Decision, Outcome, Plan};
use crate::model::{ModelId, RouteId};

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// This target answers.
    Answered(ModelId),
    /// This target's answer breaks off behind the commit.
    Truncated(ModelId),
    /// Nobody answers.
    Failed,
    /// The policy refuses the request.
    Refused,
}

impl Ending {
    /// Whose tokens the client gets.
    pub(super) fn target(self) -> Option<ModelId> {
        match self {
            Ending::Answered(target) | Ending::Truncated(target) => Some(target),
            Ending::Failed | Ending::Refused => None,
        }
    }
}

/// The way of a request through its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) ending: Ending,
    /// Whether it went to a target that was not asked when the request was recorded.
    pub(super) estimated: bool,
    /// Whether anything is known of how targets fared; if not, the first target counts as the one that answers.
    pub(super) known: bool,
}

/// What bears on how targets fare.
pub(super) struct Circumstances<'a> {
    pub(super) past: &'a Past<'a>,
    pub(super) seed: u64,
    /// How often targets failed around that time, where that was counted.
    pub(super) rates: Option<&'a Rates>,
}

/// The way of a decided request through its plan.
pub(super) fn course(side: &Side<'_>, decision: &Decision, circumstances: &Circumstances<'_>) -> Course {
    let known = circumstances.past.is_told() || !side.rehearsed.is_empty();
    let (Outcome::Plan(plan), Some(route)) = (&decision.outcome, decision.route) else {
        return Course {
            ending: Ending::Refused,
            estimated: false,
            known,
        };
    };
    if !known {
        let first = plan.targets.first();
        return Course {
            ending: first.map_or(Ending::Failed, |first| Ending::Answered(*first)),
            estimated: false,
            known,
        };
    }
    let mut walk = Walk {
        side,
        route,
        plan,
        circumstances,
        attempts: 0,
        estimated: false,
    };
    let ending = walk.ending();
    Course {
        ending,
        estimated: walk.estimated,
        known,
    }
}

struct Walk<'a> {
    side: &'a Side<'a>,
    route: RouteId,
    plan: &'a Plan,
    circumstances: &'a Circumstances<'a>,
    /// Attempts made so far.
    attempts: usize,
    estimated: bool,
}

impl Walk<'_> {
    fn ending(&mut self) -> Ending {
        let policy = self.side.tree.policy();
        let mut tried = vec![false; self.plan.targets.len()];
        let mut next = Some(0);
        while let Some((at, target)) = next.and_then(|at| Some((at, *self.plan.targets.get(at)?))) {
            let class = match self.at_target(target) {
                Fate::Answers => return Ending::Answered(target),
                Fate::Breaks => return Ending::Truncated(target),
                Fate::Fails(class) if self.attempts < self.most() => class,
                Fate::Fails(_) => return Ending::Failed,
                // Where the record does not say what had opened its breaker, it was a failure of the kind that does.
                Fate::PassedOver(class) => class.unwrap_or(self.side.standing_class),
                Fate::TooSlow => self.side.standing_class,
            };
            if let Some(tried) = tried.get_mut(at) {
                *tried = true;
            }
            let beside = self.beside(at);
            next = beside.or_else(|| self.plan.next(policy, &tried, at, class));
        }
        Ending::Failed
    }

    /// The position of the target that the first one was hedged with, where an attempt at it had begun beside it: there the
    /// request goes on.
    fn beside(&self, at: usize) -> Option<usize> {
        let second = self.plan.hedge.filter(|_| at == 0)?.second;
        let model = self.side.tree.policy().model(*self.plan.targets.get(second)?)?;
        self.circumstances.past.was_second(&model.name).then_some(second)
    }

    fn most(&self) -> usize {
        let most = self.side.tree.policy().attempts(self.route);
        usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// How a target fares, its retries included. Beyond what was recorded of it, a target that failed keeps failing.
    fn at_target(&mut self, target: ModelId) -> Fate {
        let retry = self.side.tree.policy().retry(self.route);
        let mut fate = self.first(target);
        let mut repeats = 0;
        while let Fate::Fails(class) = fate
            && retry.on.contains(class)
            && repeats < retry.count
            && self.attempts < self.most()
        {
            repeats += 1;
            match self.recorded(target, repeats as usize) {
                Some(recorded) => {
                    self.attempts += 1;
                    fate = recorded;
                }
                None => break,
            }
        }
        fate
    }

    /// How a target fares at its first attempt.
    fn first(&mut self, target: ModelId) -> Fate {
        let fate = if self.side.rehearsed.fails(target, self.circumstances.past.ts) {
            Fate::Fails(self.side.standing_class)
        } else if let Some(fate) = self.recorded(target, 0) {
            fate
        } else {
            self.estimated |= self.circumstances.past.is_told();
            self.by_rate(target)
        };
        self.attempts += usize::from(!matches!(fate, Fate::PassedOver(_)));
        fate
    }

    fn recorded(&self, target: ModelId, attempt: usize) -> Option<Fate> {
        if self.side.rehearsed.fails(target, self.circumstances.past.ts) {
            return None;
        }
        let policy = self.side.tree.policy();
        let name = &policy.model(target)?.name;
        let commit = policy.commit(self.route);
        self.circumstances.past.fate(name, attempt, commit)
    }

    /// How a target that was not asked would have fared: as often as it failed around that time, by the record's seed.
    fn by_rate(&self, target: ModelId) -> Fate {
        let Circumstances { past, seed, rates } = self.circumstances;
        let name = self
            .side
            .tree
            .policy()
            .model(target)
            .map(|model| model.name.as_str());
        let failed = rates
            .zip(name)
            .and_then(|(rates, name)| rates.draw(name, past.ts, *seed));
        failed.map_or(Fate::Answers, Fate::Fails)
    }
}
