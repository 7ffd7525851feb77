//! Whether formulas hold of a request that is at hand.

use super::super::atom::{Atom, NumberSubject, TextSubject};
use super::super::encode::Encoder;
use super::super::formula::{Formula, Formulas, Node};
use super::super::text::outcome;
use crate::cel::{BinaryOperator, Literal};
use crate::facts::{Builtin, FactId, Facts, Value};
use crate::model::{Expression, ExpressionKind, Function, Type};
use crate::source::{FileId, SourceMap, Span};
use crate::tree::Tree;
use std::collections::HashMap;

/// A request of the joint policy, and what is known to hold of it.
pub(super) struct Held<'h> {
    tree: &'h Tree,
    facts: &'h Facts,
    known: HashMap<Formula, bool>,
}

impl<'h> Held<'h> {
    /// A request of which nothing is known yet; `facts` has the facts of both sides.
    pub(super) fn new(tree: &'h Tree, facts: &'h Facts) -> Self {
        Held {
            tree,
            facts,
            known: HashMap::new(),
        }
    }

    /// Whether a formula holds of the request.
    pub(super) fn holds(&mut self, formula: Formula, formulas: &Formulas, encoder: &Encoder<'_>) -> bool {
        if let Some(known) = self.known.get(&formula) {
            return *known;
        }
        let holds = stacker::maybe_grow(64 << 10, 1 << 20, || match formulas.node(formula) {
            Node::Constant(truth) => *truth,
            Node::Not(operand) => !self.holds(*operand, formulas, encoder),
            Node::And(parts) => parts.iter().all(|part| self.holds(*part, formulas, encoder)),
            Node::Or(parts) => parts.iter().any(|part| self.holds(*part, formulas, encoder)),
            Node::Atom(id) => formulas.atom_of(*id).is_some_and(|atom| self.atom(atom, encoder)),
        });
        self.known.insert(formula, holds);
        holds
    }

    fn atom(&self, atom: &Atom, encoder: &Encoder<'_>) -> bool {
        match atom {
            Atom::Flag(fact) => self.facts.boolean(*fact),
            Atom::Text(subject, test) => outcome(test, self.text(subject)),
            Atom::SameText(left, right) => self.text(left) == self.text(right),
            Atom::HasKey(fact, key) => self.facts.entry(*fact, key).is_some(),
            Atom::AtMost(NumberSubject::Field(function, zone), bound) => {
                self.field_at_most(*function, zone.as_deref(), *bound)
            }
            Atom::AtMost(subject, bound) => self.number(subject) <= *bound,
            Atom::SumAtMost(terms, bound) => {
                let sum: i128 = terms
                    .iter()
                    .map(|(subject, times)| i128::from(self.number(subject)) * i128::from(*times))
                    .sum();
                sum <= i128::from(*bound)
            }
            Atom::List(fact, test) => test.holds(self.facts.list(*fact)),
            Atom::Demand(demand) => self.facts.demands().contains(*demand),
            Atom::Opaque(text) => encoder
                .unseen(text)
                .filter(|unseen| unseen.complete)
                .and_then(|unseen| self.tree.interpret(&unseen.part, self.facts, unseen.target).ok())
                .unwrap_or(false),
        }
    }

    fn text(&self, subject: &TextSubject) -> &str {
        match subject {
            TextSubject::Fact(fact) => self.facts.string(*fact),
            TextSubject::Entry(fact, key) => self.facts.entry(*fact, key).unwrap_or_default(),
        }
    }

    fn number(&self, subject: &NumberSubject) -> i64 {
        let count = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
        match subject {
            NumberSubject::Fact(fact) => self.facts.int(*fact),
            NumberSubject::Instant => {
                let now = self.facts.timestamp(Builtin::Now.into());
                now.seconds() * 1000 + i64::from(now.nanoseconds() / 1_000_000)
            }
            NumberSubject::TextSize(text) => count(self.text(text).chars().count()),
            NumberSubject::ListSize(fact) => count(self.facts.list(*fact).len()),
            NumberSubject::MapSize(fact) => match self.facts.get(*fact) {
                Some(Value::StringMap(entries)) => count(entries.len()),
                _ => 0,
            },
            // Fields stand in no sums.
            NumberSubject::Field(..) => 0,
        }
    }

    /// Whether a field of the moment is at most this, as the interpreter has it.
    fn field_at_most(&self, function: Function, zone: Option<&str>, bound: i64) -> bool {
        let span = nowhere();
        let part = |kind, ty| Expression { kind, ty, span };
        let mut arguments = vec![part(
            ExpressionKind::Fact(FactId::from(Builtin::Now)),
            Type::Timestamp,
        )];
        if let Some(zone) = zone {
            let zone = Literal::String(zone.to_owned());
            arguments.push(part(ExpressionKind::Literal(zone), Type::String));
        }
        let field = part(ExpressionKind::Call { function, arguments }, Type::Int);
        let bound = part(ExpressionKind::Literal(Literal::Int(bound)), Type::Int);
        let relation = ExpressionKind::Binary {
            operator: BinaryOperator::LessOrEqual,
            left: Box::new(field),
            right: Box::new(bound),
        };
        let condition = part(relation, Type::Bool);
        self.tree.interpret(&condition, self.facts, None).unwrap_or(false)
    }
}

/// A place in no text.
fn nowhere() -> Span {
    let file: FileId = SourceMap::new().add("", "");
    Span::new(file, 0, 0)
}
