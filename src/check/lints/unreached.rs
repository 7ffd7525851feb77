//! Routes that no request reaches: their condition never holds, or an earlier route or a denial takes every request that
//! they could take. Only what can be read off the conditions is reported.

use super::whens::When;
use super::{Sound, at};
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::FactId;
use crate::model::{Expression, Guard, GuardEffect, Policy};
use crate::source::Span;
use std::collections::BTreeMap;

/// Most rules that ask for no value of a fact and are held against each later route.
const MAX_GENERAL: usize = 64;

/// Most rules of one value of a fact that are held against a route.
const MAX_OF_A_VALUE: usize = 64;

/// A rule that ends the way of the requests that it takes.
struct Taker<'a> {
    when: When<'a>,
    what: String,
    span: Span,
}

/// Rules that were read, found by what they ask for.
#[derive(Default)]
struct Takers<'a> {
    all: Vec<Taker<'a>>,
    by_value: BTreeMap<(FactId, String), Vec<usize>>,
    general: Vec<usize>,
}

/// Reports routes that no request reaches.
pub(in crate::check) fn unreached_routes(policy: &Policy, sound: &Sound, report: &mut Report) {
    let mut takers = Takers::default();
    for (guard, when) in policy.guards.iter().filter_map(denial) {
        let when = When::of(policy, Some(when));
        takers.add(when, format!("the guard `{}` denies", guard.name), guard.span);
    }
    for (index, route) in policy.routes.iter().enumerate() {
        let Some(condition) = route.when.as_ref().filter(|_| at(&sound.routes, index)) else {
            continue;
        };
        let when = When::of(policy, Some(condition));
        if when.is_impossible() {
            never(condition, report);
            continue;
        }
        match takers.of(&when) {
            Some(taker) => report.push(
                Diagnostic::warning(
                    Code::UNREACHED_RULE,
                    format!("no request reaches the route `{}`", route.name),
                )
                .at(route.span, "what it would take is taken before")
                .also(taker.span, format!("{} all of it", taker.what))
                .help("move it up, or leave it out"),
            ),
            None => takers.add(when, format!("the route `{}` takes", route.name), route.span),
        }
    }
}

/// A guard that denies, with its condition.
fn denial(guard: &Guard) -> Option<(&Guard, &Expression)> {
    let denies = |effect: &GuardEffect| matches!(effect, GuardEffect::Deny(_));
    guard
        .effects
        .iter()
        .any(denies)
        .then_some((guard, guard.when.as_ref()?))
}

fn never(condition: &Expression, report: &mut Report) {
    let said = [Code::CONSTANT_CONDITION, Code::IMPOSSIBLE_VALUE];
    if said.iter().any(|code| report.has_within(*code, condition.span)) {
        return;
    }
    report.push(
        Diagnostic::warning(Code::CONSTANT_CONDITION, "this condition is always false")
            .at(condition.span, "its parts exclude each other")
            .help("leave the rule out, or write what was meant"),
    );
}

impl<'a> Takers<'a> {
    fn add(&mut self, when: When<'a>, what: String, span: Span) {
        let index = self.all.len();
        match when.narrowest() {
            Some((fact, values)) => {
                for value in values {
                    self.by_value
                        .entry((fact, value.clone()))
                        .or_default()
                        .push(index);
                }
            }
            None => self.general.push(index),
        }
        self.all.push(Taker { when, what, span });
    }

    /// The first rule found that takes all that a condition lets through.
    fn of(&self, when: &When<'_>) -> Option<&Taker<'a>> {
        let by_value = when.a_value_of_each_fact().filter_map(|(fact, value)| {
            let found = self.by_value.get(&(fact, value.clone()))?;
            Some(found.iter().take(MAX_OF_A_VALUE))
        });
        let general = self.general.iter().take(MAX_GENERAL);
        let found = by_value.flatten().chain(general).copied();
        let mut takers = found.filter_map(|index| self.all.get(index));
        takers.find(|taker| when.implies(&taker.when))
    }
}
