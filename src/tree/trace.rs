//! How a condition came to its outcome: its comparisons, what each read and what came of it.

use super::cel_text::for_people;
use super::lower::{Lets, Lowering};
use super::predicate::Scope;
use super::subject::Subject;
use super::target::TargetView;
use crate::cel::{BinaryOperator, Literal, quote};
use crate::facts::{Facts, Value};
use crate::model::{AttemptAttribute, Expression, ExpressionKind, Policy, TargetAttribute, Type};
use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt;

/// A condition's outcome and the comparisons that led to it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConditionTrace {
    /// Whether the condition holds.
    pub outcome: bool,
    /// Its comparisons (what stands between `&&`, `||`, `!` and `?:`; `let`s of truth are looked into), in the order
    /// in which they are read.
    pub parts: Vec<PartTrace>,
}

/// One comparison of a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct PartTrace {
    /// Where it stands.
    pub span: Span,
    /// The comparison in canonical CEL.
    pub text: String,
    /// What came of it; `None` where the outcome was settled before it was looked at.
    pub outcome: Option<bool>,
    /// What it reads, by the name it has in CEL (`tier`, `headers["x-team"]`, `target.region`), each once; empty where
    /// it was not looked at, or is known without the prompt. A map's key that is absent is left out.
    pub values: Vec<(String, Observed)>,
}

/// A value that a comparison read.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// A fact, a map's entry, or an attribute of the target or the attempt.
    Value(Value),
    /// A price of the target, USD per million tokens.
    Double(f64),
}

impl fmt::Display for Observed {
    /// The value as a CEL literal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Observed::Value(value) => value.fmt(f),
            Observed::Double(number) => write!(f, "{number:?}"),
        }
    }
}

/// Goes through a condition as it is read, and evaluates its comparisons one by one.
pub(super) struct Tracer<'a> {
    policy: &'a Policy,
    lowering: Lowering<'a>,
    facts: &'a Facts,
    subject: Subject<'a>,
    parts: Vec<PartTrace>,
}

impl<'a> Tracer<'a> {
    /// A tracer of one policy's conditions over these facts.
    pub(super) fn new(policy: &'a Policy, lets: Lets, facts: &'a Facts, subject: Subject<'a>) -> Self {
        Tracer {
            policy,
            lowering: Lowering::with_lets(policy, lets),
            facts,
            subject,
            parts: Vec::new(),
        }
    }

    /// Adds a condition's comparisons; nothing of it is looked at where the outcome is settled.
    pub(super) fn add(&mut self, condition: &'a Expression, settled: bool) -> Option<bool> {
        self.visit(condition, !settled)
    }

    /// The comparisons added.
    pub(super) fn into_parts(self) -> Vec<PartTrace> {
        self.parts
    }

    /// The outcome of a condition; `None` where it was not to be looked at.
    fn visit(&mut self, condition: &'a Expression, looked_at: bool) -> Option<bool> {
        match &condition.kind {
            ExpressionKind::Not(operand) => self.visit(operand, looked_at).map(|outcome| !outcome),
            ExpressionKind::And(operands) => self.visit_until(operands, false, looked_at),
            ExpressionKind::Or(operands) => self.visit_until(operands, true, looked_at),
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                let decides = self.visit(condition, looked_at);
                let then = self.visit(then, decides == Some(true));
                let otherwise = self.visit(otherwise, decides == Some(false));
                then.or(otherwise)
            }
            ExpressionKind::Let(id) => match self.policy.binding(*id) {
                Some(binding) => self.visit(&binding.value, looked_at),
                None => None,
            },
            _ => self.part(condition, looked_at),
        }
    }

    /// A chain of operands that ends with the first whose outcome is `last`.
    fn visit_until(&mut self, operands: &'a [Expression], last: bool, looked_at: bool) -> Option<bool> {
        let mut settled = !looked_at;
        for operand in operands {
            if self.visit(operand, !settled) == Some(last) {
                settled = true;
            }
        }
        looked_at.then_some(if settled { last } else { !last })
    }

    fn part(&mut self, part: &'a Expression, looked_at: bool) -> Option<bool> {
        let outcome = looked_at.then(|| {
            let predicate = self.lowering.condition(part);
            Scope::new(self.facts, self.subject).decide(&predicate, false)
        });
        let is_known = self.lowering.known_of_prompt(part, self.facts);
        let values = if looked_at && !is_known {
            self.values(part)
        } else {
            Vec::new()
        };
        self.parts.push(PartTrace {
            span: part.span,
            text: for_people(part, self.policy),
            outcome,
            values,
        });
        outcome
    }

    /// What an expression reads, in the order of its text, each once.
    fn values(&self, expression: &Expression) -> Vec<(String, Observed)> {
        let mut values: Vec<(String, Observed)> = Vec::new();
        let mut lets = BTreeSet::new();
        let mut open = vec![expression];
        while let Some(expression) = open.pop() {
            if let ExpressionKind::Let(id) = &expression.kind {
                let value = self.policy.binding(*id).map(|binding| &binding.value);
                open.extend(value.filter(|_| lets.insert(*id)));
                continue;
            }
            match self.value(expression) {
                Read::Value(name, value) if values.iter().all(|(known, _)| *known != name) => {
                    values.push((name, value));
                }
                Read::Value(..) | Read::Absent => {}
                Read::Parts => open.extend(expression.children().into_iter().rev()),
            }
        }
        values
    }

    fn value(&self, expression: &Expression) -> Read {
        let (map, key) = match &expression.kind {
            ExpressionKind::Fact(fact) => {
                let name = self
                    .policy
                    .facts
                    .get(*fact)
                    .map(|definition| definition.name.clone());
                return match (name, self.facts.get(*fact)) {
                    (Some(name), Some(value)) => Read::Value(name, Observed::Value(value.clone())),
                    _ => Read::Absent,
                };
            }
            ExpressionKind::Target(attribute) => {
                let name = format!("target.{}", attribute.path());
                return match self.subject.target {
                    Some(target) => Read::Value(name, attribute_value(target, *attribute)),
                    None => Read::Absent,
                };
            }
            ExpressionKind::Attempt(attribute) => {
                let value = match attribute {
                    AttemptAttribute::Position => Value::Int(self.subject.position),
                    AttemptAttribute::Fallbacks => Value::StringList(self.subject.fallbacks.to_vec()),
                };
                return Read::Value(attribute.name().to_owned(), Observed::Value(value));
            }
            ExpressionKind::Has { map, key } => (map, key.as_str()),
            ExpressionKind::Entry { map, key: index }
            | ExpressionKind::Binary {
                operator: BinaryOperator::In,
                left: index,
                right: map,
            } => match &index.kind {
                ExpressionKind::Literal(Literal::String(key)) => (map, key.as_str()),
                _ => return Read::Parts,
            },
            _ => return Read::Parts,
        };
        match &map.kind {
            ExpressionKind::Fact(fact) if matches!(map.ty, Type::Map(..)) => {
                match self.facts.entry(*fact, key) {
                    Some(value) => {
                        let name = format!("{}[{}]", for_people(map, self.policy), quote(key));
                        Read::Value(name, Observed::Value(Value::String(value.to_owned())))
                    }
                    None => Read::Absent,
                }
            }
            _ => Read::Parts,
        }
    }
}

/// What an expression itself reads.
enum Read {
    /// One value, by its name.
    Value(String, Observed),
    /// A key that is not there.
    Absent,
    /// Nothing but what its parts read.
    Parts,
}

fn attribute_value(target: &TargetView, attribute: TargetAttribute) -> Observed {
    Observed::Value(match attribute {
        TargetAttribute::Tags | TargetAttribute::Can => Value::StringList(target.list(attribute).to_vec()),
        TargetAttribute::Context => Value::Int(target.context()),
        TargetAttribute::PriceInput | TargetAttribute::PriceOutput => {
            return Observed::Double(target.price(attribute));
        }
        _ => Value::String(target.text(attribute).to_owned()),
    })
}
