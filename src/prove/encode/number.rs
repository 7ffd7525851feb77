//! Numbers: arithmetic over sums, and comparisons as bounds.

use super::super::atom::NumberSubject;
use super::super::formula::{Formula, Formulas};
use super::Encoding;
use super::bound;
use super::value::{Cases, Opaque, Sum, Value};
use crate::cel::{BinaryOperator, Literal, time};
use crate::model::{Expression, ExpressionKind, Function};

/// Nanoseconds of a millisecond, the step of the moments at which requests arrive.
const MILLISECOND: i128 = 1_000_000;

impl Encoding<'_, '_> {
    /// A relation of two numbers of one unit.
    pub(super) fn number_relation(
        &mut self,
        operator: BinaryOperator,
        left: &Sum,
        right: &Sum,
    ) -> Result<Formula, Opaque> {
        let difference = left.plus(right, -1)?;
        let reversed = right.plus(left, -1)?;
        match operator {
            BinaryOperator::LessOrEqual => self.at_most(&difference, 0),
            BinaryOperator::Less => self.at_most(&difference, -1),
            BinaryOperator::GreaterOrEqual => self.at_most(&reversed, 0),
            BinaryOperator::Greater => self.at_most(&reversed, -1),
            BinaryOperator::Equal | BinaryOperator::NotEqual => {
                let (below, above) = (self.at_most(&difference, 0)?, self.at_most(&reversed, 0)?);
                let equal = self.formulas.and([below, above]);
                self.equality(operator, equal)
            }
            _ => Err(Opaque),
        }
    }

    /// `sum <= bound`.
    fn at_most(&mut self, sum: &Sum, bound: i128) -> Result<Formula, Opaque> {
        bound::at_most(sum, bound, self.encoder.policy, self.formulas)
    }

    /// `+`, `-`, `*` and what can be told of the others.
    pub(super) fn arithmetic(
        &mut self,
        operator: BinaryOperator,
        left: &Expression,
        right: &Expression,
    ) -> Result<Cases, Opaque> {
        let (left, right) = (self.value(left)?, self.value(right)?);
        self.each_pair(&left, &right, |_, left, right| arithmetic(operator, left, right))
    }

    /// `now.getHours("…")` and its like, of the moment of the request.
    pub(super) fn time_field(
        &mut self,
        function: Function,
        arguments: &[Expression],
    ) -> Result<Cases, Opaque> {
        let (moment, zone) = match arguments {
            [moment] => (moment, None),
            [moment, zone] => (moment, Some(zone)),
            _ => return Err(Opaque),
        };
        let zone = match zone.map(|zone| &zone.kind) {
            None => None,
            Some(ExpressionKind::Literal(Literal::String(zone))) => Some(zone.clone()),
            Some(_) => return Err(Opaque),
        };
        let cases = self.value(moment)?;
        let now = Sum::of(NumberSubject::Instant, MILLISECOND);
        self.each_case(cases, |_, value| match value {
            Value::Moment(moment) if moment == now => Ok(Value::Number(Sum::of(
                NumberSubject::Field(function, zone.clone()),
                1,
            ))),
            _ => Err(Opaque),
        })
    }

    /// A moment or a length of time that a literal names.
    pub(super) fn time_literal(
        &mut self,
        function: Function,
        arguments: &[Expression],
    ) -> Result<Cases, Opaque> {
        let [argument] = arguments else {
            return Err(Opaque);
        };
        let cases = self.value(argument)?;
        self.each_case(cases, |_, value| match (function, value) {
            (Function::Timestamp, Value::Text(text)) => {
                let moment = crate::facts::Timestamp::parse(&text).ok_or(Opaque)?;
                let nanoseconds =
                    i128::from(moment.seconds()) * 1_000_000_000 + i128::from(moment.nanoseconds());
                Ok(Value::Moment(Sum::constant(nanoseconds)))
            }
            (Function::Timestamp, moment @ Value::Moment(_)) => Ok(moment),
            (Function::Duration, Value::Text(text)) => {
                let length = time::parse_duration(&text).ok_or(Opaque)?;
                Ok(Value::Length(Sum::constant(length.into())))
            }
            (Function::Duration, length @ Value::Length(_)) => Ok(length),
            _ => Err(Opaque),
        })
    }
}

/// A number with the other sign.
pub(super) fn negated(value: &Value) -> Result<Value, Opaque> {
    match value {
        Value::Number(sum) => Ok(Value::Number(Sum::default().plus(sum, -1)?)),
        Value::Double(number) => Ok(Value::Double(-number)),
        _ => Err(Opaque),
    }
}

/// A relation of two known doubles.
pub(super) fn doubles(operator: BinaryOperator, left: f64, right: f64) -> Result<Formula, Opaque> {
    let holds = match operator {
        BinaryOperator::Equal => left == right,
        BinaryOperator::NotEqual => left != right,
        BinaryOperator::Less => left < right,
        BinaryOperator::LessOrEqual => left <= right,
        BinaryOperator::Greater => left > right,
        BinaryOperator::GreaterOrEqual => left >= right,
        _ => return Err(Opaque),
    };
    Ok(Formulas::constant(holds))
}

fn arithmetic(operator: BinaryOperator, left: &Value, right: &Value) -> Result<Value, Opaque> {
    match (operator, left, right) {
        (BinaryOperator::Add, Value::Number(left), Value::Number(right)) => {
            Ok(Value::Number(left.plus(right, 1)?))
        }
        (BinaryOperator::Subtract, Value::Number(left), Value::Number(right)) => {
            Ok(Value::Number(left.plus(right, -1)?))
        }
        (BinaryOperator::Multiply, Value::Number(left), Value::Number(right)) => {
            let product = match (left.known(), right.known()) {
                (Some(times), _) => Sum::default().plus(right, times)?,
                (_, Some(times)) => Sum::default().plus(left, times)?,
                _ => return Err(Opaque),
            };
            Ok(Value::Number(product))
        }
        (BinaryOperator::Divide | BinaryOperator::Remainder, Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.known().ok_or(Opaque)?, right.known().ok_or(Opaque)?);
            let result = match operator {
                BinaryOperator::Divide => left.checked_div(right),
                _ => left.checked_rem(right),
            };
            Ok(Value::Number(Sum::constant(result.ok_or(Opaque)?)))
        }
        (_, Value::Double(left), Value::Double(right)) => doubles_arithmetic(operator, *left, *right),
        (BinaryOperator::Add, Value::Text(left), Value::Text(right)) => {
            Ok(Value::Text(format!("{left}{right}")))
        }
        (BinaryOperator::Add, Value::List(left), Value::List(right)) => {
            Ok(Value::List(left.iter().chain(right).cloned().collect()))
        }
        (BinaryOperator::Add, Value::Moment(moment), Value::Length(length))
        | (BinaryOperator::Add, Value::Length(length), Value::Moment(moment)) => {
            Ok(Value::Moment(moment.plus(length, 1)?))
        }
        (BinaryOperator::Subtract, Value::Moment(moment), Value::Length(length)) => {
            Ok(Value::Moment(moment.plus(length, -1)?))
        }
        (BinaryOperator::Subtract, Value::Moment(left), Value::Moment(right)) => {
            Ok(Value::Length(left.plus(right, -1)?))
        }
        (BinaryOperator::Add, Value::Length(left), Value::Length(right)) => {
            Ok(Value::Length(left.plus(right, 1)?))
        }
        (BinaryOperator::Subtract, Value::Length(left), Value::Length(right)) => {
            Ok(Value::Length(left.plus(right, -1)?))
        }
        _ => Err(Opaque),
    }
}

fn doubles_arithmetic(operator: BinaryOperator, left: f64, right: f64) -> Result<Value, Opaque> {
    Ok(Value::Double(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Subtract => left - right,
        BinaryOperator::Multiply => left * right,
        BinaryOperator::Divide => left / right,
        _ => return Err(Opaque),
    }))
}
