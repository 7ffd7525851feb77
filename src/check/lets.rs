//! `let`: named expressions, checked each after those that it refers to.

use super::conditions::Conditions;
use super::expression;
use super::fact::Term;
use super::report::Report;
use crate::cel::Literal;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expression, ExpressionKind, Let, LetId, Type};
use crate::syntax::ast::{self, Word};
use std::collections::{BTreeMap, BTreeSet};

/// Most names of a circle that its message lists.
const MAX_SHOWN: usize = 8;

/// One `let` statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Binding<'a> {
    /// The name.
    pub(super) name: &'a Word,
    /// What it stands for.
    pub(super) value: &'a ast::Expression,
}

/// Checks all `let`s and makes them known to `conditions`; circles are reported.
pub(super) fn lets(
    bindings: &[Binding<'_>],
    conditions: &mut Conditions<'_>,
    report: &mut Report,
) -> Vec<Let> {
    let (order, circular) = order(bindings, conditions, report);
    let mut lets = Vec::with_capacity(order.len());
    for index in order {
        let Some(binding) = bindings.get(index) else {
            continue;
        };
        let id = LetId(u32::try_from(lets.len()).unwrap_or(u32::MAX));
        let value = match circular.contains(&index) {
            true => {
                conditions.break_let(&binding.name.text, id);
                None
            }
            false => conditions.check_let(&binding.name.text, id, binding.value, report),
        };
        lets.push(Let {
            name: binding.name.text.clone(),
            value: value.unwrap_or_else(|| broken(binding.value)),
            span: binding.name.span,
        });
    }
    lets
}

/// What stands in the place of a value with errors; such a policy is never handed out.
fn broken(value: &ast::Expression) -> Expression {
    Expression {
        kind: ExpressionKind::Literal(Literal::Null),
        ty: Type::Null,
        span: value.span,
    }
}

/// The `let`s in an order in which each follows those that it names, and those that stand in a circle.
fn order(
    bindings: &[Binding<'_>],
    conditions: &Conditions<'_>,
    report: &mut Report,
) -> (Vec<usize>, BTreeSet<usize>) {
    let uses: Vec<BTreeSet<usize>> = bindings
        .iter()
        .map(|binding| {
            let names = expression::names(binding.value).into_iter();
            names
                .filter_map(|(name, _)| match conditions.terms.find(name) {
                    Some(Term::Let(index)) => Some(index),
                    _ => None,
                })
                .collect()
        })
        .collect();
    let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (user, used) in uses.iter().enumerate() {
        for used in used {
            users.entry(*used).or_default().push(user);
        }
    }
    let mut waiting: BTreeMap<usize, usize> = uses.iter().map(BTreeSet::len).enumerate().collect();
    let mut ready: BTreeSet<usize> = waiting
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(index, _)| *index)
        .collect();
    let (mut order, mut circular) = (Vec::with_capacity(bindings.len()), BTreeSet::new());
    while !waiting.is_empty() {
        let Some(next) = ready.pop_first() else {
            let circle = circle(&uses, &waiting);
            report.extend(explain(&circle, bindings));
            circular.extend(&circle);
            ready.extend(circle);
            continue;
        };
        if waiting.remove(&next).is_none() {
            continue;
        }
        order.push(next);
        for user in users.get(&next).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(user) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.insert(*user);
                }
            }
        }
    }
    (order, circular)
}

/// A circle among those that wait, beginning with its first `let`. All that wait wait for one that waits.
fn circle(uses: &[BTreeSet<usize>], waiting: &BTreeMap<usize, usize>) -> Vec<usize> {
    let mut path: Vec<usize> = Vec::new();
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let mut next = waiting.keys().next().copied();
    while let Some(current) = next {
        if let Some(start) = seen.get(&current) {
            let mut circle = path.split_off(*start);
            let first = circle.iter().enumerate().min_by_key(|(_, index)| **index);
            let shift = first.map_or(0, |(position, _)| position);
            circle.rotate_left(shift);
            return circle;
        }
        seen.insert(current, path.len());
        path.push(current);
        let used = uses.get(current).into_iter().flatten();
        next = used.copied().find(|used| waiting.contains_key(used));
    }
    path
}

fn explain(circle: &[usize], bindings: &[Binding<'_>]) -> Option<Diagnostic> {
    let named: Vec<&Word> = circle
        .iter()
        .filter_map(|index| bindings.get(*index))
        .map(|binding| binding.name)
        .collect();
    let first = *named.first()?;
    let mut chain: Vec<String> = named
        .iter()
        .take(MAX_SHOWN)
        .map(|name| format!("`{}`", name.text))
        .collect();
    if named.len() > MAX_SHOWN {
        chain.push("…".to_owned());
    }
    chain.push(format!("`{}`", first.text));
    let message = format!("`let`s go in a circle: {}", chain.join(" → "));
    let diagnostic = Diagnostic::error(Code::CYCLE, message).at(first.span, "stands for itself");
    let others = named.iter().skip(1).take(MAX_SHOWN);
    Some(others.fold(diagnostic, |diagnostic, name| {
        diagnostic.also(name.span, "by way of this")
    }))
}
