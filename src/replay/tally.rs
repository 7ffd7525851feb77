//! The counts and sums of a replay. They are exact and merge in any order: however the records are split, the merged
//! tally is the same.

use super::arms::Support;
use super::course::Ending;
use super::end::End;
use super::estimate::{Estimates, Outlook};
use super::exact;
use super::example::Example;
use super::group::{Group, Member, Tenants, Timeline};
use super::history::{Answer, History};
use super::sums::{Costs, Paid, Sum};
use super::transitions::{Change, Transitions};
use super::valuation::{Observation, Valuation};
use crate::facts::Timestamp;
use crate::model::{GuardId, ModelId, RouteId};
use crate::quantity::Cost;
use crate::record::RecordedOutcome;
use serde::{Deserialize, Serialize};

/// Unreadable lines that are shown; the others are only counted.
const SHOWN_FAULTS: usize = 8;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Which input, from 0, in the order given.
    pub source: usize,
    /// Its line, from 1.
    pub line: u64,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unreadable {
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub reason: String,
}

/// How requests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Answered,
    Truncated,
    Failed,
    Refused,
}

impl Ended {
    pub(super) fn of(ending: Ending) -> Self {
        match ending {
            Ending::Answered(_) => Ended::Answered,
            Ending::Truncated(_) => Ended::Truncated,
            Ending::Failed => Ended::Failed,
            Ending::Refused => Ended::Refused,
        }
    }

    /// What a client that went away would have got is not known to be bad.
    pub(super) fn recorded(outcome: RecordedOutcome) -> Self {
        match outcome {
            RecordedOutcome::Ok | RecordedOutcome::ClientClosed | RecordedOutcome::Damaged => Ended::Answered,
            RecordedOutcome::Truncated => Ended::Truncated,
            RecordedOutcome::Failed => Ended::Failed,
            RecordedOutcome::Denied => Ended::Refused,
        }
    }
}

/// How many requests ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endings {
    /// A whole answer.
    pub answered: u64,
    /// An answer that broke off before the client.
    pub truncated: u64,
    /// No target answered.
    pub failed: u64,
    /// Refused by the policy.
    pub refused: u64,
}

impl Endings {
    fn count(&mut self, ended: Ended) {
        let count = match ended {
            Ended::Answered => &mut self.answered,
            Ended::Truncated => &mut self.truncated,
            Ended::Failed => &mut self.failed,
            Ended::Refused => &mut self.refused,
        };
        *count += 1;
    }

    fn merge(&mut self, other: Endings) {
        self.answered += other.answered;
        self.truncated += other.truncated;
        self.failed += other.failed;
        self.refused += other.refused;
    }
}

/// One record as the tally takes it.
pub(super) struct Entry<'a> {
    /// Where the record went and goes, if that changed.
    pub(super) change: Option<Change>,
    pub(super) estimated: bool,
    /// How it ended before and ends now, where both are known.
    pub(super) endings: Option<(Ended, Ended)>,
    pub(super) route: Option<RouteId>,
    /// The first target of the plan.
    pub(super) first: Option<ModelId>,
    /// The target that answers.
    pub(super) target: Option<ModelId>,
    pub(super) guards: &'a [GuardId],
    pub(super) tenant: &'a str,
    pub(super) ts: Option<Timestamp>,
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
    pub(super) candidate_cost: Option<Cost>,
    pub(super) baseline_cost: Option<Cost>,
    /// Who answered and how, where that is recorded.
    pub(super) answer: Option<(&'a str, Answer)>,
    /// Who answers before and after, where the recording tells who did.
    pub(super) outlooks: Option<(Outlook<'a>, Outlook<'a>)>,
    /// Where outcomes are measured: how far the recording supports the candidate, and what it tells.
    pub(super) observed: Option<(Support, Option<Observation>)>,
    /// For each fact that a policy reads, whether the record has it.
    pub(super) present: &'a [bool],
}

/// Records of a target, their usage and what they cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TargetTally {
    pub(super) sum: Sum,
    #[serde(with = "exact::whole")]
    pub(super) input: u128,
    #[serde(with = "exact::whole")]
    pub(super) output: u128,
}

/// The counts and sums over some of the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub(super) records: u64,
    pub(super) unreadable: u64,
    /// Lines of a kind that no policy decides.
    #[serde(default)]
    pub(super) other_kind: u64,
    pub(super) changed: u64,
    pub(super) unpriced: u64,
    pub(super) estimated: u64,
    /// Before and after.
    pub(super) endings: (Endings, Endings),
    pub(super) cost: Costs,
    pub(super) routes: Vec<Group>,
    pub(super) targets: Vec<TargetTally>,
    pub(super) guards: Vec<u64>,
    /// Records that did not change, by the first target of their plan.
    pub(super) kept: Vec<u64>,
    /// Records that did not change and go nowhere.
    pub(super) kept_refused: u64,
    pub(super) history: History,
    pub(super) estimates: Estimates,
    #[serde(default)]
    pub(super) valuation: Valuation,
    pub(super) tenants: Tenants,
    pub(super) timeline: Timeline,
    pub(super) missing: Vec<u64>,
    pub(super) transitions: Transitions,
    pub(super) overflowed: bool,
    pub(super) shown: Vec<Unreadable>,
    pub(super) undecided: Option<Place>,
}

impl Tally {
    /// A tally of nothing, for policies of so many routes, models and guards, and so many facts that are read.
    pub(super) fn new(routes: usize, models: usize, guards: usize, facts: usize) -> Self {
        Tally {
            records: 0,
            unreadable: 0,
            other_kind: 0,
            changed: 0,
            unpriced: 0,
            estimated: 0,
            endings: <(Endings, Endings)>::default(),
            cost: Costs::default(),
            routes: vec![Group::default(); routes],
            targets: vec![TargetTally::default(); models],
            guards: vec![0; guards],
            kept: vec![0; models],
            kept_refused: 0,
            history: History::default(),
            estimates: Estimates::default(),
            valuation: Valuation::default(),
            tenants: Tenants::default(),
            timeline: Timeline::default(),
            missing: vec![0; facts],
            transitions: Transitions::default(),
            overflowed: false,
            shown: Vec::new(),
            undecided: None,
        }
    }

    /// The same, with so many outcomes that are measured.
    pub(super) fn measuring(self, outcomes: usize) -> Self {
        Tally {
            valuation: Valuation::new(outcomes),
            ..self
        }
    }

    /// The first record, of those read, that neither holds a decision nor is compared with a policy.
    pub fn undecided(&self) -> Option<Place> {
        self.undecided
    }

    /// How many records are decided otherwise.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Whether there are more different transitions than are kept, so that there is no report.
    pub fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// How many records each guard matched, in policy order.
    pub fn guard_records(&self) -> impl Iterator<Item = u64> {
        self.guards.iter().copied()
    }

    /// How many records each route matched, in policy order.
    pub fn route_records(&self) -> impl Iterator<Item = u64> {
        self.routes.iter().map(|route| route.records)
    }

    /// Counts a line that could not be read.
    pub(super) fn unreadable(&mut self, place: Place, reason: String) {
        self.unreadable += 1;
        let last = self.shown.last().map(|fault| fault.place);
        if self.shown.len() < SHOWN_FAULTS || last.is_some_and(|last| place < last) {
            self.shown.push(Unreadable { place, reason });
            self.keep_first_shown();
        }
    }

    /// Counts a line of a kind that no policy decides.
    pub(super) fn other_kind(&mut self) {
        self.other_kind += 1;
    }

    fn keep_first_shown(&mut self) {
        self.shown.sort();
        self.shown.truncate(SHOWN_FAULTS);
    }

    /// Notes a record without anything to compare it with.
    pub(super) fn undecided_at(&mut self, place: Place) {
        self.undecided = Some(self.undecided.map_or(place, |first| first.min(place)));
    }

    /// Counts one record; `ends` names where it moves from and to, and `example` tells of it where it is one of the first of
    /// its transition.
    pub(super) fn add(
        &mut self,
        entry: Entry<'_>,
        place: Place,
        ends: impl FnOnce() -> (End, End),
        example: impl FnOnce(&(End, End)) -> Example,
    ) {
        self.records += 1;
        self.estimated += u64::from(entry.estimated);
        if let Some((before, after)) = entry.endings {
            self.endings.0.count(before);
            self.endings.1.count(after);
        }
        let paid = Paid::new(entry.baseline_cost, entry.candidate_cost);
        self.cost.add(&paid);
        self.unpriced += u64::from(paid.delta.is_none());
        if let Some((target, answer)) = entry.answer {
            self.history.add(target, answer);
        }
        if let Some((before, after)) = &entry.outlooks {
            self.estimates.add(before, after);
        }
        if let Some((support, observation)) = &entry.observed {
            self.valuation.add(*support, observation.as_ref());
        }
        self.add_to_groups(&entry, paid);
        if let Some(target) = entry
            .target
            .and_then(|target| self.targets.get_mut(target.0 as usize))
        {
            target.sum.add(entry.candidate_cost);
            target.input += u128::from(entry.input.unwrap_or_default());
            target.output += u128::from(entry.output.unwrap_or_default());
        }
        for guard in entry.guards {
            if let Some(matched) = self.guards.get_mut(guard.0 as usize) {
                *matched += 1;
            }
        }
        for (missing, present) in self.missing.iter_mut().zip(entry.present) {
            *missing += u64::from(!present);
        }
        if let Some(change) = entry.change {
            self.changed += 1;
            self.overflowed |= !self.transitions.add(change, place, paid.delta, ends, example);
        }
    }

    /// Counts the record where it has something in common with others.
    fn add_to_groups(&mut self, entry: &Entry<'_>, paid: Paid) {
        let member = Member {
            changed: entry.change.is_some(),
            paid,
        };
        let route = entry
            .route
            .and_then(|route| self.routes.get_mut(route.0 as usize));
        if let Some(route) = route {
            route.add(member);
        }
        self.tenants.add(entry.tenant, member);
        if let Some(ts) = entry.ts {
            self.timeline.add(ts, member);
            if let Some(outlooks) = &entry.outlooks {
                self.timeline.add_waits(ts, outlooks);
            }
        }
        if entry.change.is_none() {
            let kept = entry.first.and_then(|first| self.kept.get_mut(first.0 as usize));
            *kept.unwrap_or(&mut self.kept_refused) += 1;
        }
    }

    /// This tally and another one of the same replay as one.
    #[must_use]
    pub fn merge(mut self, other: Tally) -> Tally {
        self.records += other.records;
        self.unreadable += other.unreadable;
        self.other_kind += other.other_kind;
        self.changed += other.changed;
        self.unpriced += other.unpriced;
        self.estimated += other.estimated;
        self.endings.0.merge(other.endings.0);
        self.endings.1.merge(other.endings.1);
        self.cost.merge(other.cost);
        for (own, other) in self.routes.iter_mut().zip(other.routes) {
            own.merge(other);
        }
        for (own, other) in self.targets.iter_mut().zip(other.targets) {
            own.sum.merge(other.sum);
            own.input += other.input;
            own.output += other.output;
        }
        let counts = self.guards.iter_mut().zip(other.guards);
        let counts = counts.chain(self.missing.iter_mut().zip(other.missing));
        let counts = counts.chain(self.kept.iter_mut().zip(other.kept));
        counts.for_each(|(own, other)| *own += other);
        self.overflowed |= !self.transitions.merge(other.transitions);
        self.kept_refused += other.kept_refused;
        self.history.merge(other.history);
        self.estimates.merge(other.estimates);
        self.valuation.merge(other.valuation);
        self.tenants.merge(other.tenants);
        self.timeline.merge(other.timeline);
        self.overflowed |= other.overflowed;
        self.shown.extend(other.shown);
        self.keep_first_shown();
        if let Some(place) = other.undecided {
            self.undecided_at(place);
        }
        self
    }
}
