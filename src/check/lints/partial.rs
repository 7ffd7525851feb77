//! Conditions evaluated as far as they can be without a request: literals, what is known of a target, and what follows
//! from both.

use crate::cel::{BinaryOperator, Literal};
use crate::facts::Definition;
use crate::model::{Expression, ExpressionKind, Function, Macro, Model, Policy, TargetAttribute};

/// A value that is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Known {
    /// Truth.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Double(f64),
    /// Text.
    String(String),
    /// A list of known values.
    List(Vec<Known>),
}

/// What is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partial<'a> {
    policy: &'a Policy,
    target: Option<&'a Model>,
    lets: &'a [Option<Known>],
}

impl<'a> Partial<'a> {
    /// Nothing but the ranges and values of facts.
    pub(super) fn new(policy: &'a Policy) -> Self {
        Partial {
            policy,
            target: None,
            lets: &[],
        }
    }

    /// The truth of a condition, where it is known.
    pub(super) fn truth(&self, condition: &Expression) -> Option<bool> {
        match self.evaluate(condition)? {
            Known::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The value of an expression, where it is known.
    pub(super) fn evaluate(&self, expression: &Expression) -> Option<Known> {
        self.evaluate_with(expression, &mut Vec::new())
    }

    fn evaluate_with(&self, expression: &Expression, variables: &mut Vec<(String, Known)>) -> Option<Known> {
        match &expression.kind {
            ExpressionKind::Literal(literal) => literal_value(literal),
            ExpressionKind::Let(id) => self.lets.get(id.0 as usize)?.clone(),
            ExpressionKind::Target(attribute) => self.attribute(*attribute),
            ExpressionKind::Variable(name) => {
                let found = variables.iter().rev().find(|(other, _)| other == name);
                found.map(|(_, value)| value.clone())
            }
            ExpressionKind::Not(operand) => match self.evaluate_with(operand, variables)? {
                Known::Bool(truth) => Some(Known::Bool(!truth)),
                _ => None,
            },
            ExpressionKind::And(parts) => self.chain(parts, false, variables),
            ExpressionKind::Or(parts) => self.chain(parts, true, variables),
            ExpressionKind::List(items) => {
                let items = items.iter().map(|item| self.evaluate_with(item, variables));
                items.collect::<Option<_>>().map(Known::List)
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => {
                if let Some(truth) = self.by_range(*operator, left, right) {
                    return Some(Known::Bool(truth));
                }
                let left = self.evaluate_with(left, variables)?;
                let right = self.evaluate_with(right, variables)?;
                relation(*operator, &left, &right).map(Known::Bool)
            }
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => match self.evaluate_with(condition, variables)? {
                Known::Bool(true) => self.evaluate_with(then, variables),
                Known::Bool(false) => self.evaluate_with(otherwise, variables),
                _ => None,
            },
            ExpressionKind::Call { function, arguments } => {
                let arguments: Option<Vec<Known>> = arguments
                    .iter()
                    .map(|argument| self.evaluate_with(argument, variables))
                    .collect();
                call(*function, &arguments?)
            }
            ExpressionKind::Comprehension {
                kind,
                range,
                variable,
                steps,
            } => self.comprehension(*kind, range, variable, steps, variables),
            _ => None,
        }
    }

    /// `&&` (decided by `false`) or `||` (decided by `true`).
    fn chain(
        &self,
        parts: &[Expression],
        decides: bool,
        variables: &mut Vec<(String, Known)>,
    ) -> Option<Known> {
        let mut all_known = true;
        for part in parts {
            match self.evaluate_with(part, variables) {
                Some(Known::Bool(truth)) if truth == decides => return Some(Known::Bool(decides)),
                Some(_) => {}
                None => all_known = false,
            }
        }
        all_known.then_some(Known::Bool(!decides))
    }

    fn attribute(&self, attribute: TargetAttribute) -> Option<Known> {
        let model = self.target?;
        let provider = self.policy.provider(model.provider)?;
        let string = |text: &str| Some(Known::String(text.to_owned()));
        match attribute {
            TargetAttribute::Model => string(&model.name),
            TargetAttribute::Name => string(&model.upstream_name),
            TargetAttribute::Provider => string(&provider.name),
            TargetAttribute::Protocol => string(provider.protocol.name()),
            TargetAttribute::Region => string(model.region.as_ref()?),
            TargetAttribute::Tags => Some(Known::List(
                model.tags.iter().cloned().map(Known::String).collect(),
            )),
            TargetAttribute::Can => {
                let can = model.can.as_ref()?.iter();
                Some(Known::List(
                    can.map(|word| Known::String(word.name().to_owned())).collect(),
                ))
            }
            TargetAttribute::Context => i64::try_from(model.context?).ok().map(Known::Int),
            TargetAttribute::PriceInput => Some(Known::Double(model.price?.input.dollars_per_million())),
            TargetAttribute::PriceOutput => Some(Known::Double(model.price?.output.dollars_per_million())),
        }
    }

    fn comprehension(
        &self,
        kind: Macro,
        range: &Expression,
        variable: &str,
        steps: &[Expression],
        variables: &mut Vec<(String, Known)>,
    ) -> Option<Known> {
        let Known::List(items) = self.evaluate_with(range, variables)? else {
            return None;
        };
        let ([step], Macro::All | Macro::Exists) = (steps, kind) else {
            return None;
        };
        let decides = kind == Macro::Exists;
        for item in items {
            variables.push((variable.to_owned(), item));
            let truth = self.evaluate_with(step, variables);
            variables.pop();
            match truth? {
                Known::Bool(truth) if truth == decides => return Some(Known::Bool(decides)),
                Known::Bool(_) => {}
                _ => return None,
            }
        }
        Some(Known::Bool(!decides))
    }

    /// The truth of a relation between a fact and literals that the fact's range or listed values decide.
    fn by_range(&self, operator: BinaryOperator, left: &Expression, right: &Expression) -> Option<bool> {
        if let ExpressionKind::Fact(id) = left.kind {
            return decided(operator, self.policy.facts.get(id)?, right);
        }
        let ExpressionKind::Fact(id) = right.kind else {
            return None;
        };
        decided(mirrored(operator)?, self.policy.facts.get(id)?, left)
    }
}

fn decided(operator: BinaryOperator, fact: &Definition, other: &Expression) -> Option<bool> {
    use BinaryOperator as Op;
    if let (Op::In, ExpressionKind::List(items), Some(allowed)) = (operator, &other.kind, &fact.one_of) {
        let listed = |value: &String| {
            let literal = ExpressionKind::Literal(Literal::String(value.clone()));
            items.iter().any(|item| item.kind == literal)
        };
        return allowed.iter().all(listed).then_some(true);
    }
    let ExpressionKind::Literal(Literal::Int(number)) = other.kind else {
        return None;
    };
    let (least, most) = (*fact.range.start(), *fact.range.end());
    let (always, never) = match operator {
        Op::Less => (most < number, least >= number),
        Op::LessOrEqual => (most <= number, least > number),
        Op::Greater => (least > number, most <= number),
        Op::GreaterOrEqual => (least >= number, most < number),
        Op::Equal => (least == number && most == number, number < least || number > most),
        Op::NotEqual => (number < least || number > most, least == number && most == number),
        _ => return None,
    };
    (always || never).then_some(always)
}

/// The operator that says the same with its operands exchanged.
fn mirrored(operator: BinaryOperator) -> Option<BinaryOperator> {
    use BinaryOperator as Op;
    Some(match operator {
        Op::Less => Op::Greater,
        Op::LessOrEqual => Op::GreaterOrEqual,
        Op::Greater => Op::Less,
        Op::GreaterOrEqual => Op::LessOrEqual,
        Op::Equal | Op::NotEqual => operator,
        _ => return None,
    })
}

fn literal_value(literal: &Literal) -> Option<Known> {
    match literal {
        Literal::Bool(truth) => Some(Known::Bool(*truth)),
        Literal::Int(number) => Some(Known::Int(*number)),
        Literal::Double(number) => Some(Known::Double(*number)),
        Literal::String(text) => Some(Known::String(text.clone())),
        Literal::Null | Literal::Uint(_) | Literal::Bytes(_) => None,
    }
}

fn relation(operator: BinaryOperator, left: &Known, right: &Known) -> Option<bool> {
    use BinaryOperator as Op;
    use std::cmp::Ordering;
    if operator == Op::In {
        let Known::List(items) = right else { return None };
        return Some(items.contains(left));
    }
    let order = match (left, right) {
        (Known::Int(left), Known::Int(right)) => left.cmp(right),
        (Known::Double(left), Known::Double(right)) => left.partial_cmp(right)?,
        (Known::String(left), Known::String(right)) => left.cmp(right),
        (Known::Bool(left), Known::Bool(right)) => left.cmp(right),
        (Known::List(left), Known::List(right)) => match operator {
            Op::Equal => return Some(left == right),
            Op::NotEqual => return Some(left != right),
            _ => return None,
        },
        _ => return None,
    };
    Some(match operator {
        Op::Equal => order == Ordering::Equal,
        Op::NotEqual => order != Ordering::Equal,
        Op::Less => order == Ordering::Less,
        Op::LessOrEqual => order != Ordering::Greater,
        Op::Greater => order == Ordering::Greater,
        Op::GreaterOrEqual => order != Ordering::Less,
        _ => return None,
    })
}

fn call(function: Function, arguments: &[Known]) -> Option<Known> {
    match (function, arguments) {
        (Function::Size, [Known::List(items)]) => i64::try_from(items.len()).ok().map(Known::Int),
        (Function::Size, [Known::String(text)]) => i64::try_from(text.chars().count()).ok().map(Known::Int),
        (Function::Contains, [Known::String(text), Known::String(part)]) => {
            Some(Known::Bool(text.contains(part.as_str())))
        }
        (Function::StartsWith, [Known::String(text), Known::String(part)]) => {
            Some(Known::Bool(text.starts_with(part.as_str())))
        }
        (Function::EndsWith, [Known::String(text), Known::String(part)]) => {
            Some(Known::Bool(text.ends_with(part.as_str())))
        }
        _ => None,
    }
}
