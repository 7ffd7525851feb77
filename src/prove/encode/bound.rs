//! Bounds on sums as formulas: in their simplest form, so that the same bound is the same formula however it is written.

use super::super::atom::{Atom, NumberSubject};
use super::super::formula::{Formula, Formulas};
use super::super::range;
use super::value::{Opaque, Sum};
use crate::model::Policy;

/// `sum <= bound`.
pub(super) fn at_most(
    sum: &Sum,
    bound: i128,
    policy: &Policy,
    formulas: &mut Formulas,
) -> Result<Formula, Opaque> {
    let bound = bound.checked_sub(sum.constant).ok_or(Opaque)?;
    let mut terms = sum.terms.iter();
    match (terms.next(), terms.next()) {
        (None, _) => Ok(Formulas::constant(0 <= bound)),
        (Some((subject, times)), None) => Ok(one_at_most(subject, *times, bound, policy, formulas)),
        _ => sum_at_most(sum, bound, formulas),
    }
}

/// `times * subject <= bound`.
fn one_at_most(
    subject: &NumberSubject,
    times: i128,
    bound: i128,
    policy: &Policy,
    formulas: &mut Formulas,
) -> Formula {
    if times > 0 {
        return threshold(subject, bound.div_euclid(times), policy, formulas);
    }
    // times < 0: subject >= -bound / -times, rounded up.
    let least = -(bound.div_euclid(-times));
    let below = threshold(subject, least - 1, policy, formulas);
    formulas.not(below)
}

fn threshold(subject: &NumberSubject, bound: i128, policy: &Policy, formulas: &mut Formulas) -> Formula {
    let range = range::of(subject, policy);
    if bound >= i128::from(range.most) {
        return Formulas::TRUE;
    }
    match i64::try_from(bound) {
        Ok(bound) if bound >= range.least => formulas.atom(Atom::AtMost(subject.clone(), bound)),
        _ => Formulas::FALSE,
    }
}

/// Several subjects: divided by what divides all of them, the first one positive.
fn sum_at_most(sum: &Sum, bound: i128, formulas: &mut Formulas) -> Result<Formula, Opaque> {
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
    let formula = formulas.atom(Atom::SumAtMost(terms, bound));
    Ok(if negated { formulas.not(formula) } else { formula })
}

fn gcd(left: i128, right: i128) -> i128 {
    if right == 0 {
        left.max(1)
    } else {
        gcd(right, left % right)
    }
}
