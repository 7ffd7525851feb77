//! What would be paid and waited where another target answers than the recorded one: its answers are as long, and take as
//! long, as those that it gave to like requests. What is known stays exact and apart.

use super::course::Ending;
use super::exact;
use super::history::{History, size};
use super::interval::{Interval, Uncertain};
use super::moments::Moments;
use super::named::Named;
use super::side::Side;
use super::told::Told;
use super::waits::Wait;
use crate::model::Price;
use crate::quantity::Cost;
use crate::record::Usage;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An answer that was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unseen<'a> {
    target: &'a str,
    /// Picodollars of a completion token.
    price: u64,
    /// The size of the prompt.
    size: u8,
    /// The completion tokens of the answer that was given.
    recorded: u64,
}

/// What one side does with a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outlook<'a> {
    /// Who answers.
    target: Option<&'a str>,
    /// What it costs, length for length; `None` where a price or the usage is not known.
    cost: Option<Cost>,
    unseen: Option<Unseen<'a>>,
    took: Option<u64>,
    first_token: Option<u64>,
}

impl<'a> Outlook<'a> {
    /// What was recorded.
    pub(super) fn recorded(target: Option<&'a str>, cost: Option<Cost>, told: &Told<'_>) -> Self {
        Outlook {
            target,
            cost,
            unseen: None,
            took: told.took_ms(),
            first_token: told.first_token_ms(),
        }
    }

    /// What a policy does, at this cost length for length, with a record that `answered` answered.
    pub(super) fn of(
        side: &'a Side<'_>,
        (ending, cost): (Ending, Option<Cost>),
        told: &Told<'_>,
        answered: Option<&str>,
    ) -> Self {
        let usage = told.usage();
        let target = ending.target().and_then(|model| side.tree.policy().model(model));
        let name = target.map(|model| model.name.as_str());
        // An answer that breaks off as it did is told of as it was.
        let broke_off = matches!(ending, Ending::Truncated(_)) && name == told.past.asked_last();
        if name.is_some() && (name == answered || broke_off) {
            return Outlook::recorded(name, cost, told);
        }
        let known = usage.zip(target.and_then(|model| model.price.as_ref()));
        let unseen = |(target, (usage, price)): (&'a str, (Usage, &Price))| Unseen {
            target,
            price: price.output.picodollars(),
            size: size(usage.input),
            recorded: usage.output,
        };
        Outlook {
            target: name,
            cost,
            unseen: name.zip(known).map(unseen),
            took: None,
            first_token: None,
        }
    }

    /// Milliseconds to the end of the answer, where it was given.
    pub(super) fn took(&self) -> Option<u64> {
        self.took
    }

    /// Milliseconds to the first content of the answer, where it was given.
    pub(super) fn first_token(&self) -> Option<u64> {
        self.first_token
    }

    /// Of an answer that was not given: the target, and the size of the prompt.
    pub(super) fn unseen(&self) -> Option<(&'a str, u8)> {
        self.unseen.map(|unseen| (unseen.target, unseen.size))
    }
}

/// Answers that were not given by one target, to prompts of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cell {
    count: u64,
    /// The completion tokens of the answers that were given.
    #[serde(with = "exact::whole")]
    recorded: u128,
}

/// Answers of one target that were not given, by the size of their prompts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Answerless {
    /// Picodollars of a completion token.
    price: u64,
    sizes: BTreeMap<u8, Cell>,
}

impl Answerless {
    fn merge(&mut self, other: Answerless) {
        self.price = other.price;
        for (size, other) in other.sizes {
            let cell = self.sizes.entry(size).or_default();
            cell.count += other.count;
            cell.recorded += other.recorded;
        }
    }
}

/// The outlook of many records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Outlooks {
    /// What they cost, length for length.
    #[serde(with = "exact::cost")]
    cost: Cost,
    unseen: Named<Answerless>,
    took: Moments,
    first_token: Moments,
}

impl Outlooks {
    fn add(&mut self, outlook: &Outlook<'_>) {
        self.cost += outlook.cost.unwrap_or_default();
        if let Some(unseen) = outlook.unseen {
            self.add_unseen(unseen);
        }
        if let Some(took) = outlook.took {
            self.took.add(took);
        }
        if let Some(first_token) = outlook.first_token {
            self.first_token.add(first_token);
        }
    }

    fn add_unseen(&mut self, unseen: Unseen<'_>) {
        self.unseen.change(unseen.target, |answerless| {
            answerless.price = unseen.price;
            let cell = answerless.sizes.entry(unseen.size).or_default();
            cell.count += 1;
            cell.recorded += u128::from(unseen.recorded);
        });
    }

    fn merge(&mut self, other: Outlooks) {
        self.cost += other.cost;
        for (target, other) in other.unseen.into_values() {
            self.unseen.change(&target, |own| own.merge(other));
        }
        self.took.merge(other.took);
        self.first_token.merge(other.first_token);
    }

    /// The unseen answers: of which target, to prompts of what size, at what price of a token.
    fn each(&self) -> impl Iterator<Item = (&str, u8, Cell, u64)> {
        self.unseen.iter().flat_map(|(target, answerless)| {
            let sizes = answerless.sizes.iter();
            sizes.map(move |(size, cell)| (target, *size, *cell, answerless.price))
        })
    }

    /// How many unseen answers are estimated, and how many are not.
    fn counts(&self, history: &History) -> (u64, u64) {
        self.each().fold((0, 0), |(estimated, unsupported), cell| {
            let (target, size, Cell { count, .. }, _) = cell;
            match history.answers(target, size) {
                Some(_) => (estimated + count, unsupported),
                None => (estimated, unsupported + count),
            }
        })
    }

    /// The mean time of answers; `None` where none is known.
    fn mean_time(&self, wait: Wait, known: &Moments, history: &History) -> Option<Interval> {
        let unseen = self
            .each()
            .map(|(target, size, cell, _)| (target, size, cell.count));
        wait.mean(known, unseen, history).map(|mean| mean.time)
    }
}

/// The outlooks before and after: of all records, and of those that another target answers, whose costs differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Estimates {
    before: Outlooks,
    after: Outlooks,
    moved_before: Outlooks,
    moved_after: Outlooks,
}

impl Estimates {
    /// Takes a record.
    pub(super) fn add(&mut self, before: &Outlook<'_>, after: &Outlook<'_>) {
        self.before.add(before);
        self.after.add(after);
        if before.target != after.target && before.cost.is_some() && after.cost.is_some() {
            self.moved_before.add(before);
            self.moved_after.add(after);
        }
    }

    pub(super) fn merge(&mut self, other: Estimates) {
        self.before.merge(other.before);
        self.after.merge(other.after);
        self.moved_before.merge(other.moved_before);
        self.moved_after.merge(other.moved_after);
    }

    /// Records whose answer under the candidate is estimated, and those of which too few like answers are known.
    pub(super) fn counts(&self, history: &History) -> (u64, u64) {
        self.after.counts(history)
    }

    /// What the candidate costs, in picodollars.
    pub(super) fn candidate(&self, history: &History) -> Interval {
        total(&[(1.0, &self.after)], history)
    }

    /// How much more the candidate costs, in picodollars.
    pub(super) fn delta(&self, history: &History) -> Interval {
        total(&[(1.0, &self.moved_after), (-1.0, &self.moved_before)], history)
    }

    /// Mean milliseconds to the end of an answer, before and after.
    pub(super) fn took(&self, history: &History) -> Option<(Interval, Interval)> {
        let mean = |side: &Outlooks| side.mean_time(Wait::Whole, &side.took, history);
        mean(&self.before).zip(mean(&self.after))
    }

    /// Mean milliseconds to the first content, before and after.
    pub(super) fn first_token(&self, history: &History) -> Option<(Interval, Interval)> {
        let mean = |side: &Outlooks| side.mean_time(Wait::FirstToken, &side.first_token, history);
        mean(&self.before).zip(mean(&self.after))
    }
}

/// The sum of outlooks, each with its sign. The mean of a target's answers is one number, and as uncertain for both sides.
fn total(parts: &[(f64, &Outlooks)], history: &History) -> Interval {
    let mut sum = Uncertain::default();
    let mut unseen: BTreeMap<(&str, u8), (f64, f64)> = BTreeMap::new();
    for (sign, outlooks) in parts {
        let mut known = outlooks.cost.picodollars();
        for (target, size, cell, price) in outlooks.each() {
            if history.answers(target, size).is_none() {
                continue;
            }
            // Their recorded lengths make room for the estimate.
            let recorded = cell.recorded.saturating_mul(u128::from(price));
            known = known.saturating_sub(i128::try_from(recorded).unwrap_or(i128::MAX));
            let (weight, squares) = unseen.entry((target, size)).or_default();
            let (count, price) = (cell.count as f64, price as f64);
            *weight += sign * count * price;
            *squares += count * price * price;
        }
        sum.add_known(sign * known as f64);
    }
    for ((target, size), (weight, squares)) in unseen {
        if let Some(like) = history.answers(target, size) {
            sum.add_unseen(&like.output, weight, squares);
        }
    }
    sum.interval()
}
