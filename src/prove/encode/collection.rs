//! Lists, maps, membership, and macros over them.

use super::super::atom::{Atom, NumberSubject, TextSubject};
use super::super::formula::{Formula, Formulas, Node};
use super::super::list::{Body, ListTest};
use super::super::relation::Relation;
use super::super::text::TextTest;
use super::Encoding;
use super::value::{Cases, Opaque, Value, bounded};
use crate::cel::BinaryOperator;
use crate::model::{Expression, ExpressionKind, Macro};

/// From so many strings on, membership in a list is one test and not one for each string.
const MANY: usize = 8;

/// Most elements of a literal list that a macro is spelt out for.
const MAX_ELEMENTS: usize = 256;

impl Encoding<'_, '_> {
    /// `left in right`.
    pub(super) fn membership(&mut self, left: &Value, right: &Value) -> Result<Formula, Opaque> {
        match right {
            Value::List(items) => self.one_of(left, items),
            Value::ListOf(fact) => match left {
                Value::Text(word) => Ok(self
                    .formulas
                    .atom(Atom::List(*fact, ListTest::Contains(word.clone())))),
                _ => Err(Opaque),
            },
            Value::MapOf(_) => match left {
                Value::Text(key) => self.has_key(right, key),
                _ => Err(Opaque),
            },
            Value::Map(entries) => {
                let keys: Vec<Value> = entries.iter().map(|(key, _)| key.clone()).collect();
                self.one_of(left, &keys)
            }
            _ => Err(Opaque),
        }
    }

    fn one_of(&mut self, value: &Value, items: &[Value]) -> Result<Formula, Opaque> {
        if items.len() >= MANY && matches!(value, Value::TextOf(_)) {
            let words = items.iter().map(|item| match item {
                Value::Text(word) => Some(word.clone()),
                _ => None,
            });
            if let Some(words) = words.collect::<Option<Vec<String>>>() {
                return self.test(value, TextTest::one_of(words));
            }
        }
        let mut any = Vec::with_capacity(items.len());
        for item in items {
            any.push(self.compare(BinaryOperator::Equal, value, item)?);
        }
        Ok(self.formulas.or(any))
    }

    /// Whether a map has a key.
    pub(super) fn has_key(&mut self, map: &Value, key: &str) -> Result<Formula, Opaque> {
        match map {
            Value::MapOf(fact) => Ok(self.formulas.atom(Atom::HasKey(*fact, key.to_owned()))),
            Value::Map(entries) => Ok(Formulas::constant(
                entries
                    .iter()
                    .any(|(known, _)| *known == Value::Text(key.to_owned())),
            )),
            _ => Err(Opaque),
        }
    }

    /// Whether two lists are the same.
    pub(super) fn equal_lists(&mut self, left: &Value, right: &Value) -> Result<Formula, Opaque> {
        match (left, right) {
            (Value::List(left), Value::List(right)) => {
                if left.len() != right.len() {
                    return Ok(Formulas::FALSE);
                }
                let mut all = Vec::with_capacity(left.len());
                for (left, right) in left.iter().zip(right) {
                    all.push(self.compare(BinaryOperator::Equal, left, right)?);
                }
                Ok(self.formulas.and(all))
            }
            (Value::ListOf(left), Value::ListOf(right)) if left == right => Ok(Formulas::TRUE),
            (Value::ListOf(fact), Value::List(items)) | (Value::List(items), Value::ListOf(fact)) => {
                let words = items.iter().map(|item| match item {
                    Value::Text(word) => Ok(word.clone()),
                    _ => Err(Opaque),
                });
                let words = words.collect::<Result<Vec<String>, Opaque>>()?;
                Ok(self.formulas.atom(Atom::List(*fact, ListTest::Equals(words))))
            }
            _ => Err(Opaque),
        }
    }

    /// A list literal: a list for each way its elements can come out.
    pub(super) fn list(&mut self, items: &[Expression]) -> Result<Cases, Opaque> {
        let mut lists: Cases = vec![(Formulas::TRUE, Value::List(Vec::with_capacity(items.len())))];
        for item in items {
            let values = self.value(item)?;
            if let [(Formulas::TRUE, value)] = values.as_slice() {
                for (_, list) in &mut lists {
                    if let Value::List(list) = list {
                        list.push(value.clone());
                    }
                }
                continue;
            }
            lists = self.each_pair(&lists, &values, |_, list, value| match list {
                Value::List(list) => Ok(Value::List(list.iter().chain([value]).cloned().collect())),
                _ => Err(Opaque),
            })?;
        }
        Ok(lists)
    }

    /// A map literal with keys that are known.
    pub(super) fn map(&mut self, entries: &[(Expression, Expression)]) -> Result<Cases, Opaque> {
        let mut map = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let (mut key, mut value) = (self.value(key)?, self.value(value)?);
            match (key.pop(), value.pop()) {
                (Some((_, key)), Some((_, known))) if value.is_empty() => map.push((key, known)),
                _ => return Err(Opaque),
            }
        }
        Ok(vec![(Formulas::TRUE, Value::Map(map))])
    }

    /// `map[key]`.
    pub(super) fn entry(&mut self, map: &Expression, key: &Expression) -> Result<Cases, Opaque> {
        let (maps, keys) = (self.value(map)?, self.value(key)?);
        let mut cases = Vec::new();
        for (map_condition, map) in &maps {
            for (key_condition, key) in &keys {
                let both = self.formulas.and([*map_condition, *key_condition]);
                match (map, key) {
                    (Value::MapOf(fact), Value::Text(key)) => {
                        cases.push((both, Value::TextOf(TextSubject::Entry(*fact, key.clone()))));
                    }
                    (Value::Map(entries), key) => {
                        for (known, value) in entries {
                            let same = self.compare(BinaryOperator::Equal, key, known)?;
                            let condition = self.formulas.and([both, same]);
                            if condition != Formulas::FALSE {
                                cases.push((condition, value.clone()));
                            }
                        }
                    }
                    _ => return Err(Opaque),
                }
            }
        }
        bounded(cases)
    }

    /// `list[index]` of a literal list and a known index.
    pub(super) fn element(&mut self, list: &Expression, index: &Expression) -> Result<Cases, Opaque> {
        let (lists, indices) = (self.value(list)?, self.value(index)?);
        self.each_pair(&lists, &indices, |_, list, index| match (list, index) {
            (Value::List(items), Value::Number(index)) => {
                let index = index.known().and_then(|index| usize::try_from(index).ok());
                index.and_then(|index| items.get(index)).cloned().ok_or(Opaque)
            }
            _ => Err(Opaque),
        })
    }

    /// `all`, `exists`, `exists_one` over a literal list, spelt out; `all` and `exists` over a list of the request as a
    /// test of its elements.
    pub(super) fn comprehension(
        &mut self,
        kind: Macro,
        range: &Expression,
        variable: &str,
        steps: &[Expression],
    ) -> Result<Formula, Opaque> {
        let [step] = steps else {
            return Err(Opaque);
        };
        let ranges = self.value(range)?;
        self.any_case(ranges, |encoding, range| match range {
            Value::List(items) => encoding.spelt_out(kind, items, variable, step),
            Value::Map(entries) => {
                let keys = entries.into_iter().map(|(key, _)| key).collect();
                encoding.spelt_out(kind, keys, variable, step)
            }
            Value::ListOf(fact) => {
                let body = encoding.body(step, variable)?;
                let (body, negated) = match kind {
                    Macro::Exists => (body, false),
                    Macro::All => (Body::Not(Box::new(body)), true),
                    _ => return Err(Opaque),
                };
                let atom = encoding.formulas.atom(Atom::List(fact, ListTest::Exists(body)));
                Ok(if negated {
                    encoding.formulas.not(atom)
                } else {
                    atom
                })
            }
            _ => Err(Opaque),
        })
    }

    fn spelt_out(
        &mut self,
        kind: Macro,
        items: Vec<Value>,
        variable: &str,
        step: &Expression,
    ) -> Result<Formula, Opaque> {
        if items.len() > MAX_ELEMENTS {
            return Err(Opaque);
        }
        let mut outcomes = Vec::with_capacity(items.len());
        for item in items {
            self.variables.push((variable.to_owned(), item));
            outcomes.push(self.truth(step));
            self.variables.pop();
        }
        match kind {
            Macro::All => Ok(self.formulas.and(outcomes)),
            Macro::Exists => Ok(self.formulas.or(outcomes)),
            Macro::ExistsOne => {
                let mut one = Vec::with_capacity(outcomes.len());
                for at in 0..outcomes.len() {
                    let mut parts = outcomes.clone();
                    for (other, part) in parts.iter_mut().enumerate() {
                        if other != at {
                            *part = self.formulas.not(*part);
                        }
                    }
                    one.push(self.formulas.and(parts));
                }
                Ok(self.formulas.or(one))
            }
            Macro::Filter | Macro::Map => Err(Opaque),
        }
    }

    /// What a macro asks of one element, where it asks of nothing else.
    fn body(&mut self, step: &Expression, variable: &str) -> Result<Body, Opaque> {
        match &step.kind {
            ExpressionKind::Not(operand) => Ok(Body::Not(Box::new(self.body(operand, variable)?))),
            ExpressionKind::And(parts) => {
                let parts = parts.iter().map(|part| self.body(part, variable));
                Ok(Body::And(parts.collect::<Result<_, _>>()?))
            }
            ExpressionKind::Or(parts) => {
                let parts = parts.iter().map(|part| self.body(part, variable));
                Ok(Body::Or(parts.collect::<Result<_, _>>()?))
            }
            _ => self.element_test(step, variable),
        }
    }

    /// One test of an element: the part is encoded with the element as a string of its own, and read off the formula.
    fn element_test(&mut self, step: &Expression, variable: &str) -> Result<Body, Opaque> {
        let element = TextSubject::element();
        self.variables
            .push((variable.to_owned(), Value::TextOf(element.clone())));
        let formula = self.relation(step);
        self.variables.pop();
        self.read_off(formula?, &element)
    }

    fn read_off(&self, formula: Formula, element: &TextSubject) -> Result<Body, Opaque> {
        let all = |parts: &[Formula]| {
            parts
                .iter()
                .map(|part| self.read_off(*part, element))
                .collect::<Result<_, _>>()
        };
        match self.formulas.node(formula) {
            Node::Constant(true) => Ok(Body::And(Vec::new())),
            Node::Constant(false) => Ok(Body::Or(Vec::new())),
            Node::Not(operand) => Ok(Body::Not(Box::new(self.read_off(*operand, element)?))),
            Node::And(parts) => Ok(Body::And(all(parts)?)),
            Node::Or(parts) => Ok(Body::Or(all(parts)?)),
            Node::Atom(id) => match self.formulas.atom_of(*id) {
                Some(Atom::Text(subject, test)) if subject == element => Ok(Body::Test(test.clone())),
                Some(Atom::AtMost(NumberSubject::TextSize(subject), bound)) if subject == element => {
                    Ok(Body::Test(TextTest::SizeCompare(Relation::LessOrEqual, *bound)))
                }
                _ => Err(Opaque),
            },
        }
    }
}
