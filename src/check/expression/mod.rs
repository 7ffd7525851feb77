//! Expressions: names resolved, every part typed, and nothing left that could fail while a request waits.

use crate::diagnostic::Diagnostic;
use crate::facts::Register;
use crate::model::{self, LetId, Type};
use crate::source::Span;
use crate::syntax::ast;
use std::collections::BTreeMap;

/// What names an expression may use.
pub(crate) struct Scope<'a> {
    /// The facts of the policy.
    pub(crate) facts: &'a Register,
    /// The `let`s that are checked already.
    pub(crate) lets: &'a BTreeMap<String, LetBinding>,
    /// Whether `target.*` may be read.
    pub(crate) target: bool,
}

/// What uses of a `let` need to know.
#[derive(Clone, Debug)]
pub(crate) struct LetBinding {
    id: LetId,
    ty: Option<Type>,
}

impl LetBinding {
    /// A `let` whose value has an error: uses of it fail without a diagnostic of their own.
    pub(crate) fn broken(id: LetId) -> Self {
        LetBinding { id, ty: None }
    }

    /// Its index in the policy.
    pub(crate) fn id(&self) -> LetId {
        self.id
    }

    /// Its type; `None` where its value has an error.
    pub(crate) fn ty(&self) -> Option<&Type> {
        self.ty.as_ref()
    }
}

/// Types `expression` as `expected`; `None` where an error was pushed, or stands already for a broken `let` that it
/// uses. All errors found are pushed, not only the first.
pub(crate) fn check(
    expression: &ast::Expression,
    expected: Option<&Type>,
    scope: &Scope<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<model::Expression> {
    let _ = (
        expression,
        expected,
        scope.facts,
        scope.lets,
        scope.target,
        diagnostics,
    );
    None
}

/// Checks the value of a `let` of any type: the value, and what uses of the `let` need. The binding is broken where
/// there is no value.
pub(crate) fn check_let(
    id: LetId,
    value: &ast::Expression,
    scope: &Scope<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Option<model::Expression>, LetBinding) {
    (check(value, None, scope, diagnostics), LetBinding::broken(id))
}

/// The names that an expression mentions and where, in the order of the text; variables of macros left out.
pub(crate) fn names(expression: &ast::Expression) -> Vec<(&str, Span)> {
    let _ = expression;
    Vec::new()
}
