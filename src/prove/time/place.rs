//! What is asked of the calendar and the clock of one time zone.

use super::choice::FieldChoice;
use crate::cel::time::TimeZone;
use crate::model::Function;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Offset, TimeZone as _};

/// Milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// Day 0 of the epoch in chrono's count of days.
const EPOCH_DAY: i64 = 719_163;

/// Values that a field may have, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) least: i64,
    pub(super) most: i64,
}

impl Range {
    fn new(least: i64, most: i64) -> Range {
        Range { least, most }
    }

    pub(super) fn holds(self, value: i64) -> bool {
        self.least <= value && value <= self.most
    }

    pub(super) fn is_empty(self) -> bool {
        self.least > self.most
    }

    pub(super) fn narrow(&mut self, least: i64, most: i64) {
        self.least = self.least.max(least);
        self.most = self.most.min(most);
    }
}

/// What is asked in one time zone; days and weekdays count from 0.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) zone: TimeZone,
    pub(super) year: Range,
    pub(super) month: Range,
    pub(super) day: Range,
    pub(super) weekday: Range,
    pub(super) ordinal: Range,
    pub(super) hour: Range,
    pub(super) minute: Range,
    pub(super) second: Range,
    pub(super) millisecond: Range,
    /// Whether a month, a day of it or a day of the year is asked for.
    pub(super) asks_day: bool,
    /// Whether a day of the week is asked for.
    pub(super) asks_weekday: bool,
    /// Whether a year is asked for.
    pub(super) asks_year: bool,
    /// The places of the choices, in rising order.
    pub(super) origins: Vec<usize>,
}

/// What is asked, zone by zone; `None` where something is no field or no zone.
pub(super) fn places(fields: &[(usize, &FieldChoice)]) -> Option<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    for (at, field) in fields {
        let zone = zone(field.zone.as_deref())?;
        let known = places.iter().position(|place| place.zone == zone);
        let index = known.unwrap_or(places.len());
        if known.is_none() {
            places.push(Place::new(zone));
        }
        let place = places.get_mut(index)?;
        place.narrow(field)?;
        place.origins.push(*at);
    }
    Some(places)
}

fn zone(text: Option<&str>) -> Option<TimeZone> {
    let utc = TimeZone::Fixed(FixedOffset::east_opt(0)?);
    match text.map(TimeZone::parse) {
        None | Some(Some(TimeZone::Named(chrono_tz::UTC))) => Some(utc),
        Some(zone) => zone,
    }
}

impl Place {
    fn new(zone: TimeZone) -> Place {
        Place {
            zone,
            // A day ahead of UTC or behind it, the calendar shows a year more at both ends.
            year: Range::new(0, 10_000),
            month: Range::new(0, 11),
            day: Range::new(0, 30),
            weekday: Range::new(0, 6),
            ordinal: Range::new(0, 365),
            hour: Range::new(0, 23),
            minute: Range::new(0, 59),
            second: Range::new(0, 59),
            millisecond: Range::new(0, 999),
            asks_day: false,
            asks_weekday: false,
            asks_year: false,
            origins: Vec::new(),
        }
    }

    /// Takes a choice in; `None` where it is of no field.
    fn narrow(&mut self, field: &FieldChoice) -> Option<()> {
        let (mut least, mut most) = (field.least, field.most);
        let range = match field.function {
            Function::GetFullYear => &mut self.year,
            Function::GetMonth => &mut self.month,
            Function::GetDayOfMonth => &mut self.day,
            Function::GetDate => {
                least = least.saturating_sub(1);
                most = most.saturating_sub(1);
                &mut self.day
            }
            Function::GetDayOfWeek => &mut self.weekday,
            Function::GetDayOfYear => &mut self.ordinal,
            Function::GetHours => &mut self.hour,
            Function::GetMinutes => &mut self.minute,
            Function::GetSeconds => &mut self.second,
            Function::GetMilliseconds => &mut self.millisecond,
            _ => return None,
        };
        range.narrow(least, most);
        let asks = match field.function {
            Function::GetFullYear => &mut self.asks_year,
            Function::GetMonth | Function::GetDayOfMonth | Function::GetDate | Function::GetDayOfYear => {
                &mut self.asks_day
            }
            Function::GetDayOfWeek => &mut self.asks_weekday,
            _ => return Some(()),
        };
        *asks = true;
        Some(())
    }

    /// Whether the calendar is asked at all.
    pub(super) fn asks_date(&self) -> bool {
        self.asks_year || self.asks_day || self.asks_weekday
    }

    /// Whether the zone is always as far from UTC.
    pub(super) fn is_fixed(&self) -> bool {
        matches!(self.zone, TimeZone::Fixed(_))
    }

    /// The zone's distance from UTC at a moment, in milliseconds.
    pub(super) fn offset(&self, moment: i64) -> i64 {
        let seconds = match self.zone {
            TimeZone::Fixed(offset) => offset.local_minus_utc(),
            TimeZone::Named(zone) => {
                let moment = DateTime::from_timestamp_millis(moment).unwrap_or_default();
                zone.offset_from_utc_datetime(&moment.naive_utc())
                    .fix()
                    .local_minus_utc()
            }
        };
        i64::from(seconds) * 1000
    }

    /// Whether a day of the zone's calendar fits, by its number from the epoch's.
    pub(super) fn fits_day(&self, day: i64) -> bool {
        if !self.asks_date() {
            return true;
        }
        let date = i32::try_from(day + EPOCH_DAY)
            .ok()
            .and_then(NaiveDate::from_num_days_from_ce_opt);
        date.is_some_and(|date| {
            self.year.holds(i64::from(date.year()))
                && self.month.holds(i64::from(date.month0()))
                && self.day.holds(i64::from(date.day0()))
                && self
                    .weekday
                    .holds(i64::from(date.weekday().num_days_from_sunday()))
                && self.ordinal.holds(i64::from(date.ordinal0()))
        })
    }

    /// Whether all that is asked fits at a moment.
    pub(super) fn fits(&self, moment: i64) -> bool {
        let local = moment + self.offset(moment);
        self.fits_day(local.div_euclid(DAY))
            && self.hour.holds(local.rem_euclid(DAY) / 3_600_000)
            && self.minute.holds(local.rem_euclid(3_600_000) / 60_000)
            && self.second.holds(local.rem_euclid(60_000) / 1000)
            && self.millisecond.holds(local.rem_euclid(1000))
    }
}
