//! Expressions: names resolved, every part typed, and nothing left that could fail while a request waits.
//!
//! One pass goes down the syntax tree and comes back with typed parts. With each part comes what its value can be
//! (`bounds`) and, for a condition, what holds where it is true and where it is false (`knowledge`): so that in
//! `x != 0 && 10 / x > 1` the division is seen to be safe.

mod access;
mod arithmetic;
mod bounds;
mod call;
mod checker;
mod collection;
mod comparison;
mod conversion;
mod interval;
mod knowledge;
mod logic;
mod lookup;
mod macros;
mod membership;
mod names;
mod scope;
mod text;
mod time;
mod typed;
mod types;

pub(crate) use names::names;
pub(crate) use scope::{LetBinding, Scope, Subject};

use crate::diagnostic::Diagnostic;
use crate::model::{self, LetId, Type};
use crate::syntax::ast;
use checker::Checker;
use scope::LetValue;

/// Types `expression` as `expected`; `None` where an error was pushed, or stands already for a broken `let` that it
/// uses. All errors found are pushed, not only the first.
pub(crate) fn check(
    expression: &ast::Expression,
    expected: Option<&Type>,
    scope: &Scope<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<model::Expression> {
    let mut checker = Checker::new(scope, diagnostics);
    let typed = checker.expression(expression)?;
    match expected {
        Some(expected) => checker.expect(typed, expected).map(|typed| *typed.expression),
        None => Some(*typed.expression),
    }
}

/// Checks the value of a `let` of any type: the value, and what uses of the `let` need. The binding is broken where
/// there is no value.
pub(crate) fn check_let(
    id: LetId,
    value: &ast::Expression,
    scope: &Scope<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Option<model::Expression>, LetBinding) {
    match Checker::new(scope, diagnostics).expression(value) {
        Some(typed) => {
            let known = LetValue {
                ty: typed.expression.ty.clone(),
                bounds: typed.bounds,
                yes: typed.yes,
                no: typed.no,
            };
            (Some(*typed.expression), LetBinding::new(id, known))
        }
        None => (None, LetBinding::broken(id)),
    }
}

#[cfg(test)]
mod tests;
