//! Stretches of time throughout which zones stay as far from UTC as they are. Within one of them zones are fixed, so that what
//! is asked of clocks and weekdays repeats itself, and few days tell of all.

use super::days::days;
use super::place::{DAY, Place};
use super::walk::{Walk, Walked};
use crate::cel::time::TimeZone;
use chrono::FixedOffset;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// The days, by their numbers from the epoch's, between which the time zone database has its changes, with room on either
/// side: 1800 to 2200. Before and after them zones stay as they are.
const CHANGES: (i64, i64) = (-62_091, 84_006);

/// The moment that is looked at first: the beginning of 2026, in milliseconds.
const NEAR: i64 = 1_767_225_600_000;

/// Days that one stretch must have beyond a whole cycle, so that each day of the cycle is in it as a whole.
const EDGES: i64 = 4;

/// Looks for a moment, stretch by stretch, the near future first.
pub(super) fn search(places: &[Place], window: (i64, i64)) -> Walked {
    let mut quarters = 0;
    let mut seen: BTreeSet<Vec<i64>> = BTreeSet::new();
    let mut unknown = false;
    for (first, last) in stretches(places, window) {
        let Some(fixed) = fixed(places, first) else {
            return Walked::Unknown;
        };
        // A whole cycle with the same distances shows the same again.
        let whole = super::days::cycle(&fixed).is_some_and(|cycle| last - first > (cycle + EDGES) * DAY);
        let distances: Vec<i64> = places.iter().map(|place| place.offset(first)).collect();
        if seen.contains(&distances) && !places.iter().any(|place| place.asks_year) {
            continue;
        }
        let mut walk = Walk::new(&fixed, (first, last)).after(quarters);
        match walk.run(days(&fixed, (first, last))) {
            Walked::At(moment) => return Walked::At(moment),
            Walked::Unknown => unknown = true,
            Walked::Over if whole => _ = seen.insert(distances),
            Walked::Over => {}
        }
        quarters = walk.quarters();
    }
    if unknown { Walked::Unknown } else { Walked::Over }
}

/// The places with their zones as far from UTC as they are at a moment.
fn fixed(places: &[Place], moment: i64) -> Option<Vec<Place>> {
    let fix = |place: &Place| {
        let seconds = i32::try_from(place.offset(moment) / 1000).ok()?;
        Some(Place {
            zone: TimeZone::Fixed(FixedOffset::east_opt(seconds)?),
            ..place.clone()
        })
    };
    places.iter().map(fix).collect()
}

/// The parts of a window in which no zone changes, first and last millisecond, those of the near future first.
fn stretches(places: &[Place], window: (i64, i64)) -> Vec<(i64, i64)> {
    let mut begins = BTreeSet::from([window.0]);
    for place in places {
        begins.extend(
            changes(place)
                .iter()
                .filter(|at| window.0 < **at && **at <= window.1),
        );
    }
    let begins: Vec<i64> = begins.into_iter().collect();
    let ends = begins.iter().skip(1).map(|next| next - 1).chain([window.1]);
    let all: Vec<(i64, i64)> = begins.iter().copied().zip(ends).collect();
    let near = all.partition_point(|(_, last)| *last < NEAR);
    let (past, future) = all.split_at(near);
    future.iter().chain(past.iter().rev()).copied().collect()
}

/// The moments at which a zone's distance from UTC changes, in milliseconds. They are sought once for each zone.
fn changes(place: &Place) -> Arc<[i64]> {
    static KNOWN: LazyLock<Mutex<BTreeMap<String, Arc<[i64]>>>> = LazyLock::new(Mutex::default);
    let TimeZone::Named(zone) = place.zone else {
        return Arc::new([]);
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known
        .entry(zone.name().to_owned())
        .or_insert_with(|| sought(place))
        .clone()
}

/// Day by day; within a day on which the distance changes it does so once.
fn sought(place: &Place) -> Arc<[i64]> {
    let mut found = Vec::new();
    let mut before = place.offset(CHANGES.0 * DAY);
    for day in CHANGES.0..CHANGES.1 {
        let (mut low, mut high) = (day * DAY, (day + 1) * DAY);
        let now = place.offset(high);
        if now == before {
            continue;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match place.offset(middle) == before {
                true => low = middle,
                false => high = middle,
            }
        }
        found.push(high);
        before = now;
    }
    found.into()
}
