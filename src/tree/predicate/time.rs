//! Moments and lengths of time: both are nanoseconds, of a moment those since 1970.

use super::{Chain, Choose, Scope};
use crate::cel::time::TimeZone;
use crate::facts::{FactId, Timestamp};
use crate::model::Function;
use chrono::{DateTime, Datelike, NaiveDateTime, TimeZone as _, Timelike};
use std::sync::Arc;

/// Nanoseconds of a second.
const SECOND: i128 = 1_000_000_000;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A node that is a moment or a length of time.
#[derive(Debug)]
pub(in crate::tree) enum Time {
    Constant(i128),
    Fact(FactId),
    Chain(Box<Chain<Time>>),
    Choose(Box<Choose<Time>>),
    Shared(Arc<Time>),
}

impl Time {
    /// A moment that is known.
    pub(in crate::tree) fn moment(moment: Timestamp) -> Time {
        Time::Constant(nanoseconds(moment))
    }

    pub(super) fn get<'a>(&'a self, scope: &Scope<'a>) -> i128 {
        match self {
            Time::Constant(nanoseconds) => *nanoseconds,
            Time::Fact(fact) => nanoseconds(scope.facts.timestamp(*fact)),
            // The checker has seen that sums stay within what CEL's types hold, which 128 bits are far beyond.
            Time::Chain(chain) => chain
                .steps
                .iter()
                .fold(chain.first.get(scope), |left, (step, right)| {
                    let right = right.get(scope);
                    step.of_times(left, right)
                }),
            Time::Choose(choose) => choose.chosen(scope).get(scope),
            Time::Shared(shared) => shared.get(scope),
        }
    }

    /// Whole seconds since 1970, those before it counted downwards.
    pub(super) fn seconds<'a>(&'a self, scope: &Scope<'a>) -> i64 {
        self.parts(scope).0
    }

    /// The same, and the nanoseconds within the second.
    fn parts<'a>(&'a self, scope: &Scope<'a>) -> (i64, u32) {
        if let Time::Fact(fact) = self {
            let moment = scope.facts.timestamp(*fact);
            return (moment.seconds(), moment.nanoseconds());
        }
        let moment = self.get(scope);
        let rest = u32::try_from(moment.rem_euclid(SECOND)).unwrap_or_default();
        (narrow(moment.div_euclid(SECOND), scope), rest)
    }
}

fn nanoseconds(moment: Timestamp) -> i128 {
    i128::from(moment.seconds()) * SECOND + i128::from(moment.nanoseconds())
}

fn narrow(value: i128, scope: &Scope<'_>) -> i64 {
    super::checked(i64::try_from(value).ok(), scope)
}

/// A part of a moment, read on a clock and calendar of a zone.
#[derive(Debug)]
pub(in crate::tree) struct MomentPart {
    pub(in crate::tree) part: Function,
    /// UTC where none is named.
    pub(in crate::tree) zone: Option<TimeZone>,
    pub(in crate::tree) moment: Time,
}

impl MomentPart {
    /// The fact whose part it is, where it is that of a fact.
    pub(in crate::tree) fn fact(&self) -> Option<FactId> {
        match self.moment {
            Time::Fact(fact) => Some(fact),
            _ => None,
        }
    }

    pub(super) fn get<'a>(&'a self, scope: &Scope<'a>) -> i64 {
        let (seconds, rest) = self.moment.parts(scope);
        if self.zone.is_none()
            && let Some(number) = of_day(self.part, seconds.rem_euclid(DAY))
        {
            return number;
        }
        let local = DateTime::from_timestamp(seconds, rest).map(|moment| self.local(moment.naive_utc()));
        super::checked(local.and_then(|local| part_of(self.part, local)), scope)
    }

    fn local(&self, moment: NaiveDateTime) -> NaiveDateTime {
        match self.zone {
            None => moment,
            Some(TimeZone::Fixed(offset)) => offset.from_utc_datetime(&moment).naive_local(),
            Some(TimeZone::Named(zone)) => zone.from_utc_datetime(&moment).naive_local(),
        }
    }
}

/// What can be told of a day's seconds alone.
fn of_day(part: Function, second: i64) -> Option<i64> {
    Some(match part {
        Function::GetHours => second / 3600,
        Function::GetMinutes => second / 60 % 60,
        Function::GetSeconds => second % 60,
        _ => return None,
    })
}

fn part_of(part: Function, local: NaiveDateTime) -> Option<i64> {
    Some(match part {
        Function::GetFullYear => i64::from(local.year()),
        Function::GetMonth => i64::from(local.month0()),
        Function::GetDate => i64::from(local.day()),
        Function::GetDayOfMonth => i64::from(local.day0()),
        Function::GetDayOfWeek => i64::from(local.weekday().num_days_from_sunday()),
        Function::GetDayOfYear => i64::from(local.ordinal0()),
        Function::GetHours => i64::from(local.hour()),
        Function::GetMinutes => i64::from(local.minute()),
        Function::GetSeconds => i64::from(local.second()),
        Function::GetMilliseconds => i64::from(local.nanosecond() / 1_000_000),
        _ => return None,
    })
}

/// All of a length of time in hours, minutes or seconds, or its milliseconds beyond the second; cut towards zero.
#[derive(Debug)]
pub(in crate::tree) struct LengthPart {
    pub(in crate::tree) part: Function,
    pub(in crate::tree) length: Time,
}

impl LengthPart {
    pub(super) fn get<'a>(&'a self, scope: &Scope<'a>) -> i64 {
        let length = self.length.get(scope);
        let value = match self.part {
            Function::GetHours => length / (3600 * SECOND),
            Function::GetMinutes => length / (60 * SECOND),
            Function::GetSeconds => length / SECOND,
            _ => length / 1_000_000 % 1000,
        };
        narrow(value, scope)
    }
}
