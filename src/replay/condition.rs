//! Of each condition of the policies, how far the recording supports it: whether what it reads was recorded.

use super::comparison::Replay;
use super::names::Names;
use super::side::Side;
use super::tally::Tally;
use super::words::counted;
use crate::facts::Builtin;
use crate::model::{Expression, GuardEffect, Policy};
use crate::tree::inputs_of;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Conditions that are told to people.
const SHOWN_CONDITIONS: usize = 20;

/// Whose condition it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The policy that is tried.
    Candidate,
    /// The policy that it is compared with.
    Baseline,
}

/// How far the recording supports a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConditionSupport {
    /// All that it reads was recorded in all records.
    Exact,
    /// Something that it reads is missing from some records, or is not what the gateway would have seen.
    Approximate,
    /// Something that it reads was never recorded.
    Unavailable,
}

/// A condition by the rule that has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ConditionName {
    policy: Whose,
    rule: String,
    /// The facts that it reads, by their positions among those that are read.
    facts: Vec<usize>,
}

/// A condition and how far the recording supports it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConditionLine {
    /// Whose it is.
    pub policy: Whose,
    /// The rule that has it: `guard eu-residency`.
    pub rule: String,
    /// How far it is supported.
    pub support: ConditionSupport,
    /// The facts that it reads and records lack, with how many of them do.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lacking: BTreeMap<String, u64>,
    /// The facts that it reads and that are not what the gateway would have seen, such as a provider's count of tokens in
    /// place of the estimate.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inexact: Vec<String>,
}

/// The conditions of the policies, each policy's in its order: assumptions, guards, routes.
pub(super) fn conditions(replay: &Replay<'_>) -> Vec<ConditionName> {
    let sides = std::iter::once((Whose::Candidate, &replay.candidate));
    let sides = sides.chain(replay.baseline.as_ref().map(|side| (Whose::Baseline, side)));
    sides
        .flat_map(|(policy, side)| {
            let rules = rules(side.tree.policy()).into_iter();
            rules.map(move |(rule, parts)| ConditionName {
                policy,
                rule,
                facts: facts(replay, side, &parts),
            })
        })
        .collect()
}

/// The facts, by their positions among those that are read, that a line of other origin names otherwise than the gateway
/// would: it counts tokens as the provider did, and the gateway estimates them.
pub(super) fn inexact(replay: &Replay<'_>) -> Vec<usize> {
    let mapped = replay.mapping.has_fact(Builtin::Tokens);
    let read = replay.read.iter().map(|(name, _)| name == Builtin::Tokens.name());
    let positions = read.enumerate().filter(|(_, is_tokens)| mapped && *is_tokens);
    positions.map(|(at, _)| at).collect()
}

/// The rules that have conditions, each with the parts of its own.
fn rules(policy: &Policy) -> Vec<(String, Vec<&Expression>)> {
    let assumes = policy
        .assumes
        .iter()
        .map(|assume| (format!("assume {}", assume.name), vec![&assume.that]));
    let guards = policy.guards.iter().map(|guard| {
        let requires = guard.effects.iter().filter_map(|effect| match effect {
            GuardEffect::Require(require) => Some(require),
            _ => None,
        });
        let parts = guard.when.iter().chain(requires).collect();
        (format!("guard {}", guard.name), parts)
    });
    let routes = policy
        .routes
        .iter()
        .map(|route| (format!("route {}", route.name), route.when.iter().collect()));
    let rules = assumes.chain(guards).chain(routes);
    rules
        .filter(|(_, parts): &(String, Vec<_>)| !parts.is_empty())
        .collect()
}

fn facts(replay: &Replay<'_>, side: &Side<'_>, parts: &[&Expression]) -> Vec<usize> {
    let policy = side.tree.policy();
    let inputs = parts.iter().map(|part| inputs_of(policy, part));
    let read: BTreeSet<_> = inputs.flat_map(|inputs| inputs.conditions).collect();
    let names = read.into_iter().filter_map(|id| policy.facts.get(id));
    names
        .filter_map(|definition| replay.read.iter().position(|(name, _)| *name == definition.name))
        .collect()
}

/// What a tally says of the conditions.
pub(super) fn lines(tally: &Tally, names: &Names) -> Vec<ConditionLine> {
    let conditions = names.conditions.iter();
    conditions
        .map(|condition| ConditionLine::of(condition, tally, names))
        .collect()
}

impl ConditionLine {
    fn of(condition: &ConditionName, tally: &Tally, names: &Names) -> Self {
        let name = |at: usize| names.facts.get(at).cloned();
        let lack = |at: usize| tally.missing.get(at).copied().filter(|lacking| *lacking > 0);
        let lacking: BTreeMap<String, u64> = condition
            .facts
            .iter()
            .filter_map(|at| name(*at).zip(lack(*at)))
            .collect();
        let inexact = condition.facts.iter().filter(|at| names.inexact.contains(at));
        let inexact: Vec<String> = inexact.filter_map(|at| name(*at)).collect();
        let support = if lacking.values().any(|records| *records == tally.records) {
            ConditionSupport::Unavailable
        } else if lacking.is_empty() && inexact.is_empty() {
            ConditionSupport::Exact
        } else {
            ConditionSupport::Approximate
        };
        ConditionLine {
            policy: condition.policy,
            rule: condition.rule.clone(),
            support,
            lacking,
            inexact,
        }
    }

    /// The condition in words: how far it is supported, whose it is, and why.
    fn in_words(&self) -> [String; 3] {
        let support = match self.support {
            ConditionSupport::Exact => "exact",
            ConditionSupport::Approximate => "approximate",
            ConditionSupport::Unavailable => "unavailable",
        };
        let rule = match self.policy {
            Whose::Candidate => self.rule.clone(),
            Whose::Baseline => format!("{} of the baseline", self.rule),
        };
        let lacking = self.lacking.iter().map(|(fact, records)| {
            let lack = if *records == 1 { "lacks" } else { "lack" };
            format!("{} {lack} {fact}", counted(*records, "record"))
        });
        let inexact = self
            .inexact
            .iter()
            .map(|fact| format!("{fact} as the provider counted"));
        let why: Vec<String> = lacking.chain(inexact).collect();
        [support.to_owned(), rule, why.join(", ")]
    }
}

/// The conditions that are not supported exactly, in words, and how many more there are than are shown.
pub(super) fn told(conditions: &[ConditionLine]) -> (Vec<[String; 3]>, usize) {
    let inexact = || {
        conditions
            .iter()
            .filter(|line| line.support != ConditionSupport::Exact)
    };
    let shown = inexact().take(SHOWN_CONDITIONS).map(ConditionLine::in_words);
    (
        shown.collect(),
        inexact().count().saturating_sub(SHOWN_CONDITIONS),
    )
}
