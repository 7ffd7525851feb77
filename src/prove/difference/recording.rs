//! What is recorded of what was said: routes that ask for it, and guards that forbid it.

use crate::model::{Content, Expression, ExpressionKind, Guard, GuardEffect, Policy, RouteAction};
use crate::tree::text_of;
use std::collections::BTreeSet;

/// New routes that ask for it, and guards that forbid it in one policy alone or for other requests.
pub(super) fn told(old: &Policy, new: &Policy, told: &mut Vec<String>) {
    let known: BTreeSet<&str> = old.routes.iter().map(|route| route.name.as_str()).collect();
    for route in new
        .routes
        .iter()
        .filter(|route| !known.contains(route.name.as_str()))
    {
        if let RouteAction::Send(routing) = &route.action
            && routing.content.is_some()
        {
            told.push(format!(
                "route {}: record none → {}",
                route.name,
                content(&routing.content)
            ));
        }
    }
    for guard in forbidding(old) {
        match forbidding(new).find(|other| other.name == guard.name) {
            None => told.push(format!("guard {}: record no content → nothing", guard.name)),
            Some(other) if condition(guard, old) != condition(other, new) => told.push(format!(
                "guard {}: record no content for other requests",
                guard.name
            )),
            Some(_) => {}
        }
    }
    for guard in forbidding(new) {
        if !forbidding(old).any(|other| other.name == guard.name) {
            told.push(format!("guard {}: nothing → record no content", guard.name));
        }
    }
}

/// A route's clause as it is told.
pub(super) fn content(content: &Option<Content>) -> String {
    content
        .as_ref()
        .map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn forbidding(policy: &Policy) -> impl Iterator<Item = &Guard> {
    let guards = policy.guards.iter();
    guards.filter(|guard| guard.effects.contains(&GuardEffect::NoContent))
}

/// Which requests a guard speaks of: its condition, and behind it the `let`s that it rests on.
fn condition(guard: &Guard, policy: &Policy) -> Vec<String> {
    let mut texts = Vec::new();
    let mut open: Vec<&Expression> = guard.when.iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(expression) = open.pop() {
        texts.push(text_of(expression, policy));
        expression.walk(&mut |part| {
            if let ExpressionKind::Let(id) = part.kind
                && seen.insert(id)
            {
                let binding = policy.lets.get(id.0 as usize);
                open.extend(binding.map(|binding| &binding.value));
            }
        });
    }
    texts
}
