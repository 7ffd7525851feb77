//! Numbers: arithmetic over sums, and comparisons as bounds.

use super::super::atom::{Atom, NumberSubject};
use super::super::formula::{Formula, Formulas};
use super::super::range::{self, Range};
use super::Encoding;
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
        let bound = bound.checked_sub(sum.constant).ok_or(Opaque)?;
        let mut terms = sum.terms.iter();
        match (terms.next(), terms.next()) {
            (None, _) => Ok(Formulas::constant(0 <= bound)),
            (Some((subject, times)), None) => Ok(self.one_at_most(subject, *times, bound)),
            _ => self.sum_at_most(sum, bound),
        }
    }

    /// `times * subject <= bound`.
    fn one_at_most(&mut self, subject: &NumberSubject, times: i128, bound: i128) -> Formula {
        let range = range::of(subject, self.encoder.policy);
        if times > 0 {
            return self.threshold(subject, bound.div_euclid(times), range);
        }
        // times < 0: subject >= -bound / -times, rounded up.
        let least = -(bound.div_euclid(-times));
        let below = self.threshold(subject, least - 1, range);
        self.formulas.not(below)
    }

    fn threshold(&mut self, subject: &NumberSubject, bound: i128, range: Range) -> Formula {
        if bound >= i128::from(range.most) {
            return Formulas::TRUE;
        }
        match i64::try_from(bound) {
            Ok(bound) if bound >= range.least => self.formulas.atom(Atom::AtMost(subject.clone(), bound)),
            _ => Formulas::FALSE,
        }
    }

    /// Several subjects: divided by what divides all of them, the first one positive.
    fn sum_at_most(&mut self, sum: &Sum, bound: i128) -> Result<Formula, Opaque> {
        let divisor = sum
            .terms
            .values()
            .fold(0i128, |divisor, times| gcd(divisor, times.abs()));
        let negated = sum.terms.values().next().is_some_and(|times| *times < 0);
        let sign = if negated { -1 } else { 1 };
        let mut terms = Vec::with_capacity(sum.terms.len());
        for (subject, times) in &sum.terms {
            if matches!(
                subject,
                NumberSubject::TextSize(_)
                    | NumberSubject::ListSize(_)
                    | NumberSubject::MapSize(_)
                    | NumberSubject::Field(..)
                    | NumberSubject::Instant
            ) {
                return Err(Opaque);
            }
            terms.push((
                subject.clone(),
                i64::try_from(sign * times / divisor).map_err(|_| Opaque)?,
            ));
        }
        // -(sum) <= bound is sum >= -bound, the opposite of sum <= -bound - 1.
        let bound = bound.div_euclid(divisor);
        let bound = if negated { -bound - 1 } else { bound };
        let bound = i64::try_from(bound).map_err(|_| Opaque)?;
        let formula = self.formulas.atom(Atom::SumAtMost(terms, bound));
        Ok(if negated {
            self.formulas.not(formula)
        } else {
            formula
        })
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

fn gcd(left: i128, right: i128) -> i128 {
    if right == 0 {
        left.max(1)
    } else {
        gcd(right, left % right)
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
