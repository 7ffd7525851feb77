//! Units of time as foreign traffic writes it: numbers since 1970, and lengths of time.

use crate::facts::Timestamp;

/// Digits of a second's fraction that are kept.
const FRACTION_DIGITS: usize = 9;

/// The unit of a number that is a time since 1970 or a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

/// The units by their names in `--map NAME:UNIT=COLUMN`.
const UNITS: [(&str, Unit); 4] = [
    ("s", Unit::Seconds),
    ("ms", Unit::Milliseconds),
    ("us", Unit::Microseconds),
    ("ns", Unit::Nanoseconds),
];

impl Unit {
    /// Reads the unit that `--map` gives `name`; only what is timed has one.
    pub(super) fn parse(text: &str, name: &str, is_timed: bool) -> Result<Self, String> {
        let named = |reason: &str| format!("`--map {name}:{text}=…`: {reason}");
        if !is_timed {
            return Err(named("only `now`, `ms` and `first_token_ms` have a unit of time"));
        }
        let unit = UNITS.iter().find(|(known, _)| *known == text);
        unit.map(|(_, unit)| *unit)
            .ok_or_else(|| named("the units are `s`, `ms`, `us` and `ns`"))
    }

    /// The unit of a time since 1970 that has so many digits before its point: each covers the years 1973 to 5138 but
    /// for the unit below it.
    fn of_epoch(digits: usize) -> Self {
        match digits {
            ..=11 => Unit::Seconds,
            12..=14 => Unit::Milliseconds,
            15..=17 => Unit::Microseconds,
            _ => Unit::Nanoseconds,
        }
    }

    /// How many decimal digits it is finer than a second.
    fn finer(self) -> usize {
        match self {
            Unit::Seconds => 0,
            Unit::Milliseconds => 3,
            Unit::Microseconds => 6,
            Unit::Nanoseconds => 9,
        }
    }
}

/// A decimal number of a unit as whole seconds and nanoseconds, exact; what is finer is cut. `None` for what is no number
/// from 0.
pub(super) fn seconds(decimal: &str, unit: Unit) -> Option<(i64, u32)> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) {
        return None;
    }
    // The point moves to the left; zeros fill what is not there.
    let digits = format!("{:0>width$}{fraction}", whole, width = unit.finer() + 1);
    let point = whole.len().max(unit.finer() + 1) - unit.finer();
    let (seconds, rest) = digits.split_at_checked(point)?;
    let rest: String = rest
        .chars()
        .chain("000000000".chars())
        .take(FRACTION_DIGITS)
        .collect();
    Some((seconds.parse().ok()?, rest.parse().ok()?))
}

/// A time since 1970; where the unit is not given, the size of the number tells it.
pub(super) fn moment(decimal: &str, unit: Option<Unit>) -> Option<Timestamp> {
    let whole = decimal.split('.').next().unwrap_or_default();
    let unit = unit.unwrap_or_else(|| Unit::of_epoch(whole.len()));
    let (seconds, nanoseconds) = seconds(decimal, unit)?;
    Timestamp::new(seconds, nanoseconds)
}
