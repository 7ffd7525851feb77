//! Rows as columns of one type each, as files of columns and data frames hold them: what a reader builds and a worker
//! decides, with no text of the rows between.

use super::cell::Cell;
use super::reading::Plain;
use super::seed::{hash_of, mixed};
use crate::facts::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What tells the seeds of values of different types apart.
mod kind {
    pub(super) const TEXT: u64 = 0x9e37_79b9_7f4a_7c15;
    pub(super) const INT: u64 = 0xbf58_476d_1ce4_e5b9;
    pub(super) const NEGATIVE: u64 = 0x94d0_49bb_1331_11eb;
    pub(super) const DOUBLE: u64 = 0xd6e8_feb8_6659_fd93;
    pub(super) const TRUTH: u64 = 0xa076_1d64_78bd_642f;
    pub(super) const TIME: u64 = 0xe703_7ed1_a0b4_28db;
    pub(super) const LIST: u64 = 0x8ebc_6af0_9c88_c6e3;
}

/// Texts, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts {
    text: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Puts a text behind the others.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The text of this number, from 0; `""` where there is none.
    pub fn get(&self, at: usize) -> &str {
        let begin = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let begin = begin.copied().unwrap_or_default();
        let text = self.ends.get(at).and_then(|end| self.text.get(begin..*end));
        text.unwrap_or_default()
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }
}

impl<'t> FromIterator<&'t str> for Texts {
    fn from_iter<I: IntoIterator<Item = &'t str>>(texts: I) -> Self {
        let mut all = Texts::default();
        texts.into_iter().for_each(|text| all.push(text));
        all
    }
}

/// Lists of texts, one behind the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    items: Texts,
    ends: Vec<usize>,
    /// The lists in which something is no text.
    nested: BTreeSet<usize>,
}

impl Lists {
    /// Puts a list behind the others. An item that is not there makes of it a list that no fact can be.
    pub fn push<'t>(&mut self, items: impl IntoIterator<Item = Option<&'t str>>) {
        for item in items {
            if item.is_none() {
                self.nested.insert(self.ends.len());
            }
            self.items.push(item.unwrap_or_default());
        }
        self.ends.push(self.items.len());
    }

    /// The items of a list by their numbers.
    fn range(&self, at: usize) -> std::ops::Range<usize> {
        let begin = at.checked_sub(1).and_then(|before| self.ends.get(before));
        let end = self.ends.get(at).copied().unwrap_or_default();
        begin.copied().unwrap_or_default()..end
    }
}

/// The values of a column. A row that has none takes up a place all the same.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// A text for each row.
    Texts(Texts),
    /// Texts that many rows have, and for each row the number of its own.
    Dictionary {
        /// For each row the number of its text.
        keys: Vec<u32>,
        /// The texts.
        texts: Texts,
    },
    /// Whole numbers with a sign.
    Ints(Vec<i64>),
    /// Whole numbers from 0.
    Uints(Vec<u64>),
    /// Other numbers; one that is infinite or none at all is not there.
    Doubles(Vec<f64>),
    /// Truths.
    Truths(Vec<bool>),
    /// Moments, their unit known.
    Times(Vec<Timestamp>),
    /// Lists of texts.
    Lists(Lists),
}

/// Rows, from the first one, with what is wrong in them.
pub type Faults = Vec<(usize, &'static str)>;

impl Values {
    /// Moments by their numbers since 1970, of which so many make a second: a divisor of 10⁹. Beside them the rows that are
    /// not absent and whose number is none of a time that there is.
    pub fn times(numbers: impl Iterator<Item = i64>, second: i64, absent: &[bool]) -> (Self, Faults) {
        let mut faults = Faults::new();
        let moment = |(row, number): (usize, i64)| {
            let part = number.rem_euclid(second) * (1_000_000_000 / second);
            let moment = Timestamp::new(number.div_euclid(second), u32::try_from(part).unwrap_or_default());
            if moment.is_none() && absent.get(row) != Some(&true) {
                faults.push((row, "a time outside of the years 1 to 9999"));
            }
            moment.unwrap_or(Timestamp::EPOCH)
        };
        let moments = numbers.enumerate().map(moment).collect();
        (Values::Times(moments), faults)
    }

    /// Numbers of 32 bits, each as the number that its shortest text is, as where it stands in JSON.
    pub fn floats(numbers: impl Iterator<Item = f32>) -> Self {
        let widened = |number: f32| match number.fract() == 0.0 {
            true => f64::from(number),
            false => number.to_string().parse().unwrap_or(f64::NAN),
        };
        Values::Doubles(numbers.map(widened).collect())
    }
}

/// A column of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    values: Values,
    /// For each row whether it has no value; empty where every row has one.
    absent: Vec<bool>,
}

impl Column {
    /// A column of which these rows have no value: a truth for each row, or none at all where every row has a value.
    pub fn new(values: Values, absent: Vec<bool>) -> Self {
        Column { values, absent }
    }

    /// Whether a row has a value.
    pub(super) fn has(&self, row: usize) -> bool {
        let is_number = || match &self.values {
            Values::Doubles(numbers) => numbers.get(row).is_some_and(|number| number.is_finite()),
            _ => true,
        };
        !self.absent.get(row).is_some_and(|absent| *absent) && is_number()
    }

    /// The texts, where the column is of texts.
    pub(super) fn texts(&self) -> Option<&Texts> {
        match &self.values {
            Values::Texts(texts) | Values::Dictionary { texts, .. } => Some(texts),
            _ => None,
        }
    }

    /// The number of a row's text among the texts.
    pub(super) fn text_at(&self, row: usize) -> usize {
        match &self.values {
            Values::Dictionary { keys, .. } => keys.get(row).map_or(usize::MAX, |key| *key as usize),
            _ => row,
        }
    }

    /// Whether rows share their texts.
    pub(super) fn is_shared(&self) -> bool {
        matches!(&self.values, Values::Dictionary { keys, texts } if texts.len() < keys.len())
    }

    /// The value of a row, where it has one that owns nothing.
    #[inline]
    pub(super) fn plain(&self, row: usize) -> Option<Plain> {
        if self.absent.get(row).is_some_and(|absent| *absent) {
            return None;
        }
        match &self.values {
            Values::Ints(numbers) => numbers.get(row).copied().map(Plain::Whole),
            Values::Uints(numbers) => i64::try_from(*numbers.get(row)?).ok().map(Plain::Whole),
            Values::Times(moments) => moments.get(row).copied().map(Plain::Moment),
            _ => None,
        }
    }

    /// The value of a row that has one, in a column that is not of texts.
    pub(super) fn value(&self, row: usize) -> Option<Cell> {
        Some(match &self.values {
            Values::Texts(_) | Values::Dictionary { .. } => return None,
            Values::Ints(numbers) => match *numbers.get(row)? {
                number if number < 0 => Cell::Int(number),
                number => Cell::Uint(number.cast_unsigned()),
            },
            Values::Uints(numbers) => Cell::Uint(*numbers.get(row)?),
            Values::Doubles(numbers) => Cell::Float(*numbers.get(row)?),
            Values::Truths(truths) => Cell::Bool(*truths.get(row)?),
            Values::Times(moments) => Cell::Moment(*moments.get(row)?),
            Values::Lists(lists) if lists.nested.contains(&row) => Cell::Nested,
            Values::Lists(lists) => {
                let items = lists.range(row).map(|at| lists.items.get(at).to_owned());
                Cell::List(items.collect())
            }
        })
    }

    /// What the value of a row that has one adds to the row's seed, in a column that is not of texts. The same value is the
    /// same number, in whatever width and unit a file holds it.
    pub(super) fn hash(&self, row: usize) -> u64 {
        let hash = match &self.values {
            Values::Texts(_) | Values::Dictionary { .. } => None,
            Values::Ints(numbers) => numbers.get(row).map(|number| {
                let kind = if *number < 0 { kind::NEGATIVE } else { kind::INT };
                number.cast_unsigned() ^ kind
            }),
            Values::Uints(numbers) => numbers.get(row).map(|number| number ^ kind::INT),
            Values::Doubles(numbers) => numbers.get(row).map(|number| number.to_bits() ^ kind::DOUBLE),
            Values::Truths(truths) => truths.get(row).map(|truth| u64::from(*truth) ^ kind::TRUTH),
            Values::Times(moments) => moments.get(row).map(|moment| {
                let seconds = mixed(moment.seconds().cast_unsigned() ^ kind::TIME);
                seconds ^ u64::from(moment.nanoseconds())
            }),
            Values::Lists(lists) => Some(lists.range(row).fold(kind::LIST, |hash, at| {
                mixed(hash ^ text_hash(lists.items.get(at)))
            })),
        };
        hash.unwrap_or_default()
    }
}

/// What a text adds to the seed of a row that has it.
pub(super) fn text_hash(text: &str) -> u64 {
    hash_of(text) ^ kind::TEXT
}

/// Some rows of traffic of other origin, as columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    rows: usize,
    columns: Vec<Option<Column>>,
    faults: BTreeMap<usize, String>,
}

impl Batch {
    /// So many rows. The columns are those of [`super::Replay::columns`], in that order; `None` for one that is not there.
    pub fn new(rows: usize, columns: Vec<Option<Column>>) -> Self {
        Batch {
            rows,
            columns,
            faults: BTreeMap::new(),
        }
    }

    /// Marks a row, from 0, as one that cannot be read, and says what is wrong with it; what was said first stands.
    pub fn mark(&mut self, row: usize, reason: String) {
        self.faults.entry(row).or_insert(reason);
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The column of this number, where it is there.
    pub(super) fn column(&self, at: usize) -> Option<&Column> {
        self.columns.get(at)?.as_ref()
    }

    /// What is wrong with a row.
    pub(super) fn fault(&self, row: usize) -> Option<&str> {
        self.faults.get(&row).map(String::as_str)
    }
}
