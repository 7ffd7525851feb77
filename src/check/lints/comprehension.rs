//! The macros over lists and maps as they are written: `range.exists(x, step)`.

use crate::model::Macro;
use crate::syntax::ast::{Expression, ExpressionKind};

/// A macro with one variable and one step.
pub(super) struct Comprehension<'a> {
    /// Which macro.
    pub(super) kind: Macro,
    /// What it goes through.
    pub(super) range: &'a Expression,
    /// The name of each element.
    pub(super) variable: &'a str,
    /// What is asked or made of each element; the last step where there are two.
    pub(super) step: &'a Expression,
}

impl<'a> Comprehension<'a> {
    /// The macro that an expression is, if it is one.
    pub(super) fn of(expression: &'a Expression) -> Option<Self> {
        let ExpressionKind::Call {
            receiver: Some(range),
            function,
            arguments,
        } = &expression.kind
        else {
            return None;
        };
        let kind = Macro::ALL.into_iter().find(|kind| kind.name() == function.text)?;
        let (variable, steps) = arguments.split_first()?;
        let ExpressionKind::Identifier(variable) = &variable.kind else {
            return None;
        };
        Some(Comprehension {
            kind,
            range,
            variable,
            step: steps.last()?,
        })
    }
}

/// Whether an expression mentions a name, in whatever meaning.
pub(super) fn mentions(expression: &Expression, name: &str) -> bool {
    let mut found = false;
    expression.walk(&mut |part| {
        found |= matches!(&part.kind, ExpressionKind::Identifier(other) if other.trim_start_matches('.') == name);
    });
    found
}
