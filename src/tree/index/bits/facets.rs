//! Which bit vectors a request's facts lead to.

use super::super::request::Request;
use super::MOST_ROWS;
use crate::facts::FactId;

/// A fact, and from which row on its vectors stand.
#[derive(Debug)]
pub(super) enum Facet {
    /// A string fact: the first row is that of every value that is not among these (ascending).
    Text {
        slot: u8,
        values: Box<[u32]>,
        first: usize,
    },
    /// An int fact: a row for each range between these cuts (ascending), each cut the least of a range.
    Number {
        fact: FactId,
        cuts: Box<[i64]>,
        first: usize,
    },
}

impl Facet {
    /// How many rows it has.
    pub(super) fn rows(&self) -> usize {
        match self {
            Facet::Text { values, .. } => values.len().min(MOST_ROWS - 1) + 1,
            Facet::Number { cuts, .. } => cuts.len() + 1,
        }
    }

    /// The row of a request.
    pub(super) fn row(&self, request: &Request<'_>) -> usize {
        match self {
            Facet::Text { slot, values, first } => first + row_of_text(values, request.text(*slot)),
            Facet::Number { fact, cuts, first } => first + row_of_number(cuts, request.number(*fact)),
        }
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Facet::Text { values, .. } => size_of_val(&**values),
            Facet::Number { cuts, .. } => size_of_val(&**cuts),
        }
    }
}

/// The row of a value, from 0; values beyond the bound share rows.
pub(super) fn row_of_text(values: &[u32], value: u32) -> usize {
    values
        .binary_search(&value)
        .map_or(0, |at| at % (MOST_ROWS - 1) + 1)
}

/// The row of a number, from 0.
pub(super) fn row_of_number(cuts: &[i64], number: i64) -> usize {
    cuts.partition_point(|cut| *cut <= number)
}

/// Literals of a list, and from which row on their vectors stand: of the rules that ask for the literal, and of those
/// that ask that it be absent.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) list: u8,
    /// The literal, whether it is asked for, its row.
    pub(super) rows: Box<[(u32, bool, usize)]>,
    /// The row of all rules that ask for one of them, where there are such.
    pub(super) asking: Option<usize>,
}

impl Members {
    /// The rows of rules that a request's list rules out.
    pub(super) fn excluded(&self, request: &Request<'_>) -> impl Iterator<Item = usize> {
        let held = request.members(self.list);
        // Most lists hold nothing that a rule names: then one row stands for all.
        let is_empty = held.numbers().is_empty();
        let rows: &[_] = if is_empty { &[] } else { &self.rows };
        let unfulfilled = rows
            .iter()
            .filter(move |(value, wanted, _)| held.hold(*value) != *wanted);
        let asking = self.asking.filter(|_| is_empty);
        asking.into_iter().chain(unfulfilled.map(|(_, _, row)| *row))
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rows)
    }
}
