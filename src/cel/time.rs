//! Durations and time zones as CEL writes them in strings.

/// Units of CEL's durations with their length in nanoseconds; a unit stands before those that it begins with.
const UNITS: [(&str, i128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
];

/// Digits of a fraction that can matter: an hour has 3.6 · 10¹² nanoseconds.
const FRACTION_DIGITS: usize = 13;

/// Reads the text of a `duration("…")`, such as `1h30m`, `-1.5s` or `0`, as nanoseconds, parts of one cut; `None`
/// where it is no duration or beyond 64 bits of nanoseconds (about 292 years).
pub fn parse_duration(text: &str) -> Option<i64> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Some(0);
    }
    if unsigned.is_empty() {
        return None;
    }
    let mut rest = unsigned;
    let mut sum = 0i128;
    while !rest.is_empty() {
        let (nanoseconds, behind) = part(rest)?;
        sum = sum.checked_add(nanoseconds)?;
        rest = behind;
    }
    i64::try_from(sign * sum).ok()
}

/// A number and its unit at the start of a text: nanoseconds, and what follows.
fn part(text: &str) -> Option<(i128, &str)> {
    let (whole, rest) = digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(behind) => digits(behind),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let (unit, length) = UNITS.iter().find(|(unit, _)| rest.starts_with(unit))?;
    let number = |digits: &str| match digits {
        "" => Some(0),
        digits => digits.parse::<i128>().ok(),
    };
    let fraction = fraction.get(..FRACTION_DIGITS).unwrap_or(fraction);
    let scale = 10i128.pow(u32::try_from(fraction.len()).ok()?);
    let nanoseconds = number(whole)?
        .checked_mul(*length)?
        .checked_add(number(fraction)? * length / scale)?;
    Some((nanoseconds, rest.get(unit.len()..)?))
}

/// The digits at the start of a text, and what follows.
fn digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

/// A time zone as the methods of time stamps take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeZone {
    /// A fixed distance from UTC, such as `+05:30`.
    Fixed(chrono::FixedOffset),
    /// A zone of the IANA database, such as `Europe/Paris`.
    Named(chrono_tz::Tz),
}

impl TimeZone {
    /// Reads a zone's IANA name, or a distance from UTC as hours and minutes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((hours, minutes)) = text.split_once(':') else {
            return text.parse().ok().map(TimeZone::Named);
        };
        let (sign, hours) = match hours.strip_prefix('-') {
            Some(hours) => (-1, hours),
            None => (1, hours.strip_prefix('+').unwrap_or(hours)),
        };
        let two_digits = |text: &str| {
            let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            fits.then(|| text.parse::<i32>().ok()).flatten()
        };
        let hours = two_digits(hours).filter(|hours| *hours < 24)?;
        let minutes = two_digits(minutes).filter(|minutes| *minutes < 60)?;
        chrono::FixedOffset::east_opt(sign * (hours * 60 + minutes) * 60).map(TimeZone::Fixed)
    }
}

#[cfg(test)]
mod tests;
