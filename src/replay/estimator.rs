//! Estimates of what the mean of an outcome would be under the candidate, from records of another policy.
//!
//! Each record's outcome y was measured at the target a that was drawn with the probability p(a); the candidate would have
//! taken a with the probability q(a), so that the record weighs w = q(a) / p(a).
//!
//! - Inverse propensity: the mean of w·y (Horvitz and Thompson, 1952). It asks for nothing but the probabilities.
//! - Self-normalised: the sum of w·y over that of w (Hájek, "Comment on An Essay on the Logical Foundations of Survey
//!   Sampling", 1971). Nearly free of bias, and steadier where weights vary.
//! - Doubly robust: the mean of Σ q(b)·m(b) + w·(y − m(a)), where m is the mean of like answers of a target, to prompts of
//!   the same size (Dudík, Langford and Li, "Doubly Robust Policy Evaluation and Learning", 2011).
//!
//! Each is a function of sums over groups, within which records may hang together in whatever way. Its variance is that of
//! the jackknife that leaves out a group at a time (Kott, "Using the Delete-a-Group Jackknife Variance Estimator", 1998),
//! which also holds how uncertain the means of like answers are.

use super::interval::student;
use super::valuation::{GroupSums, Like, LikeSums, OutcomeSums, PARTS_OF_A_WEIGHT};
use std::collections::BTreeMap;

/// A mean and the interval of 95 % around it; `None` for the interval where there are fewer than two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mean {
    pub(super) mean: f64,
    pub(super) interval: Option<(f64, f64)>,
}

/// The estimates of one outcome, in its parts; each `None` where no record says anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimators {
    /// Records in which the outcome is known.
    pub(super) records: u64,
    /// Groups that they come from.
    pub(super) groups: usize,
    /// How many records of equal weight would say as much (Kish, "Survey Sampling", 1965).
    pub(super) effective: f64,
    pub(super) recorded: Option<Mean>,
    pub(super) inverse: Option<Mean>,
    pub(super) self_normalised: Option<Mean>,
    pub(super) doubly_robust: Option<Mean>,
    /// The doubly robust one less the recorded mean.
    pub(super) difference: Option<Mean>,
}

impl Estimators {
    pub(super) fn of(sums: &OutcomeSums) -> Self {
        let all = sums.whole();
        let means = estimates(&all);
        let parts: Vec<Estimates> = sums
            .groups
            .values()
            .map(|group| estimates(&all.without(group)))
            .collect();
        let [recorded, inverse, self_normalised, doubly_robust, difference] = std::array::from_fn(|which| {
            let mean = means.get(which).copied().flatten()?;
            let left_out = parts.iter().map(|part| part.get(which).copied().flatten());
            Some(Mean {
                mean,
                interval: interval(mean, &left_out.collect::<Vec<_>>()),
            })
        });
        let weight = all.weight as f64 / PARTS_OF_A_WEIGHT;
        let squares = sums.squares as f64 / PARTS_OF_A_WEIGHT / PARTS_OF_A_WEIGHT;
        Estimators {
            records: all.records,
            groups: sums.groups.len(),
            effective: if squares > 0.0 {
                weight * weight / squares
            } else {
                0.0
            },
            recorded,
            inverse,
            self_normalised,
            doubly_robust,
            difference,
        }
    }
}

/// As recorded, by inverse propensity, self-normalised, doubly robust, and the difference; `None` where nothing is known.
type Estimates = [Option<f64>; 5];

fn estimates(sums: &GroupSums) -> Estimates {
    let ratio = |part: f64, whole: f64| (whole > 0.0).then(|| part / whole);
    let records = sums.records as f64;
    let recorded = sums.sum as f64;
    let weighted = sums.weighted as f64 / PARTS_OF_A_WEIGHT;
    let robust = weighted + correction(sums);
    [
        ratio(recorded, records),
        ratio(weighted, records),
        ratio(weighted, sums.weight as f64 / PARTS_OF_A_WEIGHT),
        ratio(robust, records),
        ratio(robust - recorded, records),
    ]
}

/// What the means of like records add to the weighted sum: Σ q(b)·m(b) − w·m(a). Where no like records are known, the mean
/// is that of the target, else that of all.
fn correction(sums: &GroupSums) -> f64 {
    let mut targets: BTreeMap<u32, LikeSums> = BTreeMap::new();
    for ((target, _), like) in &sums.likes {
        targets.entry(*target).or_default().merge(*like);
    }
    let mean = |(target, _): &Like, like: &LikeSums| {
        let target = targets.get(target).and_then(LikeSums::mean);
        let all = || sums.sum as f64 / sums.records.max(1) as f64;
        like.mean().or(target).unwrap_or_else(all)
    };
    let each = sums.likes.iter().map(|(at, like)| {
        let more = like.mass.saturating_sub(like.weight) as f64 / PARTS_OF_A_WEIGHT;
        more * mean(at, like)
    });
    each.sum()
}

/// The interval around an estimate, from those without one group each; `None` where one group tells it all.
fn interval(mean: f64, left_out: &[Option<f64>]) -> Option<(f64, f64)> {
    let groups = left_out.len() as f64;
    let squares: Option<f64> = left_out
        .iter()
        .map(|other| Some((mean - (*other)?).powi(2)))
        .sum();
    let error = (squares? * (groups - 1.0) / groups).sqrt();
    let half = student(groups - 1.0) * error;
    (groups > 1.0).then_some((mean - half, mean + half))
}
