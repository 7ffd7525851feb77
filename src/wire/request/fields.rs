//! Single values read with their type checked.

use super::super::json::{Json, Kind, Text};
use super::error::{Problem, ScanError};
use super::{MAX_CAP, MAX_STRING_BYTES};
use std::fmt::Display;
use std::ops::Range;

/// Most characters of a wrong number that are shown.
const SHOWN_DIGITS: usize = 32;

/// A set of keys seen in one object, by position in a table of at most 32 keys.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen(u32);

impl Seen {
    /// Notes a key; an error where it was noted before.
    pub(super) fn note(
        &mut self,
        position: u32,
        key: &str,
        within: impl Display,
        offset: usize,
    ) -> Result<(), ScanError> {
        if self.0 & (1 << position) != 0 {
            let key = format_args!("{within}{key}");
            return Err(ScanError::new(key, Problem::Duplicate, offset));
        }
        self.0 |= 1 << position;
        Ok(())
    }
}

/// Checks the kind of the next value. The key becomes a text only where something is wrong, here and below.
pub(super) fn expect(
    json: &mut Json<'_>,
    kind: Kind,
    expected: &'static str,
    key: impl Display,
) -> Result<(), ScanError> {
    let offset = json.position();
    let found = json.kind()?;
    if found == kind {
        return Ok(());
    }
    Err(ScanError::wrong_type(key, expected, found, offset))
}

/// Reads a string.
pub(super) fn string<'a>(json: &mut Json<'a>, key: impl Display) -> Result<Text<'a>, ScanError> {
    expect(json, Kind::String, "a string", key)?;
    Ok(json.string()?)
}

/// Reads a string that is held.
pub(super) fn held_string(json: &mut Json<'_>, key: impl Display + Copy) -> Result<String, ScanError> {
    let text = string(json, key)?;
    held(&text, key)
}

/// The decoded text, where it is not too long to be held.
pub(super) fn held(text: &Text<'_>, key: impl Display) -> Result<String, ScanError> {
    let decoded = text.decode();
    if decoded.len() > MAX_STRING_BYTES {
        return Err(ScanError::new(key, Problem::TooLong, text.span.start));
    }
    Ok(decoded.into_owned())
}

/// Reads a boolean.
pub(super) fn boolean(json: &mut Json<'_>, key: &str) -> Result<bool, ScanError> {
    let offset = json.position();
    let found = json.kind()?;
    match found {
        Kind::True | Kind::False => {
            json.skip()?;
            Ok(found == Kind::True)
        }
        _ => Err(ScanError::wrong_type(key, "`true` or `false`", found, offset)),
    }
}

/// Reads a whole number from 0 to [`MAX_CAP`], or `null`, and tells where it stands.
pub(super) fn cap(json: &mut Json<'_>, key: &str) -> Result<(Option<i64>, Range<usize>), ScanError> {
    if json.kind()? == Kind::Null {
        return Ok((None, json.skip()?));
    }
    expect(json, Kind::Number, "a whole number", key)?;
    let start = json.position();
    let text = json.number()?;
    let number = text
        .parse::<i64>()
        .ok()
        .filter(|number| (0..=MAX_CAP).contains(number) && !text.starts_with('-'));
    if number.is_none() {
        let shown = text.chars().take(SHOWN_DIGITS).collect();
        return Err(ScanError::new(key, Problem::Number(shown), start));
    }
    Ok((number, start..start + text.len()))
}
