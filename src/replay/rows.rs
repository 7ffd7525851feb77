//! The rows of a batch as lines, and their facts: a text that many rows have is read, translated and checked once.

use super::batch::{Batch, Column, text_hash};
use super::buffer::{Buffer, Known};
use super::cell::Cell;
use super::comparison::{FactPlace, Replay};
use super::mapping::{Entry, Role};
use super::reading::{Line, Origin, Plain, Unread, first};
use super::seed::{hash_of, mixed};
use crate::facts::Builtin;
use std::borrow::Cow;

/// A batch, and what is the same for many of its rows.
pub(super) struct Rows<'b> {
    columns: Vec<Option<Prepared<'b>>>,
    /// For each entry of the mapping what the texts of its column are as its fact, where many rows share them.
    shared: Vec<Option<Shared>>,
    /// The sum of what the values of each row add to its seed.
    seeds: Vec<u64>,
    /// Whether `requested` is still to be worked out of a model that was set.
    unresolved: bool,
}

/// A column, its texts as cells and their parts of seeds.
struct Prepared<'b> {
    column: &'b Column,
    cells: Vec<Cell>,
    hashes: Vec<u64>,
    /// What the column's name adds to seeds; `None` where no name is mapped to it.
    name: Option<u64>,
}

/// What the texts of a column are as a fact.
struct Shared {
    column: usize,
    values: Vec<Result<Known, Unread>>,
    /// The number of the text that the fact has at the moment.
    current: Option<usize>,
}

/// A row of a batch.
#[derive(Clone, Copy)]
pub(super) struct Row<'r> {
    columns: &'r [Option<Prepared<'r>>],
    row: usize,
}

/// A line of which only one column is there.
struct Only<'c> {
    column: usize,
    cell: &'c Cell,
}

impl<'b> Prepared<'b> {
    fn new(column: &'b Column, name: Option<&str>) -> Self {
        let texts = || column.texts().into_iter().flat_map(|texts| texts.iter());
        Prepared {
            cells: texts().map(|text| Cell::Text(text.to_owned())).collect(),
            hashes: texts().map(text_hash).collect(),
            name: name.map(hash_of),
            column,
        }
    }

    fn cell(&self, row: usize) -> Option<Cow<'_, Cell>> {
        if !self.column.has(row) {
            return None;
        }
        match self.column.texts() {
            Some(_) => self.cells.get(self.column.text_at(row)).map(Cow::Borrowed),
            None => self.column.value(row).map(Cow::Owned),
        }
    }

    /// Adds to the seeds of rows what their values are.
    fn add_to(&self, seeds: &mut [u64]) {
        let Some(name) = self.name else { return };
        let is_text = self.column.texts().is_some();
        for (row, seed) in seeds.iter_mut().enumerate() {
            if self.column.has(row) {
                let text = || self.hashes.get(self.column.text_at(row)).copied();
                let value = if is_text {
                    text().unwrap_or_default()
                } else {
                    self.column.hash(row)
                };
                *seed = seed.wrapping_add(mixed(name ^ value));
            }
        }
    }
}

impl Shared {
    /// Where an entry has no other source than one column whose rows share their texts.
    fn new(
        replay: &Replay<'_>,
        entry: &Entry,
        place: &FactPlace,
        columns: &[Option<Prepared<'_>>],
    ) -> Option<Self> {
        let [reading] = entry.readings.as_slice() else {
            return None;
        };
        let Origin::Column(column) = reading.origin else {
            return None;
        };
        let prepared = columns.get(column)?.as_ref()?;
        let known = |cell: &Cell| match first(&entry.readings, &Only { column, cell })? {
            Some(cell) => Ok(Known::new(replay, place, &entry.role, &cell)?),
            None => Ok(Known::default()),
        };
        prepared.column.is_shared().then(|| Shared {
            column,
            values: prepared.cells.iter().map(known).collect(),
            current: None,
        })
    }
}

impl Shared {
    /// Sets the fact to what the row's text is, where it is not that already; whether it was not.
    fn set(
        &mut self,
        replay: &Replay<'_>,
        place: &FactPlace,
        row: Row<'_>,
        facts: &mut Buffer,
    ) -> Result<bool, Unread> {
        let Some(text) = row.text_at(self.column) else {
            self.current = None;
            facts.take(replay, place, &Known::default());
            return Ok(true);
        };
        if self.current == Some(text) {
            return Ok(false);
        }
        let known = self.values.get(text).map(Result::as_ref).transpose();
        let nothing = Known::default();
        facts.take(replay, place, known.map_err(Unread::clone)?.unwrap_or(&nothing));
        self.current = Some(text);
        Ok(true)
    }
}

impl Row<'_> {
    /// The number of the row's text among those of a column.
    fn text_at(&self, column: usize) -> Option<usize> {
        let column = self.columns.get(column)?.as_ref()?.column;
        column.has(self.row).then(|| column.text_at(self.row))
    }
}

impl Line for Row<'_> {
    #[inline]
    fn plain(&self, column: usize) -> Option<Plain> {
        self.columns.get(column)?.as_ref()?.column.plain(self.row)
    }

    fn cell(&self, column: usize) -> Option<Cow<'_, Cell>> {
        self.columns.get(column)?.as_ref()?.cell(self.row)
    }

    fn is_empty(&self) -> bool {
        !self
            .columns
            .iter()
            .flatten()
            .any(|column| column.column.has(self.row))
    }
}

impl Line for Only<'_> {
    fn plain(&self, _column: usize) -> Option<Plain> {
        None
    }

    fn cell(&self, column: usize) -> Option<Cow<'_, Cell>> {
        (column == self.column).then_some(Cow::Borrowed(self.cell))
    }

    fn is_empty(&self) -> bool {
        false
    }
}

fn is_model(role: &Role) -> bool {
    matches!(role, Role::Fact(name) if name == Builtin::Model.name())
}

impl<'b> Rows<'b> {
    pub(super) fn new(replay: &Replay<'_>, batch: &'b Batch) -> Self {
        let mapping = &replay.mapping;
        let named = mapping.columns.iter().enumerate();
        let columns: Vec<_> = named
            .map(|(at, column)| {
                let name = mapping.reads(at).then_some(column.name.as_str());
                batch.column(at).map(|found| Prepared::new(found, name))
            })
            .collect();
        let entries = mapping.entries.iter().zip(&replay.mapped);
        let shared = entries.map(|(entry, place)| Shared::new(replay, entry, place.as_ref()?, &columns));
        let mut seeds = vec![0; batch.rows()];
        columns
            .iter()
            .flatten()
            .for_each(|column| column.add_to(&mut seeds));
        Rows {
            seeds,
            shared: shared.collect(),
            columns,
            unresolved: true,
        }
    }

    /// The seed of a row: of the values that names are mapped to, each under its column's name, in whatever order. What
    /// stands before and behind it bears on it as little as who reads it.
    pub(super) fn seed(&self, row: usize) -> u64 {
        mixed(self.seeds.get(row).copied().unwrap_or_default())
    }

    /// A row, from 0.
    pub(super) fn row(&self, row: usize) -> Row<'_> {
        Row {
            columns: &self.columns,
            row,
        }
    }

    /// Sets the facts that columns are mapped to; where the row lacks one, the fact is empty.
    pub(super) fn set_facts(
        &mut self,
        replay: &Replay<'_>,
        row: usize,
        facts: &mut Buffer,
    ) -> Result<(), Unread> {
        let row = Row {
            columns: &self.columns,
            row,
        };
        let entries = replay.mapping.entries.iter().zip(&replay.mapped);
        for ((entry, place), shared) in entries.zip(&mut self.shared) {
            let (None, Some(place)) = (entry.constant(), place) else {
                continue;
            };
            let changed = match shared {
                Some(shared) => shared.set(replay, place, row, facts)?,
                None => {
                    facts.set_entry(replay, entry, place, &row)?;
                    true
                }
            };
            self.unresolved |= changed && is_model(&entry.role);
        }
        if replay.names_models && self.unresolved {
            facts.resolve(replay);
            self.unresolved = false;
        }
        Ok(())
    }
}
