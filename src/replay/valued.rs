//! The report's estimates of outcomes under the candidate, from what was drawn when the records were made.

use super::estimator::{Estimators, Mean};
use super::names::{Names, OutcomeName};
use super::report::Report;
use super::valuation::{OutcomeSums, Valuation};
use super::words::{counted, grouped, share};
use serde::Serialize;

/// Estimates of outcomes under the candidate, and how far the recording supports them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OffPolicy {
    /// Records that were sent on, and that the candidate sends on.
    pub records: u64,
    /// Those that the recording does not support.
    pub no_support: NoSupport,
    /// The outcomes, in the order asked for.
    pub outcomes: Vec<OutcomeLine>,
}

/// Records whose candidate's target the recording could not have taken, or may not have been able to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct NoSupport {
    /// Its propensity was 0.
    pub zero: u64,
    /// Its propensity is not known.
    pub unknown: u64,
    /// Both, of all records, 0 to 1.
    pub share: f64,
}

/// The estimates of one outcome's mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeLine {
    /// Its name.
    pub outcome: String,
    /// Records in which it is known, and the propensity of what was taken.
    pub records: u64,
    /// Groups of users that they come from.
    pub groups: usize,
    /// How many records of equal weight would say as much.
    pub effective_records: f64,
    /// As recorded.
    pub recorded: Option<MeanRange>,
    /// Under the candidate, by inverse propensity.
    pub inverse_propensity: Option<MeanRange>,
    /// Under the candidate, by inverse propensity with weights that add up to the whole.
    pub self_normalised: Option<MeanRange>,
    /// Under the candidate, doubly robust.
    pub doubly_robust: Option<MeanRange>,
    /// How much more it is under the candidate, doubly robust.
    pub difference: Option<MeanRange>,
}

/// A mean and the interval of 95 % around it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanRange {
    /// The estimate.
    pub mean: f64,
    /// Where the interval begins; `None` where there are too few users to tell.
    pub low: Option<f64>,
    /// Where the interval ends.
    pub high: Option<f64>,
}

impl OffPolicy {
    /// What a tally came to; `None` where no outcome was asked for.
    pub(super) fn of(valuation: &Valuation, names: &Names) -> Option<Self> {
        let support = valuation.support;
        let lines = names.outcomes.iter().zip(&valuation.outcomes);
        let outcomes: Vec<OutcomeLine> = lines
            .map(|(measure, sums)| OutcomeLine::of(measure, sums))
            .collect();
        (!outcomes.is_empty()).then(|| OffPolicy {
            records: support.records,
            no_support: NoSupport {
                zero: support.zero,
                unknown: support.unknown,
                share: (support.zero + support.unknown) as f64 / support.records.max(1) as f64,
            },
            outcomes,
        })
    }

    /// What there is to warn of.
    pub(super) fn warning(&self) -> Option<String> {
        let NoSupport { zero, unknown, .. } = self.no_support;
        let lacking = zero + unknown;
        (lacking > 0).then(|| {
            let (records, part) = (counted(lacking, "record"), share(lacking, self.records));
            format!(
                "support is missing for {records} ({part}): the recording could not have gone where the candidate may go for \
                 {}, and for {} that is not known; inverse propensity is wrong by those, doubly robust estimates rest on like \
                 answers alone",
                grouped(zero),
                grouped(unknown)
            )
        })
    }
}

impl OutcomeLine {
    fn of(measure: &OutcomeName, sums: &OutcomeSums) -> Self {
        let estimators = Estimators::of(sums);
        let range = |mean: Option<Mean>| mean.map(|mean| MeanRange::of(mean, measure.parts as f64));
        OutcomeLine {
            outcome: measure.name.clone(),
            records: estimators.records,
            groups: estimators.groups,
            effective_records: rounded(estimators.effective),
            recorded: range(estimators.recorded),
            inverse_propensity: range(estimators.inverse),
            self_normalised: range(estimators.self_normalised),
            doubly_robust: range(estimators.doubly_robust),
            difference: range(estimators.difference),
        }
    }

    /// Whether the candidate raises the outcome or lowers it, if that can be told.
    fn direction(&self) -> &'static str {
        match self.difference.filter(|_| self.effective_records > 0.0) {
            Some(MeanRange { low: Some(low), .. }) if low > 0.0 => "rises",
            Some(MeanRange { high: Some(high), .. }) if high < 0.0 => "falls",
            _ => "no telling",
        }
    }

    /// The cells of its row.
    fn cells(&self) -> Vec<String> {
        let range =
            |range: Option<MeanRange>| range.map_or_else(|| "unknown".to_owned(), MeanRange::in_words);
        vec![
            self.outcome.clone(),
            range(self.recorded),
            range(self.doubly_robust),
            range(self.self_normalised),
            range(self.inverse_propensity),
            range(self.difference),
            self.direction().to_owned(),
            grouped(self.effective_records.round() as u64),
        ]
    }
}

impl Report {
    /// The head of the table of estimates, and its rows.
    pub(super) fn off_policy_rows(&self) -> Option<(&'static [&'static str; 8], Vec<Vec<String>>)> {
        const HEAD: [&str; 8] = [
            "outcome",
            "recorded",
            "doubly robust",
            "self-normalised",
            "inverse propensity",
            "difference",
            "",
            "effective records",
        ];
        let off_policy = self.off_policy.as_ref()?;
        Some((
            &HEAD,
            off_policy.outcomes.iter().map(OutcomeLine::cells).collect(),
        ))
    }
}

impl MeanRange {
    fn of(mean: Mean, parts: f64) -> Self {
        let one = |number: f64| rounded(number / parts);
        MeanRange {
            mean: one(mean.mean),
            low: mean.interval.map(|(low, _)| one(low)),
            high: mean.interval.map(|(_, high)| one(high)),
        }
    }

    fn in_words(self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) => {
                format!("{} ({} to {})", short(self.mean), short(low), short(high))
            }
            _ => short(self.mean),
        }
    }
}

/// To twelve decimals: what lies behind them is no more than the order of sums.
fn rounded(number: f64) -> f64 {
    (number * 1e12).round() / 1e12
}

/// A number to four digits that tell.
fn short(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let digits = 3 - number.abs().log10().floor() as i32;
    let text = format!("{number:.*}", usize::try_from(digits.max(0)).unwrap_or_default());
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
