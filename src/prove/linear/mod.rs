//! Whole numbers within ranges that keep bounds on their sums: found by narrowing the ranges and cutting them in half.

use super::range::Range;

/// Most times that a range is cut in half.
const MAX_CUTS: usize = 2_000;

/// Most rounds of narrowing between two cuts.
const MAX_ROUNDS: usize = 200;

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
        match narrow(&mut ranges, bounds) {
            Some(false) => continue,
            Some(true) => {}
            None => return Solved::Unknown,
        }
        let lowest: Vec<i64> = ranges.iter().map(|range| range.least).collect();
        if keeps(&lowest, bounds) {
            return Solved::Values(lowest);
        }
        let widest = ranges
            .iter()
            .enumerate()
            .max_by_key(|(_, range)| i128::from(range.most) - i128::from(range.least));
        let Some((at, range)) = widest.filter(|(_, range)| range.least < range.most) else {
            continue;
        };
        cuts += 1;
        if cuts > MAX_CUTS {
            return Solved::Unknown;
        }
        let middle = i64::midpoint(range.least, range.most);
        let middle = if middle == range.most { middle - 1 } else { middle };
        let (mut lower, mut upper) = (ranges.clone(), ranges);
        if let (Some(lower), Some(upper)) = (lower.get_mut(at), upper.get_mut(at)) {
            lower.most = middle;
            upper.least = middle + 1;
        }
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

/// Narrows the ranges to what the bounds leave; false where they leave nothing, `None` where it takes too long.
fn narrow(ranges: &mut [Range], bounds: &[Bound]) -> Option<bool> {
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
                return Some(false);
            }
            for (at, times) in &bound.terms {
                let room = bound.most - (sum - least(ranges, *at, *times));
                let times = i128::from(*times);
                let Some(range) = ranges.get_mut(*at) else {
                    continue;
                };
                if times > 0 {
                    let most = room.div_euclid(times);
                    if most < i128::from(range.most) {
                        range.most = i64::try_from(most).ok()?;
                        changed = true;
                    }
                } else {
                    let lowest = -(room.div_euclid(-times));
                    if lowest > i128::from(range.least) {
                        range.least = i64::try_from(lowest).ok()?;
                        changed = true;
                    }
                }
                if range.least > range.most {
                    return Some(false);
                }
            }
        }
        if !changed {
            return Some(true);
        }
    }
    Some(true)
}
