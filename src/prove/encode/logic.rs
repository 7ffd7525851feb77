//! Truths: connectives, relations, and what each form of expression stands for.

use super::super::atom::{Atom, NumberSubject, TextSubject};
use super::super::formula::{Formula, Formulas};
use super::value::{Cases, Opaque, Sum, Value, bounded};
use super::{Encoding, number};
use crate::cel::{BinaryOperator, Literal};
use crate::facts::{self, FactId};
use crate::model::{AttemptAttribute, Expression, ExpressionKind, LetId, TargetAttribute, Type};

impl Encoding<'_, '_> {
    /// The formula of a condition; parts that are not looked into are opaque atoms in it.
    pub(super) fn truth(&mut self, expression: &Expression) -> Formula {
        match &expression.kind {
            ExpressionKind::Not(operand) => {
                let operand = self.truth(operand);
                self.formulas.not(operand)
            }
            ExpressionKind::And(parts) => {
                let parts: Vec<Formula> = parts.iter().map(|part| self.truth(part)).collect();
                self.formulas.and(parts)
            }
            ExpressionKind::Or(parts) => {
                let parts: Vec<Formula> = parts.iter().map(|part| self.truth(part)).collect();
                self.formulas.or(parts)
            }
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                let (condition, then) = (self.truth(condition), self.truth(then));
                let otherwise = self.truth(otherwise);
                self.formulas.choose(condition, then, otherwise)
            }
            ExpressionKind::Let(id) => self.named_truth(*id, expression),
            _ => {
                let encoded = self.relation(expression);
                self.opaque_unless(encoded, expression)
            }
        }
    }

    fn named_truth(&mut self, id: LetId, expression: &Expression) -> Formula {
        if let Some(Some(known)) = self.encoder.lets.get(id.0 as usize) {
            return *known;
        }
        let Some(binding) = self.encoder.policy.binding(id) else {
            return self.opaque(expression);
        };
        // A `let` sees no variables and no target.
        let variables = std::mem::take(&mut self.variables);
        let formula = stacker::maybe_grow(64 << 10, 1 << 20, || self.truth(&binding.value));
        self.variables = variables;
        if let Some(slot) = self.encoder.lets.get_mut(id.0 as usize) {
            *slot = Some(formula);
        }
        formula
    }

    pub(super) fn relation(&mut self, expression: &Expression) -> Result<Formula, Opaque> {
        if let ExpressionKind::Binary {
            operator,
            left,
            right,
        } = &expression.kind
        {
            return self.binary(*operator, left, right);
        }
        if let ExpressionKind::Has { map, key } = &expression.kind {
            let maps = self.value(map)?;
            return self.any_case(maps, |encoding, map| encoding.has_key(&map, key));
        }
        if let ExpressionKind::Call { function, arguments } = &expression.kind {
            return self.text_call(*function, arguments);
        }
        if let ExpressionKind::Comprehension {
            kind,
            range,
            variable,
            steps,
        } = &expression.kind
        {
            return self.comprehension(*kind, range, variable, steps);
        }
        let values = self.value(expression)?;
        self.any_case(values, |_, value| match value {
            Value::Truth(formula) => Ok(formula),
            _ => Err(Opaque),
        })
    }

    /// The formula that holds where the formula of the case that holds does.
    pub(super) fn any_case(
        &mut self,
        cases: Cases,
        mut of: impl FnMut(&mut Self, Value) -> Result<Formula, Opaque>,
    ) -> Result<Formula, Opaque> {
        let mut any = Vec::with_capacity(cases.len());
        for (condition, value) in cases {
            let holds = of(self, value)?;
            any.push(self.formulas.and([condition, holds]));
        }
        Ok(self.formulas.or(any))
    }

    /// The formula of a pair of cases, for each pair.
    fn any_pair(
        &mut self,
        left: &Cases,
        right: &Cases,
        mut of: impl FnMut(&mut Self, &Value, &Value) -> Result<Formula, Opaque>,
    ) -> Result<Formula, Opaque> {
        let mut any = Vec::new();
        for (left_condition, left) in left {
            for (right_condition, right) in right {
                let both = self.formulas.and([*left_condition, *right_condition]);
                if both == Formulas::FALSE {
                    continue;
                }
                let holds = of(self, left, right)?;
                any.push(self.formulas.and([both, holds]));
            }
        }
        Ok(self.formulas.or(any))
    }

    fn binary(
        &mut self,
        operator: BinaryOperator,
        left: &Expression,
        right: &Expression,
    ) -> Result<Formula, Opaque> {
        if left.ty == Type::Bool && right.ty == Type::Bool {
            let (left, right) = (self.truth(left), self.truth(right));
            let equal = self.formulas.equal(left, right);
            return match operator {
                BinaryOperator::Equal => Ok(equal),
                BinaryOperator::NotEqual => Ok(self.formulas.not(equal)),
                _ => Err(Opaque),
            };
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        self.any_pair(&left, &right, |encoding, left, right| {
            encoding.compare(operator, left, right)
        })
    }

    /// A relation of two values.
    pub(super) fn compare(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Formula, Opaque> {
        if operator == BinaryOperator::In {
            return self.membership(left, right);
        }
        match (left, right) {
            (Value::Number(left), Value::Number(right))
            | (Value::Moment(left), Value::Moment(right))
            | (Value::Length(left), Value::Length(right)) => self.number_relation(operator, left, right),
            (Value::Number(sum), Value::Double(number)) => {
                let known = sum.known().ok_or(Opaque)?;
                number::doubles(operator, known as f64, *number)
            }
            (Value::Double(number), Value::Number(sum)) => {
                let known = sum.known().ok_or(Opaque)?;
                number::doubles(operator, *number, known as f64)
            }
            (Value::Double(left), Value::Double(right)) => number::doubles(operator, *left, *right),
            (Value::Text(_) | Value::TextOf(_), Value::Text(_) | Value::TextOf(_)) => {
                self.text_relation(operator, left, right)
            }
            (Value::List(_) | Value::ListOf(_), Value::List(_) | Value::ListOf(_)) => {
                let equal = self.equal_lists(left, right)?;
                self.equality(operator, equal)
            }
            (Value::Truth(left), Value::Truth(right)) => {
                let equal = self.formulas.equal(*left, *right);
                self.equality(operator, equal)
            }
            (Value::Other(left), Value::Other(right)) => {
                self.equality(operator, Formulas::constant(left == right))
            }
            _ => Err(Opaque),
        }
    }

    /// `==` or `!=`, as the equality comes out.
    pub(super) fn equality(&mut self, operator: BinaryOperator, equal: Formula) -> Result<Formula, Opaque> {
        match operator {
            BinaryOperator::Equal => Ok(equal),
            BinaryOperator::NotEqual => Ok(self.formulas.not(equal)),
            _ => Err(Opaque),
        }
    }

    /// What a part stands for.
    pub(super) fn value(&mut self, expression: &Expression) -> Result<Cases, Opaque> {
        let one = |value| Ok(vec![(Formulas::TRUE, value)]);
        match &expression.kind {
            _ if expression.ty == Type::Bool && needs_truth(&expression.kind) => {
                one(Value::Truth(self.truth(expression)))
            }
            ExpressionKind::Literal(literal) => one(literal_value(literal)),
            ExpressionKind::Fact(id) => one(self.fact(*id)?),
            ExpressionKind::Let(id) => {
                let binding = self.encoder.policy.binding(*id).ok_or(Opaque)?;
                let variables = std::mem::take(&mut self.variables);
                let value = stacker::maybe_grow(64 << 10, 1 << 20, || self.value(&binding.value));
                self.variables = variables;
                value
            }
            ExpressionKind::Target(attribute) => one(self.target(*attribute)?),
            ExpressionKind::Attempt(attribute) => one(self.attempt(*attribute)?),
            ExpressionKind::Variable(name) => {
                let found = self.variables.iter().rev().find(|(known, _)| known == name);
                one(found.map(|(_, value)| value.clone()).ok_or(Opaque)?)
            }
            ExpressionKind::Negate(operand) => {
                let cases = self.value(operand)?;
                self.each_case(cases, |_, value| number::negated(&value))
            }
            ExpressionKind::Binary {
                operator,
                left,
                right,
            } => self.arithmetic(*operator, left, right),
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => self.conditional(condition, then, otherwise),
            ExpressionKind::Call { function, arguments } => self.value_call(*function, arguments),
            ExpressionKind::List(items) => self.list(items),
            ExpressionKind::Map(entries) => self.map(entries),
            ExpressionKind::Entry { map, key } => self.entry(map, key),
            ExpressionKind::Element { list, index } => self.element(list, index),
            _ => Err(Opaque),
        }
    }

    /// Each case's value turned into another.
    pub(super) fn each_case(
        &mut self,
        cases: Cases,
        mut of: impl FnMut(&mut Self, Value) -> Result<Value, Opaque>,
    ) -> Result<Cases, Opaque> {
        cases
            .into_iter()
            .map(|(condition, value)| Ok((condition, of(self, value)?)))
            .collect()
    }

    /// Each pair of cases turned into a value.
    pub(super) fn each_pair(
        &mut self,
        left: &Cases,
        right: &Cases,
        mut of: impl FnMut(&mut Self, &Value, &Value) -> Result<Value, Opaque>,
    ) -> Result<Cases, Opaque> {
        let mut cases = Vec::with_capacity(left.len() * right.len());
        for (left_condition, left) in left {
            for (right_condition, right) in right {
                let both = self.formulas.and([*left_condition, *right_condition]);
                if both != Formulas::FALSE {
                    cases.push((both, of(self, left, right)?));
                }
            }
        }
        bounded(cases)
    }

    fn conditional(
        &mut self,
        condition: &Expression,
        then: &Expression,
        otherwise: &Expression,
    ) -> Result<Cases, Opaque> {
        let holds = self.truth(condition);
        let not = self.formulas.not(holds);
        let mut cases = Vec::new();
        for (condition, part) in [(holds, then), (not, otherwise)] {
            if condition == Formulas::FALSE {
                continue;
            }
            for (inner, value) in self.value(part)? {
                let both = self.formulas.and([condition, inner]);
                if both != Formulas::FALSE {
                    cases.push((both, value));
                }
            }
        }
        bounded(cases)
    }

    fn fact(&mut self, id: FactId) -> Result<Value, Opaque> {
        let definition = self.encoder.policy.facts.get(id).ok_or(Opaque)?;
        Ok(match definition.ty {
            facts::Type::String => Value::TextOf(TextSubject::Fact(id)),
            facts::Type::Int => Value::Number(Sum::of(NumberSubject::Fact(id), 1)),
            facts::Type::Bool => Value::Truth(self.formulas.atom(Atom::Flag(id))),
            facts::Type::StringList => Value::ListOf(id),
            facts::Type::StringMap => Value::MapOf(id),
            facts::Type::Timestamp => Value::Moment(Sum::of(NumberSubject::Instant, 1_000_000)),
        })
    }

    fn target(&self, attribute: TargetAttribute) -> Result<Value, Opaque> {
        let policy = self.encoder.policy;
        let model = self.surroundings.target.and_then(|target| policy.model(target));
        let model = model.ok_or(Opaque)?;
        let provider = policy.provider(model.provider);
        let text = |text: &str| Ok(Value::Text(text.to_owned()));
        let list = |items: Vec<&str>| {
            let items = items.into_iter().map(|item| Value::Text(item.to_owned()));
            Ok(Value::List(items.collect()))
        };
        match attribute {
            TargetAttribute::Model => text(&model.name),
            TargetAttribute::Name => text(&model.upstream_name),
            TargetAttribute::Provider => text(&provider.ok_or(Opaque)?.name),
            TargetAttribute::Protocol => text(provider.ok_or(Opaque)?.protocol.name()),
            TargetAttribute::Region => text(model.region.as_deref().unwrap_or_default()),
            TargetAttribute::Tags => list(model.tags.iter().map(String::as_str).collect()),
            TargetAttribute::Can => list(model.can.iter().flatten().map(|word| word.name()).collect()),
            TargetAttribute::Context => {
                let context = model
                    .context
                    .map_or(0, |context| i64::try_from(context).unwrap_or(i64::MAX));
                Ok(Value::Number(Sum::constant(context.into())))
            }
            TargetAttribute::PriceInput | TargetAttribute::PriceOutput => {
                let price = model.price.as_ref().map(|price| match attribute {
                    TargetAttribute::PriceInput => price.input,
                    _ => price.output,
                });
                Ok(Value::Double(
                    price.map_or(f64::NAN, |price| price.dollars_per_million()),
                ))
            }
        }
    }

    fn attempt(&self, attribute: AttemptAttribute) -> Result<Value, Opaque> {
        let attempt = self.surroundings.attempt.ok_or(Opaque)?;
        Ok(match attribute {
            AttemptAttribute::Position => Value::Number(Sum::constant(attempt.position.into())),
            AttemptAttribute::Fallbacks => {
                Value::List(attempt.fallbacks.iter().cloned().map(Value::Text).collect())
            }
        })
    }
}

/// Whether a truth of this form is read by `truth` and not by `value`.
fn needs_truth(kind: &ExpressionKind) -> bool {
    !matches!(
        kind,
        ExpressionKind::Literal(_)
            | ExpressionKind::Fact(_)
            | ExpressionKind::Variable(_)
            | ExpressionKind::Entry { .. }
            | ExpressionKind::Element { .. }
    )
}

fn literal_value(literal: &Literal) -> Value {
    match literal {
        Literal::Bool(truth) => Value::Truth(Formulas::constant(*truth)),
        Literal::Int(number) => Value::Number(Sum::constant((*number).into())),
        Literal::Double(number) => Value::Double(*number),
        Literal::String(text) => Value::Text(text.clone()),
        Literal::Null | Literal::Uint(_) | Literal::Bytes(_) => Value::Other(literal.clone()),
    }
}
