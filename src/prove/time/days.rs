//! Which days are walked, and in which order.

use super::place::{DAY, Place};
use chrono::NaiveDate;

/// The first and the last moment that CEL knows, in milliseconds.
pub(super) const CALENDAR: (i64, i64) = (-62_135_596_800_000, 253_402_300_799_999);

/// The year that is walked first: moments near to those at which policies run read best.
const NEAR: i32 = 2026;

/// The day on which that year begins, by its number from the epoch's.
const NEAR_DAY: i64 = 20_454;

/// Days after which the calendar and the week repeat themselves together.
const CYCLE: i64 = 146_097;

/// The days to walk, by their numbers from the epoch's, those of the near future first: a moment that fits and is in
/// the window of milliseconds is on one of them, if there is one at all.
pub(super) fn days(places: &[Place], window: (i64, i64)) -> Box<dyn Iterator<Item = i64> + '_> {
    if window.0 > window.1 {
        return Box::new(std::iter::empty());
    }
    let (first, last) = (window.0.div_euclid(DAY), window.1.div_euclid(DAY));
    if let Some(cycle) = cycle(places)
        && last - first > cycle + 2
    {
        // All days in the window that are whole repeat those of one cycle, and the others are parts of such days.
        let is_near = first < NEAR_DAY && NEAR_DAY + cycle <= last;
        let from = if is_near { NEAR_DAY } else { first + 1 };
        return Box::new(from..from + cycle);
    }
    let may_fit = |year: i32, place: &Place| (-1..=1).any(|ahead| place.year.holds(i64::from(year) + ahead));
    let years = (NEAR..=9999).chain((1..NEAR).rev());
    let years = years.filter(move |year| places.iter().all(|place| may_fit(*year, place)));
    let span = move |year: i32| Some(first_day(year)?.max(first)..first_day(year + 1)?.min(last + 1));
    Box::new(years.filter_map(span).flatten())
}

/// Whether there is a day of the calendar that may fit in all places, however far they are from UTC.
pub(super) fn may_fit_ever(places: &[Place]) -> bool {
    places.iter().any(|place| place.asks_year) || (NEAR_DAY..NEAR_DAY + CYCLE).any(|day| may_fit(places, day))
}

/// Whether a date that fits may be seen in all places on a day: theirs is that one or a neighbour.
pub(super) fn may_fit(places: &[Place], day: i64) -> bool {
    places
        .iter()
        .all(|place| (day - 1..=day + 1).any(|day| place.fits_day(day)))
}

/// Days after which everything that is asked repeats itself; `None` where it may not.
pub(super) fn cycle(places: &[Place]) -> Option<i64> {
    if places.iter().any(|place| place.asks_year || !place.is_fixed()) {
        return None;
    }
    let days = places.iter().map(|place| match place {
        place if place.asks_day => CYCLE,
        place if place.asks_weekday => 7,
        _ => 1,
    });
    Some(days.max().unwrap_or(1))
}

/// The day on which a year begins.
fn first_day(year: i32) -> Option<i64> {
    let date = NaiveDate::from_ymd_opt(year, 1, 1)?;
    Some(date.signed_duration_since(NaiveDate::default()).num_days())
}
