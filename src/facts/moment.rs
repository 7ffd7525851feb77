//! Time stamps in the form that nearly all of them have, read in one pass.

use super::value::Timestamp;

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
