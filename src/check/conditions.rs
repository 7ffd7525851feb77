//! The conditions of rules: what names they may use, and the bounds on what their `let`s expand to.

use super::expansion::{Expansion, MAX_DEPTH, MAX_NODES};
use super::expression::{self, LetBinding, Scope, Subject};
use super::fact::Term;
use super::names::Names;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Register;
use crate::model::{Expression, LetId, Type};
use crate::syntax::ast;
use std::collections::BTreeMap;

/// What conditions are checked against.
#[derive(Debug)]
pub(super) struct Conditions<'a> {
    /// All facts.
    pub(super) facts: &'a Register,
    /// The names of facts and `let`s.
    pub(super) terms: &'a mut Names<Term>,
    lets: BTreeMap<String, LetBinding>,
    sizes: Vec<Expansion>,
    all_files: bool,
}

impl<'a> Conditions<'a> {
    /// Conditions over facts alone. Names of `broken` facts are known to be wrong already; without `all_files` other
    /// names may be declared that are not here.
    pub(super) fn new(
        facts: &'a Register,
        terms: &'a mut Names<Term>,
        broken: impl IntoIterator<Item = String>,
        all_files: bool,
    ) -> Self {
        let lets = broken
            .into_iter()
            .map(|name| (name, LetBinding::broken(LetId(u32::MAX))))
            .collect();
        Conditions {
            facts,
            terms,
            lets,
            sizes: Vec::new(),
            all_files,
        }
    }

    /// A condition over what its place speaks of. `None` where an error is reported.
    pub(super) fn check(
        &mut self,
        condition: &ast::Expression,
        subject: Subject,
        report: &mut Report,
    ) -> Option<Expression> {
        self.mark(condition);
        let mut found = Vec::new();
        let checked = expression::check(condition, Some(&Type::Bool), &self.scope(subject), &mut found);
        self.publish(found, report);
        checked.filter(|checked| self.bounded(checked, report).is_some())
    }

    /// The value of a `let`, which gets the next id; later conditions may name it.
    pub(super) fn check_let(
        &mut self,
        name: &str,
        id: LetId,
        value: &ast::Expression,
        report: &mut Report,
    ) -> Option<Expression> {
        self.mark(value);
        let mut found = Vec::new();
        let (checked, binding) = expression::check_let(id, value, &self.scope(Subject::Request), &mut found);
        self.publish(found, report);
        let size = checked.as_ref().and_then(|checked| self.bounded(checked, report));
        self.sizes.push(size.unwrap_or_default());
        match size {
            Some(_) => self.lets.insert(name.to_owned(), binding),
            None => self.lets.insert(name.to_owned(), LetBinding::broken(id)),
        };
        checked.filter(|_| size.is_some())
    }

    /// A `let` that cannot be checked, since it stands in a circle.
    pub(super) fn break_let(&mut self, name: &str, id: LetId) {
        self.sizes.push(Expansion::default());
        self.lets.insert(name.to_owned(), LetBinding::broken(id));
    }

    fn publish(&self, mut found: Vec<Diagnostic>, report: &mut Report) {
        found.retain(|diagnostic| self.all_files || diagnostic.code() != Code::UNKNOWN_NAME);
        report.extend(found);
    }

    fn scope(&self, subject: Subject) -> Scope<'_> {
        Scope {
            facts: self.facts,
            lets: &self.lets,
            subject,
        }
    }

    /// Counts the names in an expression as used, also where it has errors.
    fn mark(&mut self, expression: &ast::Expression) {
        for (name, _) in expression::names(expression) {
            self.terms.mark(name);
        }
    }

    fn bounded(&self, expression: &Expression, report: &mut Report) -> Option<Expansion> {
        let size = Expansion::of(expression, &self.sizes);
        if size.fits() {
            return Some(size);
        }
        let message = format!(
            "with its `let`s in their place this has {} parts, nested {} deep; the bounds are {MAX_NODES} and \
             {MAX_DEPTH}",
            size.nodes, size.depth
        );
        report.push(
            Diagnostic::error(Code::TOO_LARGE, message)
                .at(expression.span, "")
                .help("name fewer `let`s in one another"),
        );
        None
    }
}
