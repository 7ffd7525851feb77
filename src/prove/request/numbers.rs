//! Ints within their bounds, and the moment of the request.

use super::super::atom::NumberSubject;
use super::super::formula::AtomId;
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
    pub(super) fn said(&self, subject: &NumberSubject) -> bool {
        self.tenant.is_some() && subject.fact().is_some_and(|fact| self.space.tenants.says(fact))
    }

    pub(super) fn range(&self, subject: &NumberSubject, bounds: &Bounds) -> Result<Range, Stuck> {
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
