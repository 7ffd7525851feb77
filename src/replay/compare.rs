//! One record decided, and held against the baseline or what was recorded.

use super::arms::{RecordedArms, Support, firsts};
use super::buffer::Buffer;
use super::comparison::{FactPlace, Replay};
use super::course::{Circumstances, Ending, course};
use super::end::End;
use super::estimate::Outlook;
use super::example::Example;
use super::side::Side;
use super::tally::{Ended, Entry, Place, Tally};
use super::told::Told;
use super::transitions::{Change, NumberedEnd};
use super::valuation::{Observation, group};
use super::worker::Stage;
use crate::decide::{Decision, Memo, Outcome};
use crate::facts::{Builtin, FactId};
use crate::model::{ModelId, RouteId};
use crate::quantity::Cost;
use crate::record::RecordedDecision;

/// What the policies of a replay decided before, for the records to come.
#[derive(Debug)]
pub(super) struct Memos<'r> {
    pub(super) candidate: Memo<'r>,
    /// `None` where the comparison is with what was recorded.
    baseline: Option<Memo<'r>>,
}

impl<'r> Memos<'r> {
    /// For records of any facts.
    pub(super) fn new(replay: &Replay<'r>) -> Self {
        Memos {
            candidate: Memo::new(replay.candidate.tree),
            baseline: replay.baseline.as_ref().map(|side| Memo::new(side.tree)),
        }
    }

    /// For foreign records, which differ from one of these facts only in what columns are mapped to.
    pub(super) fn of_columns(replay: &Replay<'r>, facts: &Buffer) -> Self {
        let varies = |id: FactId, of: fn(&FactPlace) -> Option<FactId>| {
            let is_resolved = replay.names_models && id == Builtin::Requested.into();
            is_resolved || replay.mapped.iter().flatten().any(|place| of(place) == Some(id))
        };
        let baseline = replay.baseline.as_ref().zip(facts.baseline());
        Memos {
            candidate: Memo::like(replay.candidate.tree, &facts.candidate, |id| {
                varies(id, |place| place.candidate)
            }),
            baseline: baseline
                .map(|(side, facts)| Memo::like(side.tree, facts, |id| varies(id, |place| place.baseline))),
        }
    }
}

/// What a decision was held against.
struct Before<'m> {
    /// Whether the record moves, and how.
    change: Option<Change>,
    /// What the baseline policy decided; `None` where the comparison is with what was recorded.
    decision: Option<&'m Decision>,
    cost: Option<Cost>,
    estimated: bool,
    /// How the request ended, where that is known.
    ending: Option<Ended>,
    /// How it ends under the baseline policy; `None` where the comparison is with what was recorded.
    way: Option<Ending>,
}

/// Decides the record with these facts and counts what comes of it, as far as this stage.
pub(super) fn count<'r>(
    replay: &Replay<'r>,
    (facts, told): (&Buffer, &Told<'_>),
    place: Place,
    memos: &mut Memos<'r>,
    tally: &mut Tally,
    last: Stage,
) {
    if last == Stage::Parse {
        return;
    }
    let side = &replay.candidate;
    let draws = (told.seed, &told.orders);
    let candidate = side.decide_again(&mut memos.candidate, &facts.candidate, draws);
    let circumstances = Circumstances {
        past: &told.past,
        seed: told.seed,
        rates: replay.rates.as_ref(),
    };
    let way = course(side, candidate, &circumstances);
    let baseline = replay.baseline.as_ref().zip(facts.baseline());
    let before = match (baseline, &mut memos.baseline) {
        (Some((baseline, facts)), Some(memo)) => {
            let decision = baseline.decide_again(memo, facts, draws);
            Some(against_policy(
                (baseline, decision),
                (side, candidate),
                told,
                &circumstances,
            ))
        }
        _ => against_record(side, told, candidate),
    };
    let Some(before) = before else {
        return tally.undecided_at(place);
    };
    let cost = side.whole_cost(candidate, way.ending, told.usage().as_ref(), &told.past);
    let outlooks = outlooks(replay, told, &before, (way.ending, cost));
    let entry = Entry {
        change: before.change,
        estimated: candidate.estimated || way.estimated || before.estimated,
        endings: before.ending.zip(way.known.then_some(Ended::of(way.ending))),
        route: candidate.route,
        first: first(candidate),
        target: way.ending.target(),
        tenant: facts.candidate.string(Builtin::Tenant.into()),
        ts: told.past.ts,
        guards: &candidate.guards,
        input: told.input,
        output: told.output,
        candidate_cost: cost,
        baseline_cost: before.cost,
        answer: told.answer(&replay.candidate),
        outlooks,
        observed: observed(replay, facts, told, candidate),
        present: &facts.present,
    };
    if last == Stage::Decide {
        std::hint::black_box(entry);
        return;
    }
    let ends = || {
        let to = End::of(&RecordedDecision::without_skipped(side.tree, candidate));
        let from = match (&replay.baseline, before.decision) {
            (Some(side), Some(decision)) => End::of(&RecordedDecision::without_skipped(side.tree, decision)),
            _ => recorded_end(side, told),
        };
        (from, to)
    };
    tally.add(entry, place, ends, |ends| {
        Example::new(replay, facts, told, place, ends)
    });
}

/// Who answers before and after, where the recording tells who did.
fn outlooks<'a>(
    replay: &'a Replay<'_>,
    told: &'a Told<'_>,
    before: &Before<'_>,
    after: (Ending, Option<Cost>),
) -> Option<(Outlook<'a>, Outlook<'a>)> {
    let answered = told.answered(&replay.candidate);
    if answered.is_none() && told.past.is_empty() {
        return None;
    }
    let outlook = |side: &'a Side<'_>, way| Outlook::of(side, way, told, answered);
    let earlier = match (&replay.baseline, before.way) {
        (Some(baseline), Some(ending)) => outlook(baseline, (ending, before.cost)),
        _ => Outlook::recorded(answered, before.cost, told),
    };
    Some((earlier, outlook(&replay.candidate, after)))
}

/// What the record tells of the outcomes that are measured; `None` where there are none, and for a record that was refused,
/// or that the candidate refuses.
fn observed(
    replay: &Replay<'_>,
    facts: &Buffer,
    told: &Told<'_>,
    decision: &Decision,
) -> Option<(Support, Option<Observation>)> {
    let side = &replay.candidate;
    if replay.outcomes.is_empty() || told.first_target(side).is_none() {
        return None;
    }
    let firsts = firsts(side, &facts.candidate, told, decision);
    let Some(recorded) = RecordedArms::of(replay, facts, told) else {
        return (!firsts.is_empty()).then_some((Support::Unknown, None));
    };
    let supports = firsts
        .iter()
        .map(|first| recorded.support(side.model_name(first.target)));
    let support = supports.max()?;
    let arms: Vec<(u32, f64)> = firsts
        .iter()
        .map(|first| (first.target.0, first.probability.to_f64()))
        .collect();
    let taken = side.model(recorded.taken).map(|model| model.0);
    let again = arms.iter().find(|(target, _)| Some(*target) == taken);
    let columns = told.in_columns.iter().copied().chain(std::iter::repeat(None));
    let outcomes = replay.outcomes.iter().zip(columns);
    let observation = Observation {
        group: group(facts.candidate.string(Builtin::User.into()), told.seed),
        size: told.prompt_size(&facts.candidate),
        taken,
        weight: again.map_or(0.0, |(_, probability)| probability / recorded.propensity.to_f64()),
        arms,
        values: outcomes
            .map(|(outcome, column)| outcome.of(told, side, column))
            .collect(),
    };
    Some((support, Some(observation)))
}

/// The first target of a plan.
fn first(decision: &Decision) -> Option<ModelId> {
    match &decision.outcome {
        Outcome::Plan(plan) => plan.targets.first().copied(),
        Outcome::Refused(_) => None,
    }
}

fn against_policy<'m>(
    from: (&Side<'_>, &'m Decision),
    to: (&Side<'_>, &Decision),
    told: &Told<'_>,
    circumstances: &Circumstances<'_>,
) -> Before<'m> {
    let (side, decision) = from;
    let way = course(side, decision, circumstances);
    Before {
        change: change(from, to),
        cost: side.whole_cost(decision, way.ending, told.usage().as_ref(), &told.past),
        estimated: decision.estimated || way.estimated,
        ending: way.known.then_some(Ended::of(way.ending)),
        way: Some(way.ending),
        decision: Some(decision),
    }
}

/// Whether a record moves from one decision to another. Two plans are compared by numbers: names would take longer than
/// deciding.
fn change(from: (&Side<'_>, &Decision), to: (&Side<'_>, &Decision)) -> Option<Change> {
    let ((old, before), (new, after)) = (from, to);
    if let (Some(first), Some(second)) = (Planned::of(before), Planned::of(after)) {
        let same = old.number_of_route(first.route) == new.number_of_route(second.route)
            && old.numbers_of(first.targets).eq(new.numbers_of(second.targets))
            && before.max_tokens == after.max_tokens;
        return (!same).then(|| Change::Ends([first.first(), second.first()]));
    }
    let (before, after) = (
        RecordedDecision::without_skipped(old.tree, before),
        RecordedDecision::without_skipped(new.tree, after),
    );
    (!after.same_as(&before)).then_some(Change::Other)
}

/// A decision that is a plan.
struct Planned<'d> {
    route: RouteId,
    targets: &'d [ModelId],
}

impl<'d> Planned<'d> {
    fn of(decision: &'d Decision) -> Option<Self> {
        match &decision.outcome {
            Outcome::Plan(plan) => Some(Planned {
                route: decision.route?,
                targets: &plan.targets,
            }),
            Outcome::Refused(_) => None,
        }
    }

    /// Where it sends the request first.
    fn first(&self) -> NumberedEnd {
        (Some(self.route), self.targets.first().copied())
    }
}

/// `None` where no decision was recorded. Its cost is the recorded one, for that is what was paid; where there is none,
/// the usage is priced as the candidate prices the target that answered, or else the first. Of a foreign record only the target is known.
fn against_record<'m>(side: &Side<'_>, told: &Told<'_>, candidate: &Decision) -> Option<Before<'m>> {
    let usage = told.usage();
    let decided = RecordedDecision::without_skipped(side.tree, candidate);
    let (same, target) = match (&told.target, &told.decision) {
        (Some(target), _) => {
            let target = side.named(target);
            let same = decided.targets.first().is_some_and(|first| first == target);
            (same, Some(target))
        }
        (None, Some(recorded)) => (
            decided.same_as(recorded),
            told.past
                .answered()
                .or(recorded.targets.first().map(AsRef::as_ref)),
        ),
        (None, None) => return None,
    };
    let priced = || match target {
        Some(target) => side.cost_at(target, usage.as_ref()),
        None => Some(Cost::ZERO),
    };
    Some(Before {
        change: (!same).then(|| change_of_record(side, told, candidate)),
        decision: None,
        cost: told.cost.or_else(priced),
        estimated: false,
        ending: told.outcome.map(Ended::recorded),
        way: None,
    })
}

/// How a record moves from where it went to this decision: by numbers where the candidate's policy has all of the names.
fn change_of_record(side: &Side<'_>, told: &Told<'_>, candidate: &Decision) -> Change {
    let from = match (&told.target, &told.decision) {
        (Some(target), _) => side.model(side.named(target)).map(|model| (None, Some(model))),
        (None, Some(recorded)) => numbered(side, recorded),
        (None, None) => None,
    };
    let to = Planned::of(candidate).map(|planned| planned.first());
    match from.zip(to) {
        Some((from, to)) => Change::Ends([from, to]),
        None => Change::Other,
    }
}

/// Where a recorded plan sends the request, by the numbers of this policy.
fn numbered(side: &Side<'_>, recorded: &RecordedDecision<'_>) -> Option<NumberedEnd> {
    if recorded.denied.is_some() || recorded.error.is_some() {
        return None;
    }
    let route = side.route(recorded.route.as_ref()?)?;
    let target = side.model(recorded.targets.first()?)?;
    Some((Some(route), Some(target)))
}

/// Where a record went, as it tells.
fn recorded_end(side: &Side<'_>, told: &Told<'_>) -> End {
    match (&told.target, &told.decision) {
        (Some(target), _) => End {
            target: Some(side.named(target).to_owned()),
            ..End::default()
        },
        (None, Some(recorded)) => End::of(recorded),
        (None, None) => End::default(),
    }
}
