//! Where a mapped value comes from, and how it is read.

use super::cell::Cell;
use super::columns::Cells;
use super::unit::Unit;
use crate::facts::Timestamp;
use std::borrow::Cow;

/// What programs write for a value that is not there.
const NOTHING: [&str; 2] = ["", "-"];

/// Where a mapped value comes from; columns by their numbers in the mapping.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// The same for every record.
    Constant(Cell),
    /// A column.
    Column(usize),
    /// The time from the one column to the other.
    Between(usize, usize),
}

/// What a log calls something, as we call it; `None` where a record is of a kind that no policy decides.
pub(super) type Words = fn(&str) -> Option<&'static str>;

/// [`Words`] that can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Translation(pub(super) Words);

impl PartialEq for Translation {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::fn_addr_eq(self.0, other.0)
    }
}

/// A value that owns nothing: what most columns of numbers and times hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Whole(i64),
    Moment(Timestamp),
}

/// A line whose columns have been told apart.
pub(super) trait Line {
    /// The same as [`Line::cell`], where it is such a value.
    fn plain(&self, column: usize) -> Option<Plain>;

    /// What stands in the column of this number in the mapping; `None` where the line lacks it.
    fn cell(&self, column: usize) -> Option<Cow<'_, Cell>>;

    /// Whether the line has none of the columns.
    fn is_empty(&self) -> bool;
}

impl Line for Cells {
    #[inline]
    fn plain(&self, column: usize) -> Option<Plain> {
        match self.get(column)?.as_ref()? {
            Cell::Uint(number) => i64::try_from(*number).ok().map(Plain::Whole),
            Cell::Int(number) => Some(Plain::Whole(*number)),
            Cell::Moment(moment) => Some(Plain::Moment(*moment)),
            _ => None,
        }
    }

    fn cell(&self, column: usize) -> Option<Cow<'_, Cell>> {
        self.get(column)?.as_ref().map(Cow::Borrowed)
    }

    fn is_empty(&self) -> bool {
        self.iter().all(Option::is_none)
    }
}

/// Where a value comes from and how it is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) origin: Origin,
    /// The unit of a number, where one is given.
    pub(super) unit: Option<Unit>,
    /// Words that are translated.
    pub(super) words: Option<Translation>,
    /// Whether an empty text and a dash say that there is no value.
    pub(super) dash_is_nothing: bool,
}

/// Why a line tells nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It cannot be read: what is wrong.
    Fault(String),
    /// It is of a kind that no policy decides.
    OtherKind,
}

impl From<String> for Unread {
    fn from(reason: String) -> Self {
        Unread::Fault(reason)
    }
}

impl Reading {
    /// The value as it stands there.
    pub(super) fn plain(origin: Origin) -> Self {
        Reading {
            origin,
            unit: None,
            words: None,
            dash_is_nothing: false,
        }
    }

    /// The column whose value is taken as it stands there.
    #[inline]
    fn as_it_stands(&self) -> Option<usize> {
        match self.origin {
            Origin::Column(at) if self.unit.is_none() && self.words.is_none() && !self.dash_is_nothing => {
                Some(at)
            }
            _ => None,
        }
    }

    /// The value in a line; `None` where it has none.
    fn value<'c>(&'c self, line: &'c impl Line) -> Result<Option<Cow<'c, Cell>>, Unread> {
        let cell = match &self.origin {
            Origin::Constant(cell) => Some(Cow::Borrowed(cell)),
            Origin::Column(at) => self.cell(line, *at),
            Origin::Between(from, to) => {
                let ends = self.cell(line, *from).zip(self.cell(line, *to));
                ends.and_then(|(from, to)| from.until(&to)).map(Cow::Owned)
            }
        };
        match (cell, self.unit, self.words) {
            (Some(cell), Some(unit), _) => {
                Ok(Some(Cow::Owned(Cell::Timed(Box::new(cell.into_owned()), unit))))
            }
            (Some(cell), None, Some(words)) => {
                let word = cell.to_text().and_then(|text| words.0(&text));
                let word = word.ok_or(Unread::OtherKind)?;
                Ok(Some(Cow::Owned(Cell::Text(word.to_owned()))))
            }
            (cell, _, _) => Ok(cell),
        }
    }

    fn cell<'c>(&self, line: &'c impl Line, at: usize) -> Option<Cow<'c, Cell>> {
        let is_nothing = |cell: &Cell| matches!(cell, Cell::Text(text) if NOTHING.contains(&text.as_str()));
        let cell = line.cell(at);
        cell.filter(|cell| !(self.dash_is_nothing && is_nothing(cell)))
    }
}

/// The value of a line, where it is one column's as it stands there, and owns nothing.
#[inline]
pub(super) fn plain(readings: &[Reading], line: &impl Line) -> Option<Plain> {
    match readings {
        [reading] => line.plain(reading.as_it_stands()?),
        _ => None,
    }
}

/// The first value that a line has.
#[inline]
pub(super) fn first<'c>(
    readings: &'c [Reading],
    line: &'c impl Line,
) -> Result<Option<Cow<'c, Cell>>, Unread> {
    // Most values are one column, as it stands there.
    if let [reading] = readings
        && let Some(column) = reading.as_it_stands()
    {
        return Ok(line.cell(column));
    }
    first_of(readings, line)
}

fn first_of<'c>(readings: &'c [Reading], line: &'c impl Line) -> Result<Option<Cow<'c, Cell>>, Unread> {
    for reading in readings {
        if let Some(cell) = reading.value(line)? {
            return Ok(Some(cell));
        }
    }
    Ok(None)
}
