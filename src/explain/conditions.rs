//! Rules and `require`s with their conditions, comparison by comparison.

use crate::decide::Trace;
use crate::facts::json::value_to_json;
use crate::model::{Denial, GuardEffect, Policy, RouteAction};
use crate::source::Span;
use crate::tree::{ConditionTrace, Observed, PartTrace, Tree};
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// One assumption, guard or route.
#[derive(Serialize)]
pub(super) struct Rule {
    /// `assume few-tokens`, `guard eu-residency`, `route free`.
    pub(super) rule: String,
    /// Whether its condition held; none where it was not looked at.
    pub(super) outcome: Option<bool>,
    /// The file that it stands in.
    pub(super) file: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// What it does, in the policy's words.
    pub(super) does: Vec<String>,
    /// The comparisons of its condition; none where it has no condition.
    pub(super) conditions: Vec<Condition>,
}

/// One comparison.
#[derive(Serialize)]
pub(super) struct Condition {
    /// The comparison in CEL.
    pub(super) text: String,
    /// What came of it; none where it was not looked at.
    pub(super) outcome: Option<bool>,
    /// What it read, by name.
    pub(super) values: Map<String, Json>,
    /// The same as CEL literals, for people.
    #[serde(skip)]
    pub(super) shown: Vec<String>,
}

/// A guard's `require` held against one target.
#[derive(Serialize)]
pub(super) struct Requirement {
    /// The guard.
    pub(super) guard: String,
    /// The target.
    pub(super) target: String,
    /// Whether it holds.
    pub(super) outcome: bool,
    /// Its comparisons.
    pub(super) conditions: Vec<Condition>,
}

/// Every assumption, every guard, then every route, each in policy order.
pub(super) fn rules(tree: &Tree, trace: &Trace) -> Vec<Rule> {
    let policy = tree.policy();
    let assumes = trace.assumes.iter().filter_map(|seen| {
        let assume = policy.assume(seen.assume)?;
        let rule = format!("assume {}", assume.name);
        Some(Rule::new(
            tree,
            rule,
            assume.span,
            Vec::new(),
            Some(&seen.condition),
        ))
    });
    let guards = trace.guards.iter().filter_map(|seen| {
        let guard = policy.guard(seen.guard)?;
        let does = guard
            .effects
            .iter()
            .map(|effect| effect_text(tree, effect))
            .collect();
        let rule = format!("guard {}", guard.name);
        Some(Rule::new(tree, rule, guard.span, does, Some(&seen.condition)))
    });
    let routes = trace.routes.iter().filter_map(|seen| {
        let route = policy.route(seen.route)?;
        let does = match &route.action {
            RouteAction::Deny(denial) => vec![deny_text(denial)],
            RouteAction::Send(_) => Vec::new(),
        };
        let rule = format!("route {}", route.name);
        Some(Rule::new(tree, rule, route.span, does, seen.condition.as_ref()))
    });
    assumes.chain(guards).chain(routes).collect()
}

/// Every `require` that was held against a target.
pub(super) fn requirements(policy: &Policy, trace: &Trace) -> Vec<Requirement> {
    trace
        .requires
        .iter()
        .map(|seen| Requirement {
            guard: policy
                .guard(seen.guard)
                .map_or_else(String::new, |guard| guard.name.clone()),
            target: policy
                .model(seen.target)
                .map_or_else(String::new, |model| model.name.clone()),
            outcome: seen.condition.outcome,
            conditions: conditions(&seen.condition),
        })
        .collect()
}

impl Rule {
    fn new(
        tree: &Tree,
        rule: String,
        span: Span,
        does: Vec<String>,
        condition: Option<&ConditionTrace>,
    ) -> Self {
        let file = tree.sources().file(span.file);
        Rule {
            rule,
            outcome: condition.map(|condition| condition.outcome),
            file: file.map_or_else(String::new, |file| file.name().to_owned()),
            line: file.map_or(0, |file| file.position(span.start as usize).line),
            does,
            conditions: condition.map(conditions).unwrap_or_default(),
        }
    }
}

fn conditions(trace: &ConditionTrace) -> Vec<Condition> {
    trace.parts.iter().map(condition).collect()
}

fn condition(part: &PartTrace) -> Condition {
    let json = |value: &Observed| match value {
        Observed::Value(value) => value_to_json(value),
        Observed::Double(number) => Json::from(*number),
    };
    Condition {
        text: part.text.clone(),
        outcome: part.outcome,
        values: part
            .values
            .iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect(),
        shown: part
            .values
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect(),
    }
}

fn effect_text(tree: &Tree, effect: &GuardEffect) -> String {
    match effect {
        GuardEffect::Deny(denial) => deny_text(denial),
        GuardEffect::Require(expression) => format!("require {}", tree.sources().text(expression.span)),
        GuardEffect::MaxTokensAtMost(cap) => format!("set max_tokens at most {cap}"),
        GuardEffect::NoContent => "record no content".to_owned(),
    }
}

fn deny_text(denial: &Denial) -> String {
    format!("deny {} {:?}", denial.status, denial.message)
}
