//! Strings: tests of one string, and two strings held against each other.

use super::super::atom::{Atom, NumberSubject, TextSubject};
use super::super::formula::{Formula, Formulas};
use super::super::relation::Relation;
use super::super::text::{TextTest, outcome};
use super::Encoding;
use super::value::{Cases, Opaque, Sum, Value};
use crate::cel::BinaryOperator;
use crate::model::{Expression, Function};

impl Encoding<'_, '_> {
    /// A string against a test, known or of the request.
    pub(super) fn test(&mut self, text: &Value, test: TextTest) -> Result<Formula, Opaque> {
        match text {
            Value::Text(text) => Ok(Formulas::constant(outcome(&test, text))),
            Value::TextOf(subject) => Ok(self.subject_test(subject, test)),
            _ => Err(Opaque),
        }
    }

    fn subject_test(&mut self, subject: &TextSubject, test: TextTest) -> Formula {
        self.formulas.atom(Atom::Text(subject.clone(), test))
    }

    /// A relation of two strings.
    pub(super) fn text_relation(
        &mut self,
        operator: BinaryOperator,
        left: &Value,
        right: &Value,
    ) -> Result<Formula, Opaque> {
        match (left, right) {
            (Value::Text(left), Value::Text(right)) => known(operator, left, right),
            (text @ Value::TextOf(_), Value::Text(word)) => {
                let (test, negated) = test_of(operator, word).ok_or(Opaque)?;
                let formula = self.test(text, test)?;
                Ok(if negated {
                    self.formulas.not(formula)
                } else {
                    formula
                })
            }
            (Value::Text(_), Value::TextOf(_)) => self.text_relation(turned(operator), right, left),
            (Value::TextOf(left), Value::TextOf(right)) => self.same_text(operator, left, right),
            _ => Err(Opaque),
        }
    }

    fn same_text(
        &mut self,
        operator: BinaryOperator,
        left: &TextSubject,
        right: &TextSubject,
    ) -> Result<Formula, Opaque> {
        let equal = match left.cmp(right) {
            std::cmp::Ordering::Equal => Formulas::TRUE,
            std::cmp::Ordering::Less => self.formulas.atom(Atom::SameText(left.clone(), right.clone())),
            std::cmp::Ordering::Greater => self.formulas.atom(Atom::SameText(right.clone(), left.clone())),
        };
        self.equality(operator, equal)
    }

    /// A call that is a truth: the string functions.
    pub(super) fn text_call(
        &mut self,
        function: Function,
        arguments: &[Expression],
    ) -> Result<Formula, Opaque> {
        let [text, word] = arguments else {
            let values = self.value_call(function, arguments)?;
            return self.any_case(values, |_, value| match value {
                Value::Truth(formula) => Ok(formula),
                _ => Err(Opaque),
            });
        };
        let (texts, words) = (self.value(text)?, self.value(word)?);
        let mut any = Vec::new();
        for (text_condition, text) in &texts {
            for (word_condition, word) in &words {
                let Value::Text(word) = word else {
                    return Err(Opaque);
                };
                let test = match function {
                    Function::Contains => TextTest::Contains(word.clone()),
                    Function::StartsWith => TextTest::StartsWith(word.clone()),
                    Function::EndsWith => TextTest::EndsWith(word.clone()),
                    Function::Matches => TextTest::Matches(word.clone()),
                    _ => return Err(Opaque),
                };
                let holds = self.test(text, test)?;
                any.push(self.formulas.and([*text_condition, *word_condition, holds]));
            }
        }
        Ok(self.formulas.or(any))
    }

    /// A call that is no truth.
    pub(super) fn value_call(
        &mut self,
        function: Function,
        arguments: &[Expression],
    ) -> Result<Cases, Opaque> {
        match (function, arguments) {
            (Function::Size, [argument]) => {
                let cases = self.value(argument)?;
                self.each_case(cases, |_, value| size(&value))
            }
            (Function::Int | Function::String | Function::Bool, [argument]) => {
                let cases = self.value(argument)?;
                self.each_case(cases, |_, value| converted(function, value))
            }
            (Function::Timestamp | Function::Duration, _) => self.time_literal(function, arguments),
            (
                Function::GetFullYear
                | Function::GetMonth
                | Function::GetDate
                | Function::GetDayOfMonth
                | Function::GetDayOfWeek
                | Function::GetDayOfYear
                | Function::GetHours
                | Function::GetMinutes
                | Function::GetSeconds
                | Function::GetMilliseconds,
                _,
            ) => self.time_field(function, arguments),
            _ => Err(Opaque),
        }
    }
}

/// The number of code points, elements or entries.
fn size(value: &Value) -> Result<Value, Opaque> {
    let known = |count: usize| Sum::constant(count as i128);
    Ok(Value::Number(match value {
        Value::Text(text) => known(text.chars().count()),
        Value::TextOf(subject) => Sum::of(NumberSubject::TextSize(subject.clone()), 1),
        Value::List(items) => known(items.len()),
        Value::ListOf(fact) => Sum::of(NumberSubject::ListSize(*fact), 1),
        Value::Map(entries) => known(entries.len()),
        Value::MapOf(fact) => Sum::of(NumberSubject::MapSize(*fact), 1),
        _ => return Err(Opaque),
    }))
}

/// Conversions that change nothing, and those of known values.
fn converted(function: Function, value: Value) -> Result<Value, Opaque> {
    match (function, value) {
        (Function::Int, Value::Number(sum)) => Ok(Value::Number(sum)),
        (Function::String, text @ (Value::Text(_) | Value::TextOf(_))) => Ok(text),
        (Function::String, Value::Number(sum)) => Ok(Value::Text(sum.known().ok_or(Opaque)?.to_string())),
        (Function::Bool, truth @ Value::Truth(_)) => Ok(truth),
        _ => Err(Opaque),
    }
}

/// The test that a relation to a known string is, and whether its opposite is meant.
fn test_of(operator: BinaryOperator, word: &str) -> Option<(TextTest, bool)> {
    let word = word.to_owned();
    Some(match operator {
        BinaryOperator::Equal => (TextTest::Equals(word), false),
        BinaryOperator::NotEqual => (TextTest::Equals(word), true),
        BinaryOperator::Less => (TextTest::Compare(Relation::Less, word), false),
        BinaryOperator::GreaterOrEqual => (TextTest::Compare(Relation::Less, word), true),
        BinaryOperator::LessOrEqual => (TextTest::Compare(Relation::LessOrEqual, word), false),
        BinaryOperator::Greater => (TextTest::Compare(Relation::LessOrEqual, word), true),
        _ => return None,
    })
}

/// The relation with its sides exchanged.
fn turned(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterOrEqual => BinaryOperator::LessOrEqual,
        same => same,
    }
}

fn known(operator: BinaryOperator, left: &str, right: &str) -> Result<Formula, Opaque> {
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
