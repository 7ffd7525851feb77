//! Ints whose sums keep their bounds.

use super::super::atom::NumberSubject;
use super::super::formula::AtomId;
use super::super::linear::{self, Bound, Solved};
use super::super::range::{self, Range};
use super::super::shrink::shrink;
use super::{Choices, Making, Stuck};
use std::collections::BTreeMap;

/// Questions that make one contradiction smaller.
const MAX_ROUNDS: usize = 32;

/// What a sum or one number of it shall keep to.
enum Demand {
    /// A bound on a sum, and its atom.
    Sum(Bound, AtomId),
    /// The least that the number at a place may be, and the atom that says so.
    Least(usize, i64, AtomId),
    /// The most that it may be.
    Most(usize, i64, AtomId),
}

impl Making<'_, '_> {
    /// Numbers for the sums that the choices speak of, as ranges of one number each.
    pub(super) fn sums(
        &self,
        choices: &Choices,
        ranges: &mut BTreeMap<NumberSubject, Range>,
    ) -> Result<(), Stuck> {
        if choices.sums.is_empty() {
            return Ok(());
        }
        let of_sums = choices.sums.iter().flat_map(|((terms, _), ..)| terms);
        let mut subjects: Vec<&NumberSubject> = of_sums.map(|(subject, _)| subject).collect();
        subjects.sort();
        subjects.dedup();
        let within: Vec<Range> = subjects.iter().map(|subject| self.whole_range(subject)).collect();
        let demands = demands(choices, &subjects);
        let all: Vec<&Demand> = demands.iter().collect();
        match solved(&within, &all) {
            Solved::Values(values) => {
                for (subject, value) in subjects.into_iter().zip(values) {
                    let only = Range {
                        least: value,
                        most: value,
                    };
                    ranges.insert(subject.clone(), only);
                }
                Ok(())
            }
            Solved::Unknown => Err(Stuck::Unknown),
            Solved::None => {
                let core = shrink((0..demands.len()).collect(), MAX_ROUNDS, |rest| {
                    let kept: Vec<&Demand> = rest.iter().filter_map(|at| demands.get(*at)).collect();
                    (solved(&within, &kept) == Solved::None).then(|| rest.to_vec())
                });
                let of = |at: usize| demands.get(at).map(Demand::atom);
                Err(Stuck::Contradiction {
                    atoms: core.into_iter().filter_map(of).collect(),
                    of_caller: subjects.iter().any(|subject| self.said(subject)),
                })
            }
        }
    }

    /// The values that a number can have before any atom speaks of it.
    fn whole_range(&self, subject: &NumberSubject) -> Range {
        match subject {
            NumberSubject::Fact(fact) if self.said(subject) => {
                let value = self.facts.int(*fact);
                Range {
                    least: value,
                    most: value,
                }
            }
            _ => range::of(subject, self.space.policy),
        }
    }
}

impl Demand {
    fn atom(&self) -> AtomId {
        match self {
            Demand::Sum(_, atom) | Demand::Least(_, _, atom) | Demand::Most(_, _, atom) => *atom,
        }
    }
}

fn demands(choices: &Choices, subjects: &[&NumberSubject]) -> Vec<Demand> {
    let position = |subject: &NumberSubject| subjects.binary_search(&subject).unwrap_or_default();
    let mut demands = Vec::new();
    for ((terms, most), holds, atom) in &choices.sums {
        // The opposite of a sum of at most n is that it is at least n + 1: the negated sum is at most -n - 1.
        let sign = if *holds { 1 } else { -1 };
        let most = i128::from(*most);
        let bound = Bound {
            terms: terms
                .iter()
                .map(|(subject, times)| (position(subject), times * sign))
                .collect(),
            most: if *holds { most } else { -most - 1 },
        };
        demands.push(Demand::Sum(bound, *atom));
    }
    for (at, subject) in subjects.iter().enumerate() {
        let Some(bounds) = choices.bounds.get(subject) else {
            continue;
        };
        demands.extend(bounds.least.map(|(least, atom)| Demand::Least(at, least, atom)));
        demands.extend(bounds.most.map(|(most, atom)| Demand::Most(at, most, atom)));
    }
    demands
}

fn solved(within: &[Range], demands: &[&Demand]) -> Solved {
    let mut ranges = within.to_vec();
    let mut bounds = Vec::new();
    for demand in demands {
        match demand {
            Demand::Sum(bound, _) => bounds.push(bound.clone()),
            Demand::Least(at, least, _) => {
                if let Some(range) = ranges.get_mut(*at) {
                    range.least = range.least.max(*least);
                }
            }
            Demand::Most(at, most, _) => {
                if let Some(range) = ranges.get_mut(*at) {
                    range.most = range.most.min(*most);
                }
            }
        }
    }
    if ranges.iter().any(|range| range.least > range.most) {
        return Solved::None;
    }
    linear::solve(&ranges, &bounds)
}
