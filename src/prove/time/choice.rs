//! What is asked of a moment, and the answer.

use super::calendar::has_day;
use super::days::{CALENDAR, days, may_fit_ever};
use super::place::{Place, places};
use super::stretches;
use super::walk::{Walk, Walked};
use crate::facts::Timestamp;
use crate::model::Function;
use crate::prove::shrink::shrink;

/// Questions that make one contradiction smaller.
const MOST_ROUNDS: usize = 12;

/// A field of the moment, such as `now.getHours("Europe/Paris")`, and the values that it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldChoice {
    pub(crate) function: Function,
    /// The zone as written; UTC where none is.
    pub(crate) zone: Option<String>,
    /// The least value that it may have.
    pub(crate) least: i64,
    /// The greatest one.
    pub(crate) most: i64,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// At this moment all fields have a value that they may have.
    At(Timestamp),
    /// There is no such moment: already the choices at these places, in rising order, contradict each other. The
    /// range of the moment itself stands at the place behind the fields.
    Contradiction(Vec<usize>),
    /// A bound was hit.
    Unknown,
}

/// Finds a moment with these fields, at full milliseconds, and within a range of milliseconds since the epoch where
/// one is given, both ends included.
pub(crate) fn solve(fields: &[FieldChoice], instant: Option<(i64, i64)>) -> Moment {
    let fields: Vec<(usize, &FieldChoice)> = fields.iter().enumerate().collect();
    let behind = fields.len();
    match attempt(&fields, behind, instant) {
        Moment::Contradiction(core) => {
            let again = |rest: &[usize]| {
                let kept: Vec<_> = rest.iter().filter_map(|at| fields.get(*at).copied()).collect();
                match attempt(&kept, behind, instant.filter(|_| rest.contains(&behind))) {
                    Moment::Contradiction(core) => Some(core),
                    _ => None,
                }
            };
            Moment::Contradiction(shrink(core, MOST_ROUNDS, again))
        }
        other => other,
    }
}

/// The same with a contradiction that need not be small.
fn attempt(fields: &[(usize, &FieldChoice)], behind: usize, instant: Option<(i64, i64)>) -> Moment {
    let Some(places) = places(fields) else {
        return Moment::Unknown;
    };
    if let Some(place) = places.iter().find(|place| !place.has_time() || !has_day(place)) {
        return Moment::Contradiction(place.origins.clone());
    }
    let all = || fields.iter().map(|(at, _)| *at);
    if !may_fit_ever(&places) {
        return Moment::Contradiction(all().collect());
    }
    let (first, last) = instant.unwrap_or(CALENDAR);
    let window = (first.max(CALENDAR.0), last.min(CALENDAR.1));
    let walked = match Walk::new(&places, window).run(days(&places, window)) {
        Walked::Unknown => stretches::search(&places, window),
        walked => walked,
    };
    match walked {
        Walked::At(moment) => Timestamp::from_milliseconds(moment).map_or(Moment::Unknown, Moment::At),
        Walked::Over => Moment::Contradiction(all().chain(instant.map(|_| behind)).collect()),
        Walked::Unknown => Moment::Unknown,
    }
}

impl Place {
    /// Whether its clock can show a time that fits.
    fn has_time(&self) -> bool {
        [self.hour, self.minute, self.second, self.millisecond]
            .iter()
            .all(|range| !range.is_empty())
    }
}
