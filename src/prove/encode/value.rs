//! Values of parts of a condition, as far as they can be told without the request.

use super::super::atom::{NumberSubject, TextSubject};
use super::super::formula::Formula;
use crate::facts::FactId;
use std::collections::BTreeMap;

/// A part that is not looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opaque;

/// Most values that one part may have under different conditions.
const MAX_CASES: usize = 64;

/// A sum of multiples of the request's numbers, and a constant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) terms: BTreeMap<NumberSubject, i128>,
    pub(super) constant: i128,
}

impl Sum {
    /// A constant.
    pub(super) fn constant(constant: i128) -> Self {
        Sum {
            terms: BTreeMap::new(),
            constant,
        }
    }

    /// One of the request's numbers, so many times.
    pub(super) fn of(subject: NumberSubject, times: i128) -> Self {
        Sum {
            terms: BTreeMap::from([(subject, times)]),
            constant: 0,
        }
    }

    /// The number, where nothing of the request is in it.
    pub(super) fn known(&self) -> Option<i128> {
        self.terms.is_empty().then_some(self.constant)
    }

    /// This and `times` times the other.
    pub(super) fn plus(&self, other: &Sum, times: i128) -> Result<Sum, Opaque> {
        let mut sum = self.clone();
        let step = |left: i128, right: i128| left.checked_add(right.checked_mul(times)?);
        sum.constant = step(sum.constant, other.constant).ok_or(Opaque)?;
        for (subject, count) in &other.terms {
            let entry = sum.terms.entry(subject.clone()).or_insert(0);
            *entry = step(*entry, *count).ok_or(Opaque)?;
        }
        sum.terms.retain(|_, count| *count != 0);
        Ok(sum)
    }
}

/// A value under no condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    /// A truth.
    Truth(Formula),
    /// An int.
    Number(Sum),
    /// A moment, in nanoseconds since the epoch.
    Moment(Sum),
    /// A length of time, in nanoseconds.
    Length(Sum),
    /// A double that is known.
    Double(f64),
    /// A string that is known.
    Text(String),
    /// A string of the request.
    TextOf(TextSubject),
    /// A list of known length.
    List(Vec<Value>),
    /// A list of the request.
    ListOf(FactId),
    /// A map of known keys.
    Map(Vec<(Value, Value)>),
    /// A map of the request.
    MapOf(FactId),
    /// Any other literal: unsigned numbers, bytes, null.
    Other(crate::cel::Literal),
}

/// A value for each of some formulas, exactly one of which holds.
pub(super) type Cases = Vec<(Formula, Value)>;

/// The cases, where they are not too many.
pub(super) fn bounded(cases: Cases) -> Result<Cases, Opaque> {
    if cases.len() > MAX_CASES {
        Err(Opaque)
    } else {
        Ok(cases)
    }
}
