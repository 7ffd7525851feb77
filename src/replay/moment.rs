//! Time stamps of foreign traffic: RFC 3339 with the liberties that exports take with it, and the common log format.

use crate::facts::Timestamp;

/// Most digits of a second's fraction that are kept.
const FRACTION_DIGITS: usize = 9;

/// Length of `2023-11-16T18:15:46`.
const WHOLE: usize = 19;

/// Length of `16/Nov/2023:18:15:46`.
const LOG_WHOLE: usize = 20;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads an RFC 3339 time stamp. A blank may stand for the `T`, an offset may be short (`+0100`, `+01`), and where there is
/// none the time is UTC. Up to 9 digits of a second's fraction are kept, more are cut. The common log format of web
/// servers is read too: `16/Nov/2023:18:15:46 +0000`.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    utc(text.as_bytes())
        .or_else(|| Timestamp::parse(text))
        .or_else(|| with_offset(text))
        .or_else(|| of_common_log(text))
}

/// A local time before an offset such as `+01:00`, `+0100` or `+01`, with or without a blank between them.
fn with_offset(text: &str) -> Option<Timestamp> {
    let sign = text.get(WHOLE..)?.rfind(['+', '-'])? + WHOLE;
    let (local, offset) = text.split_at_checked(sign)?;
    let local = utc(local.trim_end().as_bytes())?;
    let digits: Vec<u8> = offset.bytes().skip(1).filter(|byte| *byte != b':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (number(&digits)?, 0),
        4 => (number(digits.get(..2)?)?, number(digits.get(2..)?)?),
        _ => return None,
    };
    let east = (hours * 60 + minutes) * 60;
    let east = if offset.starts_with('-') { -east } else { east };
    let is_offset = hours < 24 && minutes < 60;
    is_offset.then(|| Timestamp::new(local.seconds() - east, local.nanoseconds()))?
}

/// The time of the common log format.
fn of_common_log(text: &str) -> Option<Timestamp> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    let (whole, offset) = text.split_at_checked(LOG_WHOLE)?;
    let offset = offset.strip_prefix(' ')?;
    let mut parts = whole.split(['/', ':']);
    let mut part = || parts.next();
    let (day, month, year, hour, minute, second) = (part()?, part()?, part()?, part()?, part()?, part()?);
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    parse(&format!(
        "{year}-{month:02}-{day}T{hour}:{minute}:{second}{}",
        offset
    ))
}

/// The common form, in UTC; `None` leaves the rest to the thorough reader.
fn utc(text: &[u8]) -> Option<Timestamp> {
    let (whole, rest) = text.split_at_checked(WHOLE)?;
    let marks = [(4, b'-'), (7, b'-'), (13, b':'), (16, b':')];
    let in_form = marks.iter().all(|(at, mark)| whole.get(*at) == Some(mark))
        && matches!(whole.get(10), Some(b'T' | b't' | b' '));
    if !in_form {
        return None;
    }
    let part = |from: usize, to: usize| whole.get(from..to).and_then(number);
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let days = days_since_epoch(year, month, day)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanoseconds = fraction(rest)?;
    Timestamp::new(days * 86_400 + hour * 3_600 + minute * 60 + second, nanoseconds)
}

/// The nanoseconds of `.123Z`, `Z` or nothing.
fn fraction(rest: &[u8]) -> Option<u32> {
    let rest = match rest {
        [before @ .., b'Z' | b'z'] => before,
        all => all,
    };
    let digits = match rest {
        [] => return Some(0),
        [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => digits,
        _ => return None,
    };
    let kept = digits.get(..digits.len().min(FRACTION_DIGITS))?;
    let scale = 10_u32.pow(u32::try_from(FRACTION_DIGITS - kept.len()).ok()?);
    let value = u32::try_from(number(kept)?).ok()?;
    Some(value * scale)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    })
}

fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let date = chrono::NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    Some(i64::from(date.to_epoch_days()))
}
