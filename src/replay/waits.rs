//! How long answers take, of records that have something in common: the times that are known, and the answers that were not
//! given, whose times are estimated from those to like requests. All of it merges in any order.

use super::estimate::Outlook;
use super::history::{Answers, History};
use super::interval::{Interval, Uncertain};
use super::moments::Moments;
use super::named::Named;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Fewest times that say what others would be.
const FEWEST_TIMES: u64 = 5;

/// The times of one side's answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waits {
    took: Moments,
    first_token: Moments,
    /// How many answers were not given, by target and by the size of their prompts.
    unseen: Named<BTreeMap<u8, u64>>,
}

/// Which of an answer's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// Until its end.
    Whole,
    /// Until its first content.
    FirstToken,
}

/// A mean time, and how many answers it is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Mean {
    pub(super) time: Interval,
    pub(super) answers: u64,
    /// Those that are estimated.
    pub(super) estimated: u64,
}

impl Waits {
    pub(super) fn add(&mut self, outlook: &Outlook<'_>) {
        if let Some(took) = outlook.took() {
            self.took.add(took);
        }
        if let Some(first_token) = outlook.first_token() {
            self.first_token.add(first_token);
        }
        let Some((target, size)) = outlook.unseen() else {
            return;
        };
        self.unseen
            .change(target, |sizes| *sizes.entry(size).or_default() += 1);
    }

    pub(super) fn merge(&mut self, other: Waits) {
        self.took.merge(other.took);
        self.first_token.merge(other.first_token);
        for (target, sizes) in other.unseen.into_values() {
            self.unseen.change(&target, |own| {
                for (size, count) in sizes {
                    *own.entry(size).or_default() += count;
                }
            });
        }
    }

    /// The mean time of the answers; `None` where none is known.
    pub(super) fn mean(&self, wait: Wait, history: &History) -> Option<Mean> {
        let unseen = self.unseen.iter().flat_map(|(target, sizes)| {
            let sizes = sizes.iter();
            sizes.map(move |(size, count)| (target, *size, *count))
        });
        wait.mean(wait.of(&self.took, &self.first_token), unseen, history)
    }
}

impl Wait {
    fn of<'m>(self, took: &'m Moments, first_token: &'m Moments) -> &'m Moments {
        match self {
            Wait::Whole => took,
            Wait::FirstToken => first_token,
        }
    }

    /// The mean of times that are known and of answers that were not given, each by its target, the size of its prompts and
    /// how many they are; `None` of none.
    pub(super) fn mean<'t>(
        self,
        known: &Moments,
        unseen: impl Iterator<Item = (&'t str, u8, u64)>,
        history: &History,
    ) -> Option<Mean> {
        let mut sum = Uncertain::default();
        sum.add_known(known.sum() as f64);
        let mut estimated = 0;
        for (target, size, count) in unseen {
            let like = |answers: &Answers| *self.of(&answers.took, &answers.first_token);
            let seen = history.answers(target, size).map(like);
            if let Some(seen) = seen.filter(|seen| seen.count() >= FEWEST_TIMES) {
                sum.add_unseen(&seen, count as f64, count as f64);
                estimated += count;
            }
        }
        let answers = known.count() + estimated;
        let interval = sum.interval();
        let each = |time: f64| time / answers as f64;
        (answers > 0).then(|| Mean {
            time: Interval {
                value: each(interval.value),
                low: each(interval.low),
                high: each(interval.high),
            },
            answers,
            estimated,
        })
    }
}
