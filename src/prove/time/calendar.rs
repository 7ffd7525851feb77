//! The calendar itself: whether it ever shows a day, whatever the zone.

use super::place::Place;
use chrono::{Datelike, NaiveDate};

/// The calendar repeats itself after so many years.
const CYCLE: i64 = 400;

/// Whether the calendar has a day that fits.
pub(super) fn has_day(place: &Place) -> bool {
    let ranges = [place.year, place.month, place.day, place.weekday, place.ordinal];
    if ranges.iter().any(|range| range.is_empty()) {
        return false;
    }
    if !place.asks_day {
        return true;
    }
    // A year begins on one of seven weekdays and is leap or not: one of each kind will do.
    let mut seen = [false; 14];
    let last = place.year.most.min(place.year.least.saturating_add(CYCLE - 1));
    (place.year.least..=last).any(|year| {
        let Some(first) = i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1))
        else {
            return false;
        };
        let kind = 2 * first.weekday().num_days_from_sunday() + u32::from(first.leap_year());
        let is_new = usize::try_from(kind)
            .ok()
            .and_then(|kind| seen.get_mut(kind))
            .is_some_and(|seen| !std::mem::replace(seen, true));
        is_new && has_day_in_year(place, first)
    })
}

/// Whether a day of the year that begins with `first` fits, but for the year.
fn has_day_in_year(place: &Place, first: NaiveDate) -> bool {
    let year = first.year();
    let days = first.iter_days().take_while(|date| date.year() == year);
    let least = usize::try_from(place.ordinal.least).unwrap_or(0);
    days.skip(least)
        .take_while(|date| place.ordinal.holds(i64::from(date.ordinal0())))
        .any(|date| {
            place.month.holds(i64::from(date.month0()))
                && place.day.holds(i64::from(date.day0()))
                && place
                    .weekday
                    .holds(i64::from(date.weekday().num_days_from_sunday()))
        })
}
