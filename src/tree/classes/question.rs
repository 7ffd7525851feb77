//! What is asked of a request's facts, and the numbers of its answers.

use super::super::names::Names;
use super::super::predicate::{MomentPart, Scope, Truth};
use super::super::subject::Subject;
use crate::facts::{FactId, Facts};

/// Something that facts are asked for.
#[derive(Debug)]
pub(super) enum Question<'t> {
    /// Which of these a text is: its number, or 0.
    Text(FactId, Names),
    /// Which of these a list holds: a bit for each.
    Members(FactId, Names),
    /// Between which of these a number lies: how many of them are not above it. They ascend.
    Number(FactId, Box<[i64]>),
    /// The same of a part of a moment, and whether it could be read.
    Part(&'t MomentPart, Box<[i64]>),
    /// Whether a fact is true.
    Flag(FactId),
    /// Whether any other condition holds, and whether it failed.
    Truth(&'t Truth),
}

impl Question<'_> {
    /// The fact that it asks for; `None` where it may be several.
    pub(super) fn fact(&self) -> Option<FactId> {
        match self {
            Question::Text(fact, _)
            | Question::Members(fact, _)
            | Question::Number(fact, _)
            | Question::Flag(fact) => Some(*fact),
            Question::Part(part, _) => part.fact(),
            Question::Truth(_) => None,
        }
    }

    /// How many bits its answers take.
    pub(super) fn width(&self) -> u32 {
        let of_count = |count: usize| usize::BITS - count.leading_zeros();
        match self {
            Question::Text(_, names) => of_count(names.texts().len()),
            Question::Members(_, names) => u32::try_from(names.texts().len()).unwrap_or(u32::MAX / 2),
            Question::Number(_, cuts) => of_count(cuts.len()),
            Question::Part(_, cuts) => of_count(cuts.len()) + 1,
            Question::Flag(_) => 1,
            Question::Truth(_) => 2,
        }
    }

    /// How many bits a number takes that is a part of its answers.
    pub(super) fn width_of_number(&self) -> u32 {
        match self {
            Question::Members(..) => 1,
            other => other.width(),
        }
    }

    /// Hands out the answer, in parts: the place of each within the question's bits, and a number.
    #[inline]
    pub(super) fn answer(&self, facts: &Facts, mut put: impl FnMut(u32, u64)) {
        match self {
            Question::Text(fact, names) => put(0, u64::from(names.find(facts.string(*fact)))),
            Question::Members(fact, names) => {
                let numbers = facts.list(*fact).iter().map(|item| names.find(item));
                numbers
                    .filter_map(|number| number.checked_sub(1))
                    .for_each(|at| put(at, 1));
            }
            Question::Number(fact, cuts) => put(0, below(cuts, facts.int(*fact))),
            Question::Part(part, cuts) => {
                let (number, failed) = Scope::new(facts, Subject::default()).part(part);
                put(0, below(cuts, number) << 1 | u64::from(failed));
            }
            Question::Flag(fact) => put(0, u64::from(facts.boolean(*fact))),
            Question::Truth(truth) => {
                let (truth, failed) = Scope::new(facts, Subject::default()).outcome(truth);
                put(0, u64::from(truth) | u64::from(failed) << 1);
            }
        }
    }
}

/// How many of the cuts are not above a number.
fn below(cuts: &[i64], number: i64) -> u64 {
    cuts.partition_point(|cut| *cut <= number) as u64
}
