//! Ints within their bounds, and the moment of the request.

use super::super::atom::NumberSubject;
use super::super::formula::AtomId;
use super::super::linear::{self, Bound, Solved};
use super::super::range::{self, Range};
use super::super::time::{self, FieldChoice, Moment};
use super::{Bounds, Choices, Making, Stuck};
use crate::facts::{Builtin, Value};
use std::collections::BTreeMap;

impl Making<'_, '_> {
    /// Sets the int facts and the moment that the choices speak of. Sizes stay, for strings and lists to keep to.
    pub(super) fn numbers(&mut self, choices: &mut Choices) -> Result<(), Stuck> {
        let mut ranges = BTreeMap::new();
        for (subject, bounds) in &choices.bounds {
            ranges.insert(subject.clone(), self.range(subject, bounds)?);
        }
        let of_sums = choices.sums.iter().flat_map(|((terms, _), ..)| terms);
        for (subject, _) in of_sums {
            let bounds = Bounds::default();
            let range = self.range(subject, choices.bounds.get(subject).unwrap_or(&bounds))?;
            ranges.insert(subject.clone(), range);
        }
        self.sums(choices, &mut ranges)?;
        for (subject, range) in &ranges {
            if let NumberSubject::Fact(fact) = subject
                && !self.said(subject)
            {
                self.set(*fact, Value::Int(nearest_to_zero(*range)));
            }
        }
        self.moment(choices, &ranges)
    }

    /// Whether the caller's tenant says what a number is.
    fn said(&self, subject: &NumberSubject) -> bool {
        self.tenant.is_some() && subject.fact().is_some_and(|fact| self.space.tenants.says(fact))
    }

    fn range(&self, subject: &NumberSubject, bounds: &Bounds) -> Result<Range, Stuck> {
        let mut range = range::of(subject, self.space.policy);
        if let NumberSubject::Fact(fact) = subject
            && self.said(subject)
        {
            let value = self.facts.int(*fact);
            range = Range {
                least: value,
                most: value,
            };
        }
        let least = bounds
            .least
            .map_or(range.least, |(least, _)| least.max(range.least));
        let most = bounds.most.map_or(range.most, |(most, _)| most.min(range.most));
        if least > most {
            return Err(Stuck::contradiction(atoms(bounds)));
        }
        Ok(Range { least, most })
    }

    fn sums(&self, choices: &Choices, ranges: &mut BTreeMap<NumberSubject, Range>) -> Result<(), Stuck> {
        if choices.sums.is_empty() {
            return Ok(());
        }
        let subjects: Vec<NumberSubject> = {
            let of_sums = choices.sums.iter().flat_map(|((terms, _), ..)| terms);
            let mut subjects: Vec<NumberSubject> = of_sums.map(|(subject, _)| subject.clone()).collect();
            subjects.sort();
            subjects.dedup();
            subjects
        };
        let position = |subject: &NumberSubject| subjects.binary_search(subject).unwrap_or_default();
        let bounds: Vec<Bound> = choices
            .sums
            .iter()
            .map(|((terms, most), holds, _)| {
                // The opposite of a sum of at most n is that it is at least n + 1: the negated sum is at most -n - 1.
                let sign = if *holds { 1 } else { -1 };
                let most = i128::from(*most);
                Bound {
                    terms: terms
                        .iter()
                        .map(|(subject, times)| (position(subject), times * sign))
                        .collect(),
                    most: if *holds { most } else { -most - 1 },
                }
            })
            .collect();
        let within: Vec<Range> = subjects
            .iter()
            .filter_map(|subject| ranges.get(subject).copied())
            .collect();
        match linear::solve(&within, &bounds) {
            Solved::Values(values) => {
                for (subject, value) in subjects.into_iter().zip(values) {
                    ranges.insert(
                        subject,
                        Range {
                            least: value,
                            most: value,
                        },
                    );
                }
                Ok(())
            }
            Solved::Unknown => Err(Stuck::Unknown),
            Solved::None => {
                let mut all: Vec<AtomId> = choices.sums.iter().map(|(_, _, atom)| *atom).collect();
                for subject in &subjects {
                    all.extend(choices.bounds.get(subject).map(atoms).unwrap_or_default());
                }
                let of_caller = subjects.iter().any(|subject| self.said(subject));
                Err(Stuck::Contradiction {
                    atoms: all,
                    of_caller,
                })
            }
        }
    }

    /// Sets `now`, where its fields or the moment itself are spoken of.
    fn moment(&mut self, choices: &Choices, ranges: &BTreeMap<NumberSubject, Range>) -> Result<(), Stuck> {
        let mut fields = Vec::new();
        let mut of_fields = Vec::new();
        let mut instant = None;
        let mut of_instant = Vec::new();
        for (subject, range) in ranges {
            let because = choices.bounds.get(subject).map(atoms).unwrap_or_default();
            match subject {
                NumberSubject::Field(function, zone) => {
                    fields.push(FieldChoice {
                        function: *function,
                        zone: zone.clone(),
                        least: range.least,
                        most: range.most,
                    });
                    of_fields.push(because);
                }
                NumberSubject::Instant => {
                    instant = Some((range.least, range.most));
                    of_instant = because;
                }
                _ => {}
            }
        }
        if fields.is_empty() && instant.is_none() {
            return Ok(());
        }
        match time::solve(&fields, instant) {
            Moment::At(moment) => {
                self.set(Builtin::Now.into(), Value::Timestamp(moment));
                Ok(())
            }
            Moment::Contradiction(at) => {
                let of = |at: usize| of_fields.get(at).unwrap_or(&of_instant).iter().copied();
                Err(Stuck::contradiction(at.into_iter().flat_map(of).collect()))
            }
            Moment::Unknown => Err(Stuck::Unknown),
        }
    }
}

/// The atoms that bounds come from.
pub(super) fn atoms(bounds: &Bounds) -> Vec<AtomId> {
    [bounds.least, bounds.most]
        .into_iter()
        .flatten()
        .map(|(_, atom)| atom)
        .collect()
}

fn nearest_to_zero(range: Range) -> i64 {
    0i64.clamp(range.least, range.most)
}
