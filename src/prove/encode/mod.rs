//! Conditions as formulas. What is said of one fact at a time, of sums of ints and of the target at hand is encoded
//! exactly; what goes beyond stands in the formula as an opaque atom.
//!
//! Every part of a condition gets a value: a truth is a formula; a number is a sum of the request's numbers; a string
//! or list is a constant, or one of the request's. A value that depends on a condition (`c ? a : b`) is several
//! values, each under the formula for which it holds.

mod bound;
mod collection;
mod cost;
mod logic;
mod number;
mod text;
mod value;

use super::atom::Atom;
use super::formula::{Formula, Formulas};
use crate::model::{Expression, ExpressionKind, ModelId, Policy};
use std::collections::BTreeMap;
use value::{Opaque, Value};

pub(super) use cost::in_order;

/// The attempt that an assert speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    /// Its place in the plan.
    pub(super) position: i64,
    /// The names behind it.
    pub(super) fallbacks: Vec<String>,
}

/// What of a condition is known beside the request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Surroundings<'a> {
    /// The target at hand.
    pub(super) target: Option<ModelId>,
    /// The attempt at hand.
    pub(super) attempt: Option<&'a Attempt>,
}

/// A part of a condition that is not looked into.
#[derive(Clone, Debug)]
pub(super) struct Unseen {
    /// The part.
    pub(super) part: Expression,
    /// The target that it speaks of.
    pub(super) target: Option<ModelId>,
    /// Whether it speaks of nothing else that the request does not say.
    pub(super) complete: bool,
}

/// Turns the conditions of one policy into formulas.
#[derive(Debug)]
pub(super) struct Encoder<'a> {
    policy: &'a Policy,
    lets: Vec<Option<Formula>>,
    /// For each opaque atom's text what it stands for.
    opaque: BTreeMap<String, Unseen>,
}

impl<'a> Encoder<'a> {
    /// An encoder that has encoded nothing yet.
    pub(super) fn new(policy: &'a Policy) -> Self {
        Encoder {
            policy,
            lets: vec![None; policy.lets.len()],
            opaque: BTreeMap::new(),
        }
    }

    /// The formula of a condition.
    pub(super) fn condition(
        &mut self,
        condition: &Expression,
        surroundings: Surroundings<'_>,
        formulas: &mut Formulas,
    ) -> Formula {
        let mut encoding = Encoding {
            encoder: self,
            formulas,
            surroundings,
            variables: Vec::new(),
        };
        encoding.truth(condition)
    }

    /// The part behind an opaque atom.
    pub(super) fn unseen(&self, opaque: &str) -> Option<&Unseen> {
        self.opaque.get(opaque)
    }
}

/// One condition being encoded.
struct Encoding<'e, 'a> {
    encoder: &'e mut Encoder<'a>,
    formulas: &'e mut Formulas,
    surroundings: Surroundings<'e>,
    /// Variables of macros over literal lists, innermost last.
    variables: Vec<(String, Value)>,
}

impl Encoding<'_, '_> {
    /// A truth that is not looked into. Inside a macro its variables are part of what it is.
    fn opaque(&mut self, expression: &Expression) -> Formula {
        let mut text = crate::tree::text_of(expression, self.encoder.policy);
        for (name, value) in &self.variables {
            text.push_str(&format!(" where {name} = {value:?}"));
        }
        let (mut of_target, mut of_attempt) = (false, false);
        expression.walk(&mut |part| {
            of_target |= matches!(part.kind, ExpressionKind::Target(_));
            of_attempt |= matches!(part.kind, ExpressionKind::Attempt(_));
        });
        let target = self.surroundings.target.filter(|_| of_target);
        if let Some(model) = target.and_then(|target| self.encoder.policy.model(target)) {
            text.push_str(&format!(" for {}", model.name));
        }
        if let Some(attempt) = self.surroundings.attempt.filter(|_| of_attempt) {
            text.push_str(&format!(
                " at {} before {:?}",
                attempt.position, attempt.fallbacks
            ));
        }
        let unseen = || Unseen {
            part: expression.clone(),
            target,
            complete: !of_attempt && self.variables.is_empty(),
        };
        self.encoder.opaque.entry(text.clone()).or_insert_with(unseen);
        self.formulas.atom(Atom::Opaque(text))
    }

    fn opaque_unless(&mut self, encoded: Result<Formula, Opaque>, expression: &Expression) -> Formula {
        encoded.unwrap_or_else(|Opaque| self.opaque(expression))
    }
}
