//! Whole numbers within ranges that keep bounds on their sums: fractions are found first, and a range is cut where
//! one of them is not whole.

mod rational;
mod simplex;

use super::range::Range;
use simplex::{Relaxed, relaxed};

/// Most times that a range is cut.
const MAX_CUTS: usize = 2_000;

/// Most rounds of narrowing between two cuts.
const MAX_ROUNDS: usize = 20;

/// A bound on a sum: the numbers by their position, how many times each, and the most that they sum to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) terms: Vec<(usize, i64)>,
    pub(super) most: i128,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Solved {
    /// A value for each number.
    Values(Vec<i64>),
    /// There are none.
    None,
    /// Not found within bounds.
    Unknown,
}

/// Numbers within their ranges that keep all bounds.
pub(super) fn solve(ranges: &[Range], bounds: &[Bound]) -> Solved {
    let mut open = vec![ranges.to_vec()];
    let mut cuts = 0;
    while let Some(mut ranges) = open.pop() {
        if !narrow(&mut ranges, bounds) {
            continue;
        }
        let lowest: Vec<i64> = ranges.iter().map(|range| range.least).collect();
        if keeps(&lowest, bounds) {
            return Solved::Values(lowest);
        }
        let values = match relaxed(&ranges, bounds) {
            Relaxed::None => continue,
            Relaxed::Unknown => return Solved::Unknown,
            Relaxed::Values(values) => values,
        };
        let floors: Vec<(i128, bool)> = values.iter().map(|value| value.floor()).collect();
        let Some(at) = floors.iter().position(|(_, whole)| !whole) else {
            let values = floors
                .iter()
                .map(|(value, _)| i64::try_from(*value).unwrap_or_default())
                .collect::<Vec<i64>>();
            return if keeps(&values, bounds) {
                Solved::Values(values)
            } else {
                Solved::Unknown
            };
        };
        cuts += 1;
        if cuts > MAX_CUTS {
            return Solved::Unknown;
        }
        let below = floors.get(at).and_then(|(floor, _)| i64::try_from(*floor).ok());
        let (mut lower, mut upper) = (ranges.clone(), ranges);
        let (Some(below), Some(lowered), Some(raised)) = (below, lower.get_mut(at), upper.get_mut(at)) else {
            return Solved::Unknown;
        };
        // A fraction lies within its range, so that there is a whole number on either side.
        lowered.most = below;
        raised.least = below.saturating_add(1);
        open.push(upper);
        open.push(lower);
    }
    Solved::None
}

fn keeps(values: &[i64], bounds: &[Bound]) -> bool {
    bounds.iter().all(|bound| {
        let value = |at: &usize| i128::from(values.get(*at).copied().unwrap_or_default());
        let sum: i128 = bound
            .terms
            .iter()
            .map(|(at, times)| value(at) * i128::from(*times))
            .sum();
        sum <= bound.most
    })
}

/// Narrows the ranges to what the bounds leave, as far as a few rounds go; false where they leave nothing.
fn narrow(ranges: &mut [Range], bounds: &[Bound]) -> bool {
    for _ in 0..MAX_ROUNDS {
        let mut changed = false;
        for bound in bounds {
            let least = |ranges: &[Range], at: usize, times: i64| {
                let range = ranges.get(at).copied().unwrap_or(Range { least: 0, most: 0 });
                i128::from(times) * i128::from(if times > 0 { range.least } else { range.most })
            };
            let sum: i128 = bound
                .terms
                .iter()
                .map(|(at, times)| least(ranges, *at, *times))
                .sum();
            if sum > bound.most {
                return false;
            }
            for (at, times) in &bound.terms {
                let room = bound.most - (sum - least(ranges, *at, *times));
                let Some(range) = ranges.get_mut(*at) else {
                    continue;
                };
                match narrowed(*range, i128::from(*times), room) {
                    Some(narrower) => {
                        changed |= narrower != *range;
                        *range = narrower;
                    }
                    None => return false,
                }
            }
        }
        if !changed {
            break;
        }
    }
    true
}

/// What of a range is left where `times` times the number is at most `room`; `times` is not 0.
fn narrowed(range: Range, times: i128, room: i128) -> Option<Range> {
    let (mut least, mut most) = (i128::from(range.least), i128::from(range.most));
    if times > 0 {
        most = most.min(room.div_euclid(times));
    } else {
        least = least.max(-(room.div_euclid(-times)));
    }
    (least <= most).then_some(Range {
        least: i64::try_from(least).ok()?,
        most: i64::try_from(most).ok()?,
    })
}

#[cfg(test)]
mod tests;
