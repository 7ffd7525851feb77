//! Fractions within ranges that keep bounds on their sums: a simplex tableau without an objective.
//!
//! Each sum is a variable of its own. The variables of the basis are sums of the others; one of the basis that leaves
//! its range changes places with another that has room. Always taking the first that will do ends (Bland's rule). The
//! form is that of Dutertre, de Moura, "A Fast Linear-Arithmetic Solver for DPLL(T)" (2006).

use super::Bound;
use super::rational::Rational;
use crate::prove::range::Range;
use std::cmp::Ordering;

/// Most exchanges.
const MAX_EXCHANGES: usize = 2_000;

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Relaxed {
    /// A value for each number.
    Values(Vec<Rational>),
    /// There are none, not even fractions.
    None,
    /// Not found within bounds.
    Unknown,
}

struct Tableau {
    least: Vec<Option<Rational>>,
    most: Vec<Option<Rational>>,
    values: Vec<Rational>,
    /// The variable of each row.
    basis: Vec<usize>,
    /// For each row how many times it holds each variable; variables of the basis are not in it.
    rows: Vec<Vec<Rational>>,
}

/// Fractions within the ranges that keep all bounds.
pub(super) fn relaxed(ranges: &[Range], bounds: &[Bound]) -> Relaxed {
    let Some(mut tableau) = Tableau::new(ranges, bounds) else {
        return Relaxed::Unknown;
    };
    for _ in 0..MAX_EXCHANGES {
        match tableau.step() {
            Some(Step::Done) => {
                tableau.values.truncate(ranges.len());
                return Relaxed::Values(tableau.values);
            }
            Some(Step::Exchanged) => {}
            Some(Step::Stuck) => return Relaxed::None,
            None => return Relaxed::Unknown,
        }
    }
    Relaxed::Unknown
}

enum Step {
    Done,
    Exchanged,
    /// A variable of the basis is out of its range, and none of its row has room.
    Stuck,
}

impl Tableau {
    fn new(ranges: &[Range], bounds: &[Bound]) -> Option<Self> {
        let count = ranges.len() + bounds.len();
        let whole = |number: i64| Rational::whole(number.into());
        let mut tableau = Tableau {
            least: ranges.iter().map(|range| Some(whole(range.least))).collect(),
            most: ranges.iter().map(|range| Some(whole(range.most))).collect(),
            values: ranges.iter().map(|range| whole(range.least)).collect(),
            basis: (ranges.len()..count).collect(),
            rows: Vec::with_capacity(bounds.len()),
        };
        for bound in bounds {
            let mut row = vec![Rational::ZERO; count];
            for (at, times) in &bound.terms {
                let entry = row.get_mut(*at)?;
                *entry = entry.plus(whole(*times))?;
            }
            let value = tableau.sum(&row)?;
            tableau.rows.push(row);
            tableau.values.push(value);
            tableau.least.push(None);
            tableau.most.push(Some(Rational::whole(bound.most)));
        }
        Some(tableau)
    }

    fn sum(&self, row: &[Rational]) -> Option<Rational> {
        let products = row.iter().zip(&self.values);
        products
            .filter(|(times, _)| !times.is_zero())
            .try_fold(Rational::ZERO, |sum, (times, value)| {
                sum.plus(times.times(*value)?)
            })
    }

    /// Exchanges the first variable of the basis that is out of its range. `None` where numbers get too large.
    fn step(&mut self) -> Option<Step> {
        let mut first: Option<(usize, usize, Rational)> = None;
        for (row, variable) in self.basis.iter().copied().enumerate() {
            if first.is_none_or(|(_, known, _)| variable < known)
                && let Some(end) = self.missed(variable)?
            {
                first = Some((row, variable, end));
            }
        }
        let Some((row, leaving, end)) = first else {
            return Some(Step::Done);
        };
        let rises = self.values.get(leaving)?.order(end)? == Ordering::Less;
        let times = self.rows.get(row)?.clone();
        for (entering, times) in times.iter().enumerate() {
            if !times.is_zero() && self.has_room(entering, times.is_positive() == rises)? {
                self.exchange(row, leaving, entering, end)?;
                return Some(Step::Exchanged);
            }
        }
        Some(Step::Stuck)
    }

    /// The end of its range that a variable has gone beyond.
    fn missed(&self, variable: usize) -> Option<Option<Rational>> {
        let value = *self.values.get(variable)?;
        if let Some(least) = *self.least.get(variable)?
            && value.order(least)? == Ordering::Less
        {
            return Some(Some(least));
        }
        if let Some(most) = *self.most.get(variable)?
            && value.order(most)? == Ordering::Greater
        {
            return Some(Some(most));
        }
        Some(None)
    }

    /// Whether a variable can rise, or fall.
    fn has_room(&self, variable: usize, to_rise: bool) -> Option<bool> {
        let value = *self.values.get(variable)?;
        let (end, full) = if to_rise {
            (*self.most.get(variable)?, Ordering::Less)
        } else {
            (*self.least.get(variable)?, Ordering::Greater)
        };
        match end {
            Some(end) => Some(value.order(end)? == full),
            None => Some(true),
        }
    }

    /// Brings one variable to an end of its range and out of the basis, and another into it.
    fn exchange(&mut self, row: usize, leaving: usize, entering: usize, end: Rational) -> Option<()> {
        let pivot = *self.rows.get(row)?.get(entering)?;
        // entering = (leaving - the rest of the row) / pivot
        let mut solved = Vec::with_capacity(self.values.len());
        for (at, times) in self.rows.get(row)?.iter().enumerate() {
            solved.push(if at == entering {
                Rational::ZERO
            } else if at == leaving {
                Rational::whole(1).by(pivot)?
            } else {
                Rational::ZERO.minus(*times)?.by(pivot)?
            });
        }
        for (at, other) in self.rows.iter_mut().enumerate() {
            let times = *other.get(entering)?;
            if at == row || times.is_zero() {
                continue;
            }
            for (entry, of_entering) in other.iter_mut().zip(&solved) {
                *entry = entry.plus(times.times(*of_entering)?)?;
            }
            *other.get_mut(entering)? = Rational::ZERO;
        }
        *self.rows.get_mut(row)? = solved;
        *self.basis.get_mut(row)? = entering;
        *self.values.get_mut(leaving)? = end;
        for at in 0..self.rows.len() {
            let value = self.sum(self.rows.get(at)?)?;
            *self.values.get_mut(*self.basis.get(at)?)? = value;
        }
        Some(())
    }
}
