//! Why a body is refused, and where.

use super::super::json::{JsonError, JsonFault, Kind};
use super::{MAX_CAP, MAX_ENTRIES, MAX_STRING_BYTES};
use std::fmt;

/// A body that is refused: what is wrong, with which key, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// The key as a path, such as `messages[2].role`; `None` where the text is no JSON.
    pub key: Option<String>,
    /// What is wrong.
    pub problem: Problem,
    /// Offset of the byte in the body.
    pub offset: usize,
    /// Line of the byte, from 1.
    pub line: usize,
    /// Column of the byte in its line, in bytes from 1.
    pub column: usize,
}

/// What is wrong with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It is not JSON.
    Json(JsonFault),
    /// A value of another type.
    WrongType {
        /// What was expected, with its article.
        expected: &'static str,
        /// What was found, with its article.
        found: &'static str,
    },
    /// A number that is not a whole one from 0 to [`MAX_CAP`]; the number as written, shortened.
    Number(String),
    /// The key stands twice.
    Duplicate,
    /// The key is missing, `null` or empty.
    Missing,
    /// A string longer than [`MAX_STRING_BYTES`].
    TooLong,
    /// More entries than [`MAX_ENTRIES`].
    TooMany,
}

impl ScanError {
    pub(super) fn new(key: impl fmt::Display, problem: Problem, offset: usize) -> Self {
        ScanError {
            key: Some(key.to_string()),
            problem,
            offset,
            line: 0,
            column: 0,
        }
    }

    pub(super) fn wrong_type(
        key: impl fmt::Display,
        expected: &'static str,
        found: Kind,
        offset: usize,
    ) -> Self {
        let found = found.described();
        Self::new(key, Problem::WrongType { expected, found }, offset)
    }

    /// Fills in line and column.
    pub(super) fn located(mut self, body: &[u8]) -> Self {
        let before = body.get(..self.offset).unwrap_or(body);
        self.line = memchr::memchr_iter(b'\n', before).count() + 1;
        self.column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1) + 1;
        self
    }
}

impl From<JsonError> for ScanError {
    fn from(error: JsonError) -> Self {
        ScanError {
            key: None,
            problem: Problem::Json(error.fault),
            offset: error.offset,
            line: 0,
            column: 0,
        }
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_deref().unwrap_or_default();
        match &self.problem {
            Problem::Json(fault) => write!(f, "the body is not JSON: {fault}")?,
            Problem::WrongType { expected, found } if key.is_empty() => {
                write!(f, "the body must be {expected}, but is {found}")?;
            }
            Problem::WrongType { expected, found } => {
                write!(f, "`{key}` must be {expected}, but is {found}")?
            }
            Problem::Number(text) => {
                write!(
                    f,
                    "`{key}` must be a whole number from 0 to {MAX_CAP}, but is `{text}`"
                )?;
            }
            Problem::Duplicate => write!(f, "`{key}` stands twice")?,
            Problem::Missing => return write!(f, "`{key}` is missing: name a model"),
            Problem::TooLong => write!(f, "`{key}` is longer than {MAX_STRING_BYTES} bytes")?,
            Problem::TooMany => write!(f, "`{key}` has more than {MAX_ENTRIES} entries")?,
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}

impl std::error::Error for ScanError {}
