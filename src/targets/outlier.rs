//! Which members of a pool are worse than the others: by the share of their failures, or by their time to the first
//! content. A pure function of what happened of late.

use crate::model::FailureClass;
use std::time::Duration;

/// Fewer results than this say nothing.
const FEWEST_RESULTS: u64 = 20;

/// An outlier fails so many times as often as the others together …
const TIMES_AS_OFTEN: u64 = 3;

/// … and in so many hundredths of its attempts beyond that.
const PERCENT_BEYOND: u64 = 10;

/// An outlier takes so many times as long as the others on average …
const TIMES_AS_LONG: u32 = 5;

/// … and so much longer.
const LONGER: Duration = Duration::from_secs(1);

/// What happened at one member of late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Recent {
    /// Attempts that ended with an answer, or with a failure that says that the target is not well.
    pub(super) results: u64,
    /// Those of them that failed.
    pub(super) failed: u64,
    /// Answers whose first content came.
    pub(super) begun: u64,
    /// How long all of these took to it, in milliseconds.
    pub(super) waited: u64,
    /// Whether it is ejected already.
    pub(super) is_ejected: bool,
}

impl Recent {
    fn mean_wait(&self) -> Option<Duration> {
        (self.begun >= FEWEST_RESULTS).then(|| Duration::from_millis(self.waited / self.begun))
    }
}

/// The members to eject, by position, each with the failure that stands for why. At most a third of a pool is ejected at a
/// time, though always one of at least two; those already ejected count.
pub(super) fn outliers(members: &[Recent]) -> Vec<(usize, FailureClass)> {
    let most = match members.len() {
        0 | 1 => 0,
        count => (count / 3).max(1),
    };
    let ejected = members.iter().filter(|member| member.is_ejected).count();
    let mut found: Vec<(usize, FailureClass, u64)> = members
        .iter()
        .enumerate()
        .filter(|(_, member)| !member.is_ejected)
        .filter_map(|(at, member)| {
            let others = members.iter().enumerate().filter(|(other, _)| *other != at);
            let others = others.map(|(_, other)| other).filter(|other| !other.is_ejected);
            let others: Vec<&Recent> = others.collect();
            let percent = member.failed * 100 / member.results.max(1);
            if fails_more(member, &others) {
                return Some((at, FailureClass::Server, percent));
            }
            takes_longer(member, &others).then_some((at, FailureClass::TimeoutFirstToken, percent))
        })
        .collect();
    // The worst first.
    found.sort_by_key(|(_, _, percent)| std::cmp::Reverse(*percent));
    found.truncate(most.saturating_sub(ejected));
    found.into_iter().map(|(at, class, _)| (at, class)).collect()
}

fn fails_more(member: &Recent, others: &[&Recent]) -> bool {
    let results: u64 = others.iter().map(|other| other.results).sum();
    let failed: u64 = others.iter().map(|other| other.failed).sum();
    if member.results < FEWEST_RESULTS || results < FEWEST_RESULTS {
        return false;
    }
    // failed / results > 3 × others + 10 %, without fractions.
    let bound = (TIMES_AS_OFTEN * 100 * failed + PERCENT_BEYOND * results) * member.results;
    member.failed * 100 * results > bound
}

fn takes_longer(member: &Recent, others: &[&Recent]) -> bool {
    let waits: Vec<Duration> = others.iter().filter_map(|other| other.mean_wait()).collect();
    let count = u32::try_from(waits.len()).unwrap_or(u32::MAX);
    let (Some(wait), true) = (member.mean_wait(), count > 0) else {
        return false;
    };
    let mean = waits.iter().sum::<Duration>() / count;
    wait > mean * TIMES_AS_LONG && wait > mean + LONGER
}
