//! The walk through days: quarter hours from noon on, then minutes, then seconds.
//!
//! Almost always zones are whole quarter hours away from UTC and stay so throughout each; what fits is then found
//! minute by minute. Where one is not, seconds are tried one by one.

use super::days::may_fit;
use super::place::{DAY, Place, Range};

/// Most days that are looked at.
const MOST_DAYS: usize = 150_000;

/// Most quarter hours that are looked into.
const MOST_QUARTERS: usize = 200_000;

const QUARTER: i64 = 900_000;

const MINUTE: i64 = 60_000;

/// How a walk ended.
#[derive(Debug)]
pub(super) enum Walked {
    /// At this moment everything fits.
    At(i64),
    /// Nothing fits on these days.
    Over,
    /// A bound was hit.
    Unknown,
}

/// A walk in search of a moment.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    places: &'a [Place],
    /// The milliseconds that count.
    window: (i64, i64),
    /// What all places allow of a second; they share them where none is a part of a minute away from UTC.
    seconds: Range,
    milliseconds: Range,
    days: usize,
    quarters: usize,
}

impl<'a> Walk<'a> {
    pub(super) fn new(places: &'a [Place], window: (i64, i64)) -> Walk<'a> {
        let mut seconds = Range { least: 0, most: 59 };
        let mut milliseconds = Range { least: 0, most: 999 };
        for place in places {
            seconds.narrow(place.second.least, place.second.most);
            milliseconds.narrow(place.millisecond.least, place.millisecond.most);
        }
        Walk {
            places,
            window,
            seconds,
            milliseconds,
            days: 0,
            quarters: 0,
        }
    }

    /// The walk, after so many quarter hours of others.
    pub(super) fn after(mut self, quarters: usize) -> Walk<'a> {
        self.quarters = quarters;
        self
    }

    /// How many quarter hours were looked into.
    pub(super) fn quarters(&self) -> usize {
        self.quarters
    }

    /// Walks through the days.
    pub(super) fn run(&mut self, days: impl Iterator<Item = i64>) -> Walked {
        // Milliseconds are the same everywhere.
        if self.milliseconds.is_empty() {
            return Walked::Over;
        }
        for day in days {
            self.days += 1;
            if self.days > MOST_DAYS {
                return Walked::Unknown;
            }
            if !may_fit(self.places, day) {
                continue;
            }
            for quarter in (48..96).chain(0..48) {
                self.quarters += 1;
                if self.quarters > MOST_QUARTERS {
                    return Walked::Unknown;
                }
                if let Some(moment) = self.quarter(day * DAY + quarter * QUARTER) {
                    return Walked::At(moment);
                }
            }
        }
        Walked::Over
    }

    /// A moment that fits in the quarter hour that begins at `start`.
    fn quarter(&self, start: i64) -> Option<i64> {
        if start > self.window.1 || start + QUARTER <= self.window.0 {
            return None;
        }
        let is_hopeless = self.places.iter().any(|place| {
            let offset = place.offset(start);
            let local = start + offset;
            offset % QUARTER == 0
                && place.offset(start + QUARTER - 1) == offset
                && !(place.hour.holds(local.rem_euclid(DAY) / 3_600_000)
                    && place.fits_day(local.div_euclid(DAY)))
        });
        if is_hopeless {
            return None;
        }
        (0..15).find_map(|minute| self.minute(start + minute * MINUTE))
    }

    /// A moment that fits in the minute that begins at `start`.
    fn minute(&self, start: i64) -> Option<i64> {
        let mut is_even = true;
        for place in self.places {
            let offset = place.offset(start);
            let local = start + offset;
            if offset % MINUTE != 0 || place.offset(start + MINUTE - 1) != offset {
                is_even = false;
            } else if !(place.minute.holds(local.rem_euclid(3_600_000) / MINUTE)
                && place.hour.holds(local.rem_euclid(DAY) / 3_600_000)
                && place.fits_day(local.div_euclid(DAY)))
            {
                return None;
            }
        }
        let seconds = if is_even {
            self.seconds
        } else {
            Range { least: 0, most: 59 }
        };
        (seconds.least..=seconds.most).find_map(|second| self.second(start + second * 1000))
    }

    /// A moment that fits in the second that begins at `start`.
    fn second(&self, start: i64) -> Option<i64> {
        let first = (start + self.milliseconds.least).max(self.window.0);
        let last = (start + self.milliseconds.most).min(self.window.1);
        (first <= last && self.places.iter().all(|place| place.fits(first))).then_some(first)
    }
}
