//! What the `when`s of two rules say of each other, as far as it can be read off: that they never hold together, or that
//! one follows from the other.

use crate::cel::{BinaryOperator, Literal};
use crate::facts::{FactId, Type};
use crate::model::{Expression, ExpressionKind, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

/// Most parts that are read of one condition; the rest is taken as it stands.
const MAX_PARTS: usize = 256;

/// A conjunction: for some facts the values that they have, and whatever else has to hold.
#[derive(Clone, Debug, Default)]
pub(super) struct When<'a> {
    values: BTreeMap<FactId, Values>,
    others: Vec<&'a Expression>,
    parts: usize,
}

/// The values that a fact has, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Values {
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
}

impl<'a> When<'a> {
    /// What a `when` says; nothing where there is none.
    pub(super) fn of(policy: &'a Policy, when: Option<&'a Expression>) -> Self {
        let mut all = When::default();
        if let Some(condition) = when {
            all.add(policy, condition);
        }
        all
    }

    /// What both say.
    pub(super) fn and(&self, other: &When<'a>) -> When<'a> {
        let mut both = self.clone();
        for (fact, values) in &other.values {
            both.narrow(*fact, values.clone());
        }
        both.others.extend(&other.others);
        both
    }

    /// Whether it can never hold: a fact has no value left, or something is asked for and its opposite.
    pub(super) fn is_impossible(&self) -> bool {
        let no_value = |values: &Values| matches!(values, Values::In(values) if values.is_empty());
        let opposite = |part: &Expression| match &part.kind {
            ExpressionKind::Not(operand) => self.others.iter().any(|other| is_same(operand, other)),
            _ => false,
        };
        self.values.values().any(no_value) || self.others.iter().any(|part| opposite(part))
    }

    /// Whether `other` holds wherever this does.
    pub(super) fn implies(&self, other: &When<'_>) -> bool {
        let values = other.values.iter().all(|(fact, wanted)| {
            self.values
                .get(fact)
                .is_some_and(|values| values.is_within(wanted))
        });
        values
            && other
                .others
                .iter()
                .all(|wanted| self.others.iter().any(|own| is_same(own, wanted)))
    }

    /// The fact that has the fewest values, where any has only listed ones.
    pub(super) fn narrowest(&self) -> Option<(FactId, &BTreeSet<String>)> {
        self.listed().min_by_key(|(_, values)| values.len())
    }

    /// One value of each fact that has only listed ones.
    pub(super) fn a_value_of_each_fact(&self) -> impl Iterator<Item = (FactId, &String)> {
        self.listed()
            .filter_map(|(fact, values)| Some((fact, values.first()?)))
    }

    fn listed(&self) -> impl Iterator<Item = (FactId, &BTreeSet<String>)> {
        self.values.iter().filter_map(|(fact, values)| match values {
            Values::In(values) => Some((*fact, values)),
            Values::NotIn(_) => None,
        })
    }

    fn add(&mut self, policy: &'a Policy, condition: &'a Expression) {
        self.parts += 1;
        match &condition.kind {
            ExpressionKind::And(parts) if self.parts < MAX_PARTS => {
                parts.iter().for_each(|part| self.add(policy, part));
            }
            ExpressionKind::Let(id) if self.parts < MAX_PARTS => match policy.binding(*id) {
                Some(binding) => self.add(policy, &binding.value),
                None => self.others.push(condition),
            },
            _ => match values_of(condition) {
                Some((fact, values)) => {
                    let allowed = policy
                        .facts
                        .get(fact)
                        .and_then(|definition| definition.one_of.clone());
                    if let Some(allowed) = allowed {
                        self.narrow(fact, Values::In(allowed.into_iter().collect()));
                    }
                    self.narrow(fact, values);
                }
                None => self.others.push(condition),
            },
        }
    }

    fn narrow(&mut self, fact: FactId, values: Values) {
        let narrowed = match self.values.remove(&fact) {
            Some(before) => before.and(values),
            None => values,
        };
        self.values.insert(fact, narrowed);
    }
}

impl Values {
    fn and(self, other: Values) -> Values {
        match (self, other) {
            (Values::In(left), Values::In(right)) => Values::In(left.intersection(&right).cloned().collect()),
            (Values::In(some), Values::NotIn(not)) | (Values::NotIn(not), Values::In(some)) => {
                Values::In(some.difference(&not).cloned().collect())
            }
            (Values::NotIn(left), Values::NotIn(right)) => {
                Values::NotIn(left.union(&right).cloned().collect())
            }
        }
    }

    fn is_within(&self, wider: &Values) -> bool {
        match (self, wider) {
            (Values::In(own), Values::In(wider)) => own.is_subset(wider),
            (Values::In(own), Values::NotIn(not)) => own.is_disjoint(not),
            (Values::NotIn(own), Values::NotIn(not)) => not.is_subset(own),
            (Values::NotIn(_), Values::In(_)) => false,
        }
    }

    fn inverted(self) -> Values {
        match self {
            Values::In(values) => Values::NotIn(values),
            Values::NotIn(values) => Values::In(values),
        }
    }
}

/// The fact that a condition narrows, and to which values: `f == "a"`, `f in ["a"]`, `b`, and the opposites.
fn values_of(condition: &Expression) -> Option<(FactId, Values)> {
    match &condition.kind {
        ExpressionKind::Fact(id) if condition.ty == crate::model::Type::from(Type::Bool) => {
            Some((*id, Values::In(["true".to_owned()].into())))
        }
        ExpressionKind::Not(operand) => match (&operand.kind, values_of(operand)?) {
            (ExpressionKind::Fact(_), (id, _)) => Some((id, Values::In(["false".to_owned()].into()))),
            (_, (id, values)) => Some((id, values.inverted())),
        },
        ExpressionKind::Or(parts) => {
            let mut parts = parts.iter().map(values_of);
            let (fact, first) = parts.next()??;
            parts.try_fold((fact, first), |(fact, before), part| match (before, part?) {
                (Values::In(mut left), (other, Values::In(right))) if other == fact => {
                    left.extend(right);
                    Some((fact, Values::In(left)))
                }
                _ => None,
            })
        }
        ExpressionKind::Binary {
            operator,
            left,
            right,
        } => relation(*operator, left, right),
        _ => None,
    }
}

fn relation(operator: BinaryOperator, left: &Expression, right: &Expression) -> Option<(FactId, Values)> {
    match (operator, &left.kind, &right.kind) {
        (BinaryOperator::In, ExpressionKind::Fact(id), ExpressionKind::List(items)) => {
            let values: Option<BTreeSet<String>> = items.iter().map(text).collect();
            Some((*id, Values::In(values?)))
        }
        (BinaryOperator::Equal | BinaryOperator::NotEqual, ExpressionKind::Fact(id), _) => {
            let values = Values::In([text(right)?].into());
            match operator {
                BinaryOperator::Equal => Some((*id, values)),
                _ => Some((*id, values.inverted())),
            }
        }
        (BinaryOperator::Equal | BinaryOperator::NotEqual, _, ExpressionKind::Fact(_)) => {
            relation(operator, right, left)
        }
        _ => None,
    }
}

fn text(literal: &Expression) -> Option<String> {
    match &literal.kind {
        ExpressionKind::Literal(Literal::String(text)) => Some(text.clone()),
        _ => None,
    }
}

/// Whether two expressions say the same in the same way, wherever they stand.
fn is_same(left: &Expression, right: &Expression) -> bool {
    let own = match (&left.kind, &right.kind) {
        (ExpressionKind::Literal(left), ExpressionKind::Literal(right)) => left == right,
        (ExpressionKind::Fact(left), ExpressionKind::Fact(right)) => left == right,
        (ExpressionKind::Let(left), ExpressionKind::Let(right)) => left == right,
        (ExpressionKind::Target(left), ExpressionKind::Target(right)) => left == right,
        (ExpressionKind::Variable(left), ExpressionKind::Variable(right)) => left == right,
        (ExpressionKind::Binary { operator: left, .. }, ExpressionKind::Binary { operator: right, .. }) => {
            left == right
        }
        (ExpressionKind::Call { function: left, .. }, ExpressionKind::Call { function: right, .. }) => {
            left == right
        }
        (
            ExpressionKind::Comprehension {
                kind: left,
                variable: own,
                ..
            },
            ExpressionKind::Comprehension {
                kind: right,
                variable: other,
                ..
            },
        ) => left == right && own == other,
        (ExpressionKind::Has { key: left, .. }, ExpressionKind::Has { key: right, .. }) => left == right,
        (left, right) => discriminant(left) == discriminant(right),
    };
    let (lefts, rights) = (left.children(), right.children());
    own && lefts.len() == rights.len() && lefts.iter().zip(rights).all(|(left, right)| is_same(left, right))
}
