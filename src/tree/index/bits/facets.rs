//! Which bit vectors a request's facts lead to.

use super::super::need::Member;
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

/// Literals of lists, and from which row on their vectors stand: of the rules that ask for the literal, and of those
/// that ask that it be absent.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// The literal, whether it is asked for, its row.
    pub(super) rows: Box<[(Member, bool, usize)]>,
}

impl Members {
    /// The rows of rules that a request's lists rule out.
    pub(super) fn excluded(&self, request: &Request<'_>) -> impl Iterator<Item = usize> {
        let unfulfilled = |((list, value), wanted, row): &(Member, bool, usize)| {
            (request.members(*list).hold(*value) != *wanted).then_some(*row)
        };
        self.rows.iter().filter_map(unfulfilled)
    }

    /// Bytes on the heap.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rows)
    }
}
