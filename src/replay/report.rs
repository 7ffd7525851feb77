//! The report of a replay, as CONTRACTS promise it to programs; serialised as it stands here.

use super::breakdown::{Flow, GuardLine, OverTime, TenantLine, flows, guards, over_time, tenants};
use super::condition::{self, ConditionLine};
use super::end::End;
use super::estimated::Estimate;
use super::example::Example;
use super::names::{Names, Rule};
use super::tally::{Endings, Place, Tally, Unreadable};
use super::transitions::Moved;
use super::valued::OffPolicy;
use super::words::SHOWN_EXAMPLES;
use crate::quantity::Cost;
use serde::{Serialize, Serializer};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// What the candidate policy would have done with the records.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Records decided.
    pub records: u64,
    /// Lines that could not be read.
    pub unreadable: u64,
    /// Lines of foreign traffic that are of a kind which no policy decides, such as spans that are no calls of a model.
    pub other_kind: u64,
    /// Records whose route, targets, denial or settings by guards differ.
    pub changed: u64,
    /// Records whose cost is not known on one of the sides or on both.
    pub unpriced: u64,
    /// Records for which a pool that asks for live state took its order from the seed, or that go to a target which was
    /// not asked, so that only its rate of failures is known.
    pub estimated: u64,
    /// How requests ended before and end now: those whose record tells how targets fared.
    pub outcomes: Outcomes,
    /// What the records cost before and after.
    pub cost: CostChange,
    /// Costs and times with the answers of targets estimated that were not asked; `None` where the traffic does not tell
    /// who answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// Outcomes under the candidate, estimated from what was drawn; `None` where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off_policy: Option<OffPolicy>,
    /// Every guard of the candidate, in policy order.
    pub guards: Vec<GuardLine>,
    /// Every route of the candidate, in policy order.
    pub routes: Vec<RouteLine>,
    /// The candidate's first targets, by records falling, then by name.
    pub targets: Vec<TargetLine>,
    /// The tenants, by records falling, then by name.
    pub tenants: Vec<TenantLine>,
    /// Whether there are too many tenants to tell of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub too_many_tenants: bool,
    /// What the records cost over time.
    pub over_time: OverTime,
    /// From which first target to which one records go, changed or not.
    #[serde(skip)]
    pub flows: Vec<Flow>,
    /// From where to where the changed records went, by records falling, then by names.
    pub transitions: Vec<Transition>,
    /// Guards and routes of the candidate that matched no record, in policy order.
    pub unreached: Vec<String>,
    /// For each fact that a condition of either policy reads, how many records lack it, where any do.
    pub missing: BTreeMap<String, u64>,
    /// Of each condition of the policies how far the recording supports it.
    pub conditions: Vec<ConditionLine>,
    /// The share of records decided as recorded; `None` where the comparison is with a baseline policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreement: Option<f64>,
    /// The first of the lines that could not be read.
    pub unreadable_lines: Vec<UnreadableLine>,
}

/// How requests ended before and end now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// Under the baseline policy, or as recorded.
    pub baseline: Endings,
    /// Under the candidate.
    pub candidate: Endings,
}

impl Outcomes {
    /// Each ending that occurs, with its counts before and after.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&'static str, u64, u64)> {
        let (before, after) = (self.baseline, self.candidate);
        let rows = [
            ("answered", before.answered, after.answered),
            ("truncated", before.truncated, after.truncated),
            ("failed", before.failed, after.failed),
            ("refused", before.refused, after.refused),
        ];
        rows.into_iter().filter(|(_, before, after)| before + after > 0)
    }
}

/// What the records cost before and after, without rounding; `None` where it is known for none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CostChange {
    /// Under the baseline policy, or as recorded: the records whose cost is known there.
    #[serde(rename = "baseline_usd", serialize_with = "dollars_or_null")]
    pub baseline: Option<Cost>,
    /// Under the candidate: the records whose cost is known there, so that it is the sum of the routes.
    #[serde(rename = "candidate_usd", serialize_with = "dollars_or_null")]
    pub candidate: Option<Cost>,
    /// How much more the records cost for which both are known; where that is all of them, the candidate's sum less the
    /// baseline's.
    #[serde(rename = "delta_usd", serialize_with = "dollars_or_null")]
    pub delta: Option<Cost>,
}

/// A route and its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RouteLine {
    /// The route's name.
    pub route: String,
    /// Records that it matched.
    pub records: u64,
    /// What they cost before; `None` where that is known for none of them.
    #[serde(rename = "baseline_usd", serialize_with = "dollars_or_null")]
    pub baseline: Option<Cost>,
    /// What they cost; `None` where no price is known for any of them.
    #[serde(rename = "candidate_usd", serialize_with = "dollars_or_null")]
    pub candidate: Option<Cost>,
    /// How much more they cost; `None` where that is known for none of them.
    #[serde(rename = "delta_usd", serialize_with = "dollars_or_null")]
    pub delta: Option<Cost>,
}

/// A target and the records that it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetLine {
    /// The target's name.
    pub target: String,
    /// Records that it answers; where a record does not tell how targets fared, those whose first eligible target it is.
    pub records: u64,
    /// Their prompt tokens, where recorded.
    pub input_tokens: u128,
    /// Their completion tokens, where recorded.
    pub output_tokens: u128,
    /// What they cost; `None` where no price is known for any of them.
    #[serde(rename = "candidate_usd", serialize_with = "dollars_or_null")]
    pub candidate: Option<Cost>,
}

/// Records that changed in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// Where they went.
    pub from: End,
    /// Where they go.
    pub to: End,
    /// How many they are.
    pub records: u64,
    /// How much more they cost; `None` where that is known for none of them.
    #[serde(rename = "delta_usd", serialize_with = "dollars_or_null")]
    pub delta: Option<Cost>,
    /// The first of them in the order of the traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<TransitionExample>,
    /// The next ones, at most nine.
    #[serde(skip)]
    pub further: Vec<TransitionExample>,
}

/// A record that moves, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TransitionExample {
    /// The input that it stands in.
    pub source: String,
    /// Its line, from 1.
    pub line: u64,
    /// The request's id, where it was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The facts that are not empty, as `explain --facts` takes them.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Why the baseline policy decides as it does; `None` where the comparison is with what was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Why the candidate decides as it does.
    pub after: String,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadableLine {
    /// The input that it stands in.
    pub source: String,
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

impl Report {
    /// The tally by names.
    pub fn new(tally: Tally, names: &Names) -> Self {
        let as_recorded = tally.records.saturating_sub(tally.changed);
        let agreement = match tally.records {
            0 => 1.0,
            records => as_recorded as f64 / records as f64,
        };
        Report {
            records: tally.records,
            unreadable: tally.unreadable,
            other_kind: tally.other_kind,
            changed: tally.changed,
            unpriced: tally.unpriced,
            estimated: tally.estimated,
            outcomes: Outcomes {
                baseline: tally.endings.0,
                candidate: tally.endings.1,
            },
            cost: CostChange::of(&tally.cost),
            estimate: Estimate::of(&tally.estimates, &tally.history),
            off_policy: OffPolicy::of(&tally.valuation, names),
            guards: guards(&tally, names),
            tenants: tenants(&tally),
            too_many_tenants: tally.tenants.too_many,
            over_time: over_time(&tally),
            flows: flows(&tally, names),
            routes: routes(&tally, names),
            targets: targets(&tally, names),
            transitions: transitions(&tally, names),
            unreached: unreached(&tally, names),
            missing: names
                .facts
                .iter()
                .zip(&tally.missing)
                .filter(|(_, records)| **records > 0)
                .map(|(fact, records)| (fact.clone(), *records))
                .collect(),
            conditions: condition::lines(&tally, names),
            agreement: names.against_recorded.then_some(agreement),
            unreadable_lines: unreadable_lines(tally.shown, names),
        }
    }

    /// The share of records that changed, 0 to 1; 0 where there are none.
    pub fn changed_share(&self) -> f64 {
        match self.records {
            0 => 0.0,
            records => self.changed as f64 / records as f64,
        }
    }

    /// The records that are explained to people, by transition: the first of each transition, then the second of each, and
    /// so on, as many as there is room for.
    pub(super) fn shown_examples(&self) -> Vec<(&Transition, &TransitionExample)> {
        let mut shown: Vec<(usize, usize, &Transition, &TransitionExample)> = Vec::new();
        for (at, transition) in self.transitions.iter().take(SHOWN_EXAMPLES).enumerate() {
            let examples = transition.example.iter().chain(&transition.further);
            shown.extend(
                examples
                    .enumerate()
                    .map(|(round, example)| (round, at, transition, example)),
            );
        }
        shown.sort_by_key(|(round, at, ..)| (*round, *at));
        shown.truncate(SHOWN_EXAMPLES);
        shown.sort_by_key(|(round, at, ..)| (*at, *round));
        shown
            .into_iter()
            .map(|(_, _, transition, example)| (transition, example))
            .collect()
    }

    /// The report as one JSON object, indented, with a line end.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn routes(tally: &Tally, names: &Names) -> Vec<RouteLine> {
    let lines = names.routes.iter().zip(&tally.routes);
    lines
        .map(|(route, sum)| RouteLine {
            route: route.clone(),
            records: sum.records,
            baseline: sum.cost.baseline.cost(),
            candidate: sum.cost.candidate.cost(),
            delta: sum.cost.delta.cost(),
        })
        .collect()
}

fn targets(tally: &Tally, names: &Names) -> Vec<TargetLine> {
    let mut lines: Vec<TargetLine> = names
        .targets
        .iter()
        .zip(&tally.targets)
        .filter(|(_, target)| target.sum.records > 0)
        .map(|(name, target)| TargetLine {
            target: name.clone(),
            records: target.sum.records,
            input_tokens: target.input,
            output_tokens: target.output,
            candidate: target.sum.cost(),
        })
        .collect();
    lines.sort_by(|a, b| (Reverse(a.records), &a.target).cmp(&(Reverse(b.records), &b.target)));
    lines
}

fn transitions(tally: &Tally, names: &Names) -> Vec<Transition> {
    let example = |example: &Example| TransitionExample {
        source: source(names, example.place),
        line: example.place.line,
        id: example.id.clone(),
        facts: example.facts.clone(),
        before: example.before.clone(),
        after: example.after.clone(),
    };
    let line = |((from, to), moved): (&(End, End), &Moved)| Transition {
        from: from.clone(),
        to: to.clone(),
        records: moved.sum.records,
        delta: moved.sum.cost(),
        example: moved.examples.first().map(example),
        further: moved.examples.iter().skip(1).map(example).collect(),
    };
    let mut lines: Vec<Transition> = tally.transitions.iter().map(line).collect();
    lines.sort_by(|a, b| (Reverse(a.records), &a.from, &a.to).cmp(&(Reverse(b.records), &b.from, &b.to)));
    lines
}

fn unreached(tally: &Tally, names: &Names) -> Vec<String> {
    let name = |rule: &Rule| match *rule {
        Rule::Guard(at) => (names.guards.get(at), tally.guards.get(at).copied()),
        Rule::Route(at) => (names.routes.get(at), tally.routes.get(at).map(|sum| sum.records)),
    };
    let rules = names.rules.iter().map(name);
    rules
        .filter_map(|(name, records)| name.cloned().filter(|_| records == Some(0)))
        .collect()
}

fn unreadable_lines(shown: Vec<Unreadable>, names: &Names) -> Vec<UnreadableLine> {
    shown
        .into_iter()
        .map(|fault| UnreadableLine {
            source: source(names, fault.place),
            line: fault.place.line,
            reason: fault.reason,
        })
        .collect()
}

/// The name of the input of a place.
fn source(names: &Names, place: Place) -> String {
    names.sources.get(place.source).cloned().unwrap_or_default()
}

fn dollars_or_null<S: Serializer>(cost: &Option<Cost>, serializer: S) -> Result<S::Ok, S::Error> {
    match cost {
        Some(cost) => serializer.collect_str(cost),
        None => serializer.serialize_none(),
    }
}
