//! The names in conditions: facts, `let`s and attributes as they stand, and strings by what they are compared with.

use super::blocks::Collector;
use super::mention::{Domain, Form, Mention, Space, What};
use crate::cel::{BinaryOperator, Literal};
use crate::model::{AttemptAttribute, Macro, TargetAttribute};
use crate::source::Span;
use crate::syntax::ast::{Expression, ExpressionKind, Word};
use std::collections::{BTreeMap, BTreeSet};

/// Most `let`s that are followed from one to the next.
const MAX_LETS: usize = 32;

/// The `let`s of a policy: the file that each stands in, and its value.
pub(super) type Lets<'e> = BTreeMap<&'e str, (usize, &'e Expression)>;

/// Reads the conditions of one file; what they say of strings elsewhere is `found`, too.
pub(super) struct Reader<'e, 'c, 't> {
    /// The file's own words.
    pub(super) own: &'c mut Collector<'t>,
    /// All `let`s.
    pub(super) lets: &'c Lets<'e>,
    /// Strings, of any file.
    pub(super) found: &'c mut BTreeSet<Mention>,
    /// Names of macros' variables, innermost last, with what they run over.
    bound: Vec<(&'e str, &'e Expression)>,
}

impl<'e, 'c, 't> Reader<'e, 'c, 't> {
    /// A reader of conditions of the collector's file.
    pub(super) fn new(
        own: &'c mut Collector<'t>,
        lets: &'c Lets<'e>,
        found: &'c mut BTreeSet<Mention>,
    ) -> Self {
        Reader {
            own,
            lets,
            found,
            bound: Vec::new(),
        }
    }

    /// Takes the words of an expression.
    pub(super) fn read(&mut self, expression: &'e Expression) {
        match &expression.kind {
            ExpressionKind::Literal(_) | ExpressionKind::Message { .. } => {}
            ExpressionKind::Identifier(name) => self.identifier(name, expression.span),
            ExpressionKind::Select { operand, field } => match attribute(operand, field) {
                Some(attribute) => self.own.push(expression.span, What::Attribute(attribute)),
                None => self.read(operand),
            },
            ExpressionKind::Call {
                receiver,
                function,
                arguments,
            } => self.call(expression, receiver.as_deref(), function, arguments),
            ExpressionKind::Binary {
                operator,
                left,
                right,
                ..
            } => {
                self.compared(*operator, left, right);
                self.read(left);
                self.read(right);
            }
            _ => parts(expression).into_iter().for_each(|part| self.read(part)),
        }
    }

    fn identifier(&mut self, name: &str, span: Span) {
        let name = name.trim_start_matches('.').trim();
        let is_word = self.bound.iter().any(|(bound, _)| *bound == name)
            || name == "target"
            || AttemptAttribute::ALL.iter().any(|known| known.name() == name);
        if is_word {
            return;
        }
        let end = span.range().end;
        let span = Span::new(span.file, end.saturating_sub(name.len()), end);
        let name = name.to_owned();
        self.own.push(
            span,
            What::Name {
                space: Space::Term,
                name,
                declares: false,
                form: Form::Identifier,
            },
        );
    }

    fn call(
        &mut self,
        whole: &'e Expression,
        receiver: Option<&'e Expression>,
        function: &'e Word,
        arguments: &'e [Expression],
    ) {
        self.own
            .push(function.span, What::Function(function.text.clone()));
        if let Some(receiver) = receiver {
            self.read(receiver);
        }
        match variable(whole) {
            Some((name, over)) => {
                self.bound.push((name, over));
                arguments.iter().skip(1).for_each(|argument| self.read(argument));
                self.bound.pop();
            }
            None => arguments.iter().for_each(|argument| self.read(argument)),
        }
    }

    /// What is compared with values of a domain is such a value.
    fn compared(&mut self, operator: BinaryOperator, left: &'e Expression, right: &'e Expression) {
        if !matches!(
            operator,
            BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::In
        ) {
            return;
        }
        for (known, other) in [(left, right), (right, left)] {
            if let Some(domain) = self.domain(known, MAX_LETS) {
                self.mark(other, self.own.file, &domain, MAX_LETS);
            }
        }
    }

    /// What the values of an expression are. `left` bounds how many names are followed.
    fn domain(&self, expression: &Expression, left: usize) -> Option<Domain> {
        let left = left.checked_sub(1)?;
        match &expression.kind {
            ExpressionKind::Identifier(name) => {
                let name = name.trim_start_matches('.').trim();
                if let Some((_, over)) = self.bound.iter().rev().find(|(bound, _)| *bound == name) {
                    return self.domain(over, left);
                }
                if name == AttemptAttribute::Fallbacks.name() {
                    return Some(Domain::Fallbacks);
                }
                match self.lets.get(name) {
                    Some((_, value)) => self.domain(value, left),
                    None => Some(Domain::Fact(name.to_owned())),
                }
            }
            ExpressionKind::Select { operand, field } => attribute(operand, field).map(Domain::Attribute),
            ExpressionKind::Index { operand, .. } => match operand.kind {
                ExpressionKind::Identifier(_) => self
                    .domain(operand, left)
                    .filter(|domain| *domain == Domain::Fallbacks),
                _ => None,
            },
            ExpressionKind::Call {
                receiver: Some(receiver),
                function,
                ..
            } if function.text == Macro::Filter.name() => self.domain(receiver, left),
            ExpressionKind::Conditional { then, otherwise, .. } => {
                self.domain(then, left).or_else(|| self.domain(otherwise, left))
            }
            _ => None,
        }
    }

    /// Notes that the strings of an expression in a file are values of a domain.
    fn mark(&mut self, expression: &Expression, file: usize, domain: &Domain, left: usize) {
        let Some(left) = left.checked_sub(1) else { return };
        match &expression.kind {
            ExpressionKind::Literal(Literal::String(text)) => {
                let span = expression.span.range();
                self.found.insert(Mention {
                    file,
                    span: (span.start, span.end),
                    what: string(domain, text),
                });
            }
            ExpressionKind::List(parts) => {
                for part in parts {
                    self.mark(part, file, domain, left);
                }
            }
            ExpressionKind::Conditional { then, otherwise, .. } => {
                self.mark(then, file, domain, left);
                self.mark(otherwise, file, domain, left);
            }
            ExpressionKind::Identifier(name) => {
                let bound = self.bound.iter().rev().find(|(bound, _)| bound == name);
                let elsewhere = match bound {
                    Some((_, over)) => Some((file, *over)),
                    None => self.lets.get(name.as_str()).copied(),
                };
                if let Some((file, value)) = elsewhere {
                    self.mark(value, file, domain, left);
                }
            }
            _ => {}
        }
    }
}

/// A string that is a value of a domain.
fn string(domain: &Domain, text: &str) -> What {
    match domain.space() {
        // The empty text is what facts are that name nothing.
        Some(space) if !text.is_empty() => What::Name {
            space,
            name: text.to_owned(),
            declares: false,
            form: Form::Quoted,
        },
        _ => What::Value(domain.clone(), text.to_owned()),
    }
}

/// The attribute of targets that a selection is.
fn attribute(operand: &Expression, field: &Word) -> Option<TargetAttribute> {
    let path = match &operand.kind {
        ExpressionKind::Identifier(name) if name == "target" => field.text.clone(),
        ExpressionKind::Select {
            operand,
            field: outer,
        } => match &operand.kind {
            ExpressionKind::Identifier(name) if name == "target" => format!("{}.{}", outer.text, field.text),
            _ => return None,
        },
        _ => return None,
    };
    TargetAttribute::ALL
        .into_iter()
        .find(|attribute| attribute.path() == path)
}

/// The variable that a call binds in its further arguments, where it is a macro, and what it runs over.
fn variable(expression: &Expression) -> Option<(&str, &Expression)> {
    let ExpressionKind::Call {
        receiver: Some(receiver),
        function,
        arguments,
    } = &expression.kind
    else {
        return None;
    };
    Macro::ALL
        .into_iter()
        .find(|known| known.name() == function.text)?;
    match (&arguments.first()?.kind, arguments.len()) {
        (ExpressionKind::Identifier(name), 2 | 3) => Some((name, receiver)),
        _ => None,
    }
}

/// The parts of an expression that is neither a name nor a call nor a comparison.
fn parts(expression: &Expression) -> Vec<&Expression> {
    match &expression.kind {
        ExpressionKind::Index { operand, index } => vec![operand, index],
        ExpressionKind::List(parts) | ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
            parts.iter().collect()
        }
        ExpressionKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        ExpressionKind::Not(operand) | ExpressionKind::Negate(operand) => vec![operand],
        ExpressionKind::Conditional {
            condition,
            then,
            otherwise,
        } => vec![condition, then, otherwise],
        _ => Vec::new(),
    }
}
