//! The report's estimates: of costs and times where another target answers than the recorded one. They stand apart from
//! what is exact.

use super::estimate::Estimates;
use super::history::History;
use super::interval::Interval;
use super::report::Report;
use super::words::{counted, grouped, signed};
use crate::quantity::Cost;
use serde::{Serialize, Serializer};

/// A cent in picodollars.
const CENT: f64 = 1e10;

/// Costs and times with the answers of targets estimated that were not asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// Records whose answer is estimated.
    pub records: u64,
    /// Records that go to a target of which too few answers to like requests are recorded: the recorded length stands in,
    /// and no interval holds them.
    pub unsupported: u64,
    /// What the candidate costs.
    #[serde(rename = "candidate_usd")]
    pub candidate: CostRange,
    /// How much more it costs.
    #[serde(rename = "delta_usd")]
    pub delta: CostRange,
    /// Mean milliseconds to the end of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ms: Option<TimeChange>,
    /// Mean milliseconds to the first content of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_token_ms: Option<TimeChange>,
}

/// A cost and the interval of 95 % around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CostRange {
    /// The estimate.
    #[serde(serialize_with = "dollars")]
    pub estimate: Cost,
    /// Where the interval begins.
    #[serde(serialize_with = "dollars")]
    pub low: Cost,
    /// Where the interval ends.
    #[serde(serialize_with = "dollars")]
    pub high: Cost,
}

/// Mean times before and after.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeChange {
    /// Under the baseline policy, or as recorded.
    pub baseline: TimeRange,
    /// Under the candidate.
    pub candidate: TimeRange,
}

/// A mean time in milliseconds and the interval of 95 % around it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeRange {
    /// The estimate.
    pub mean: f64,
    /// Where the interval begins.
    pub low: f64,
    /// Where the interval ends.
    pub high: f64,
}

impl Estimate {
    /// What a tally came to; `None` where it knows of too few answers.
    pub(super) fn of(estimates: &Estimates, history: &History) -> Option<Self> {
        let (records, unsupported) = estimates.counts(history);
        history.tells_anything().then(|| Estimate {
            records,
            unsupported,
            candidate: CostRange::of(estimates.candidate(history)),
            delta: CostRange::of(estimates.delta(history)),
            ms: estimates.took(history).map(TimeChange::of),
            first_token_ms: estimates.first_token(history).map(TimeChange::of),
        })
    }

    /// The estimates in words, each with what it is of.
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        let range = |range: &CostRange| {
            let (low, high) = (signed(range.low), signed(range.high));
            format!("{} ({low} to {high})", signed(range.estimate))
        };
        let answers = counted(self.records, "answer");
        let mut rows = vec![
            (
                "estimated".to_owned(),
                format!("{answers} of another target, as to like requests"),
            ),
            ("cost difference".to_owned(), range(&self.delta)),
        ];
        if self.unsupported > 0 {
            let note = "too few answers to like requests are recorded there; recorded lengths stand in";
            rows.push((
                "unsupported".to_owned(),
                format!("{}: {note}", grouped(self.unsupported)),
            ));
        }
        for (label, change) in [("mean ms", self.ms), ("mean first token ms", self.first_token_ms)] {
            if let Some(TimeChange { baseline, candidate }) = change {
                let (low, high) = (candidate.low, candidate.high);
                let told = format!(
                    "{:.0} → {:.0} ({low:.0} to {high:.0})",
                    baseline.mean, candidate.mean
                );
                rows.push((label.to_owned(), told));
            }
        }
        rows
    }
}

impl Report {
    /// The estimates, where there is anything to estimate.
    pub(super) fn telling_estimate(&self) -> Option<&Estimate> {
        let estimate = self.estimate.as_ref();
        estimate.filter(|estimate| estimate.records + estimate.unsupported > 0)
    }
}

impl CostRange {
    /// From picodollars: to three digits of what is uncertain, and to the cent at least. What is known is exact.
    fn of(interval: Interval) -> Self {
        let half = (interval.high - interval.low) / 2.0;
        let unit = match half > 0.0 {
            true => 10_f64.powi(half.log10().floor() as i32 - 2).clamp(1.0, CENT),
            false => 1.0,
        };
        let cost =
            |picodollars: f64| Cost::from_picodollars((picodollars / unit).round() as i128 * unit as i128);
        CostRange {
            estimate: cost(interval.value),
            low: cost(interval.low),
            high: cost(interval.high),
        }
    }
}

impl TimeChange {
    fn of((baseline, candidate): (Interval, Interval)) -> Self {
        TimeChange {
            baseline: TimeRange::of(baseline),
            candidate: TimeRange::of(candidate),
        }
    }
}

impl TimeRange {
    /// To the microsecond.
    pub(super) fn of(interval: Interval) -> Self {
        let rounded = |number: f64| (number * 1_000.0).round() / 1_000.0;
        TimeRange {
            mean: rounded(interval.value),
            low: rounded(interval.low),
            high: rounded(interval.high),
        }
    }
}

fn dollars<S: Serializer>(cost: &Cost, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(cost)
}
