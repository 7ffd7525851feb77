//! How often each target failed, minute by minute, as records tell it: for requests that would have gone to a target that
//! was not asked.

use super::bounded::Bounded;
use super::seed::mixed;
use crate::facts::Timestamp;
use crate::model::FailureClass;
use crate::record::{Glimpse, RecordedAttempt};
use std::collections::BTreeMap;

/// Minutes before and behind a moment that count as around it.
const AROUND_MINUTES: i64 = 2;

const SECONDS_PER_MINUTE: i64 = 60;

/// Most targets that are counted; where there are more, none is known.
const MOST_TARGETS: usize = 4_096;

/// Requests that a target was asked for, and how many of them it failed before any content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    asked: u64,
    failed: u64,
}

/// What is known of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct History {
    all: Count,
    minutes: BTreeMap<i64, Count>,
    classes: BTreeMap<FailureClass, u64>,
}

/// How often each target failed. Counts of parts of a recording merge in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    targets: Bounded<History, MOST_TARGETS>,
}

impl Rates {
    /// Counts the lines of a block that are records; others tell nothing.
    pub fn read(&mut self, lines: &[u8]) {
        let mut rest = lines;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, behind) = rest.split_at(end);
            rest = behind.strip_prefix(b"\n").unwrap_or_default();
            if let Some(record) = Glimpse::parse(line.trim_ascii()) {
                self.count(&record);
            }
        }
    }

    /// A request counts once for each target: as its last attempt there ended.
    fn count(&mut self, record: &Glimpse<'_>) {
        let minute = record.ts.map(minute_of);
        for (at, attempt) in record.attempts.iter().enumerate() {
            let later = record.attempts.get(at + 1..).unwrap_or_default();
            if later.iter().all(|other| other.target != attempt.target) {
                self.count_attempt(attempt, minute);
            }
        }
    }

    fn count_attempt(&mut self, attempt: &RecordedAttempt<'_>, minute: Option<i64>) {
        let class = attempt.class.as_deref();
        let class = class.filter(|_| attempt.first_token_ms.is_none());
        let class = class.map(|name| FailureClass::from_name(name).unwrap_or(FailureClass::Server));
        self.targets
            .change(attempt.target.as_ref(), |history| history.count(class, minute));
    }

    /// These counts and others as one.
    #[must_use]
    pub fn merge(mut self, other: Rates) -> Rates {
        self.targets.join(other.targets, History::merge);
        self
    }

    /// Whether the target fails a request of this seed at this time, and how; by its rate over the whole recording where
    /// nobody asked it around that time.
    pub(super) fn draw(&self, target: &str, ts: Option<Timestamp>, seed: u64) -> Option<FailureClass> {
        let history = self.targets.groups.get(target)?;
        let mut count = Count::default();
        if let Some(minute) = ts.map(minute_of) {
            let around = minute - AROUND_MINUTES..=minute + AROUND_MINUTES;
            history
                .minutes
                .range(around)
                .for_each(|(_, other)| count.add(*other));
        }
        if count.asked == 0 {
            count = history.all;
        }
        let name = target
            .bytes()
            .fold(0_u64, |sum, byte| mixed(sum ^ u64::from(byte)));
        let drawn = mixed(seed ^ name);
        // drawn / 2⁶⁴ < failed / asked, without rounding.
        let fails = u128::from(drawn) * u128::from(count.asked) < u128::from(count.failed) << 64;
        fails.then(|| history.most_frequent_class())
    }
}

impl History {
    /// Counts a request, and how it failed if it did.
    fn count(&mut self, class: Option<FailureClass>, minute: Option<i64>) {
        let minute = minute.map(|minute| self.minutes.entry(minute).or_default());
        for count in std::iter::once(&mut self.all).chain(minute) {
            count.asked += 1;
            count.failed += u64::from(class.is_some());
        }
        if let Some(class) = class {
            *self.classes.entry(class).or_default() += 1;
        }
    }

    fn merge(&mut self, other: Self) {
        self.all.add(other.all);
        for (minute, count) in other.minutes {
            self.minutes.entry(minute).or_default().add(count);
        }
        for (class, count) in other.classes {
            *self.classes.entry(class).or_default() += count;
        }
    }

    fn most_frequent_class(&self) -> FailureClass {
        let most = self.classes.iter().max_by_key(|(_, count)| **count);
        most.map_or(FailureClass::Server, |(class, _)| *class)
    }
}

impl Count {
    fn add(&mut self, other: Count) {
        self.asked += other.asked;
        self.failed += other.failed;
    }
}

fn minute_of(ts: Timestamp) -> i64 {
    ts.seconds().div_euclid(SECONDS_PER_MINUTE)
}

#[cfg(test)]
mod tests;
