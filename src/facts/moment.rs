//! Time stamps in the form that nearly all of them have, read and written in one pass.

use super::value::Timestamp;
use chrono::{Datelike, NaiveDate};
use std::ops::Range;

/// Most digits of a second's fraction that are kept.
const FRACTION_DIGITS: usize = 9;

/// Length of `2023-11-16T18:15:46`.
const WHOLE: usize = 19;

/// Reads `2023-11-16T18:15:46.123Z`. A blank may stand for the `T`, and the `Z` may be missing; of a second's fraction 9
/// digits are kept. `None` leaves the rest to a thorough reader.
pub fn utc(text: &[u8]) -> Option<Timestamp> {
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

/// Writes `2023-11-16T18:15:46.123Z`, with six or nine digits of the second's fraction where it takes as many.
pub(super) fn written(moment: Timestamp, text: &mut [u8; Timestamp::LONGEST]) -> &str {
    let (days, second) = (
        moment.seconds().div_euclid(86_400),
        moment.seconds().rem_euclid(86_400),
    );
    let date = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
    let date = date.unwrap_or_default();
    let nanoseconds = moment.nanoseconds();
    let (fraction, length) = match nanoseconds {
        n if n.is_multiple_of(1_000_000) => (n / 1_000_000, 3),
        n if n.is_multiple_of(1_000) => (n / 1_000, 6),
        n => (n, 9),
    };
    *text = *b"0000-00-00T00:00:00.000000000Z";
    // A moment lies in the years 1 to 9999.
    let second = second as u32;
    put(text, 0..4, date.year().unsigned_abs());
    put(text, 5..7, date.month());
    put(text, 8..10, date.day());
    put(text, 11..13, second / 3_600);
    put(text, 14..16, second / 60 % 60);
    put(text, 17..19, second % 60);
    let end = WHOLE + 1 + length;
    put(text, WHOLE + 1..end, fraction);
    if let Some(zone) = text.get_mut(end) {
        *zone = b'Z';
    }
    let text = text.get(..=end).unwrap_or_default();
    std::str::from_utf8(text).unwrap_or_default()
}

/// Puts the last digits of a number there.
fn put(text: &mut [u8], place: Range<usize>, mut number: u32) {
    for digit in text.get_mut(place).into_iter().flatten().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
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
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    Some(i64::from(date.to_epoch_days()))
}
