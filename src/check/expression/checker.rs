//! The pass over an expression: state, dispatch over its forms, and the ends of every error.

use super::bounds::Bounds;
use super::knowledge::Knowledge;
use super::scope::Scope;
use super::text::shown;
use super::typed::Typed;
use super::types::{a, unify};
use crate::cel::Literal;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{ExpressionKind as Kind, Type};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind};

/// A variable of a macro under way.
pub(super) struct Variable {
    pub(super) name: String,
    /// Type and bounds; `None` where the macro's range has an error.
    pub(super) value: Option<(Type, Bounds)>,
}

/// The state of the pass.
pub(super) struct Checker<'a> {
    pub(super) scope: &'a Scope<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Variables of the macros around, the innermost last.
    pub(super) variables: Vec<Variable>,
    /// What guards have made sure of here.
    pub(super) knowledge: Knowledge,
    /// How many times the macros around may come by here.
    pub(super) rounds: u64,
}

impl<'a> Checker<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Checker {
            scope,
            diagnostics,
            variables: Vec::new(),
            knowledge: Knowledge::default(),
            rounds: 1,
        }
    }

    /// Checks an expression; `None` where it has an error, which is pushed then.
    pub(super) fn expression(&mut self, expression: &Expression) -> Option<Typed> {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Literal(literal) => self.literal(literal, span),
            ExpressionKind::Identifier(name) => self.name(name, span),
            ExpressionKind::Select { operand, field } => self.select(expression, operand, field),
            ExpressionKind::Index { operand, index } => self.index(expression, operand, index),
            ExpressionKind::Call {
                receiver,
                function,
                arguments,
            } => self.call(expression, receiver.as_deref(), function, arguments),
            ExpressionKind::List(elements) => self.list(elements, span),
            ExpressionKind::Map(entries) => self.map(entries, span),
            ExpressionKind::Message { name, .. } => self.message(&name.text, span),
            ExpressionKind::Not(operand) => self.not(operand, span),
            ExpressionKind::Negate(operand) => self.negate(operand, span),
            ExpressionKind::And(operands) => self.and(operands, span),
            ExpressionKind::Or(operands) => self.or(operands, span),
            ExpressionKind::Binary {
                operator,
                operator_span,
                left,
                right,
            } => self.binary(expression, (*operator, *operator_span), left, right),
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => self.conditional(condition, then, otherwise, span),
        }
    }

    fn message<T>(&mut self, name: &str, span: Span) -> Option<T> {
        self.refuse(
            Diagnostic::error(
                Code::UNSUPPORTED_CEL,
                format!("conditions cannot make a `{name}`"),
            )
            .at(span, "a message is built here")
            .help("facts have plain types: compare strings, numbers, lists and maps"),
        )
    }

    fn literal(&mut self, literal: &Literal, span: Span) -> Option<Typed> {
        let ty = match literal {
            Literal::Null => {
                return self.refuse(
                    Diagnostic::error(Code::UNSUPPORTED_CEL, "nothing is ever `null` in a condition")
                        .at(span, "never equal to anything here")
                        .help("an absent fact has its default, else the empty value: compare with `\"\"`, `0` or `[]`")
                        .help("to ask whether a header or a metadata key is there, write `\"x-team\" in headers`"),
                );
            }
            Literal::Bool(_) => Type::Bool,
            Literal::Int(_) => Type::Int,
            Literal::Uint(_) => Type::Uint,
            Literal::Double(_) => Type::Double,
            Literal::String(_) => Type::String,
            Literal::Bytes(_) => Type::Bytes,
        };
        let bounds = Bounds::of_literal(literal);
        Some(Typed::new(Kind::Literal(literal.clone()), ty, span).with_bounds(bounds))
    }

    /// Pushes an error and gives up the part that it is about.
    pub(super) fn refuse<T>(&mut self, diagnostic: Diagnostic) -> Option<T> {
        self.diagnostics.push(diagnostic);
        None
    }

    /// Pushes a warning.
    pub(super) fn warn(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The part, where it is of the type.
    pub(super) fn expect(&mut self, typed: Typed, expected: &Type) -> Option<Typed> {
        if unify(typed.ty(), expected).is_some() {
            return Some(typed);
        }
        let mut diagnostic = Diagnostic::error(
            Code::TYPE_MISMATCH,
            format!("{} is wanted here, not {}", a(expected), a(typed.ty())),
        )
        .at(typed.span(), format!("this is {}", a(typed.ty())));
        if *expected == Type::Bool {
            diagnostic = diagnostic.help(match typed.ty() {
                Type::String => "compare it, as in `tier == \"gold\"`",
                Type::List(_) => "ask what is in it, as in `\"vip\" in tags`",
                Type::Map(..) => "ask for a key, as in `\"x-team\" in headers`",
                _ => "compare it, as in `tokens > 1000`",
            });
        }
        self.refuse(diagnostic)
    }

    /// Checks parts, all of them; `None` where one has an error.
    pub(super) fn all(&mut self, expressions: &[Expression]) -> Option<Vec<Typed>> {
        let checked: Vec<Option<Typed>> = expressions.iter().map(|part| self.expression(part)).collect();
        checked.into_iter().collect()
    }

    /// Checks a part under what else is known where it stands.
    pub(super) fn under(&mut self, known: &Knowledge, expression: &Expression) -> Option<Typed> {
        let around = self.knowledge.clone();
        self.knowledge.and(known);
        let typed = self.expression(expression);
        self.knowledge = around;
        typed
    }

    /// An expression that may fail, where it stands and why.
    pub(super) fn may_fail(&self, expression: &Expression, why: &str) -> Diagnostic {
        Diagnostic::error(
            Code::MAY_FAIL,
            format!("{} may fail while a request waits", shown(expression, "this")),
        )
        .at(expression.span, why)
    }
}
