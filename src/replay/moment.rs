//! Time stamps of foreign traffic: RFC 3339 with the liberties that exports take with it, and the common log format.

use crate::facts::{Timestamp, utc};

/// Length of `2023-11-16T18:15:46`.
const WHOLE: usize = 19;

/// Length of `16/Nov/2023:18:15:46`.
const LOG_WHOLE: usize = 20;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Reads an RFC 3339 time stamp. A blank may stand for the `T`, an offset may be short (`+0100`, `+01`), and where there is
/// none the time is UTC, as where `UTC` stands behind it. Up to 9 digits of a second's
/// fraction are kept, more are cut. The common log format of web servers is read too, `16/Nov/2023:18:15:46 +0000`, and
/// the dates of mail and HTTP, `Thu, 16 Nov 2023 18:15:46 GMT`.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    utc(text.as_bytes())
        .or_else(|| Timestamp::parse(text))
        .or_else(|| with_offset(text))
        .or_else(|| of_common_log(text))
        .or_else(|| utc(text.strip_suffix("UTC")?.trim_end().as_bytes()))
        .or_else(|| of_mail(text))
}

/// The time of RFC 2822.
fn of_mail(text: &str) -> Option<Timestamp> {
    let moment = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Timestamp::new(moment.timestamp(), moment.timestamp_subsec_nanos())
}

/// A local time before an offset such as `+01:00`, `+0100` or `+01`, with or without a blank between them.
fn with_offset(text: &str) -> Option<Timestamp> {
    let sign = text.get(WHOLE..)?.rfind(['+', '-'])? + WHOLE;
    let (local, offset) = text.split_at_checked(sign)?;
    let local = utc(local.trim_end().as_bytes())?;
    let digits: String = offset.chars().skip(1).filter(|mark| *mark != ':').collect();
    let number = |digits: &str| digits.parse::<i64>().ok();
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
