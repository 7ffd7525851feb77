//! One worker of a replay: whole lines in, a tally out.

use super::batch::Batch;
use super::buffer::Buffer;
use super::cell::Cell;
use super::columns::{Cells, CsvColumns};
use super::compare::{Memos, count};
use super::comparison::{Layout, Replay};
use super::importer::Importer;
use super::otlp;
use super::reading::{Line, Unread};
use super::rows::Rows;
use super::seed::seed_of;
use super::tally::{Place, Tally};
use super::told::Told;
use crate::facts::Facts;
use crate::record::{Record, RecordError, VERSION};

/// How far a worker goes with each record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Its line is read, its facts are at hand.
    Parse,
    /// It is decided, and held against the baseline or what was recorded.
    Decide,
    /// What comes of it is counted.
    Aggregate,
}

/// Decides records and counts what comes of them.
#[derive(Debug)]
pub struct Worker<'r> {
    replay: &'r Replay<'r>,
    last: Stage,
    tally: Tally,
    /// Facts of foreign lines: each line sets or empties all that columns are mapped to.
    facts: Buffer,
    /// What foreign lines tell beside their facts.
    told: Told<'static>,
    /// Facts of records of ours: each sets or empties all of them.
    recorded: Buffer,
    /// What was decided of foreign lines, and of records of ours; nothing before the first of them.
    memos: Option<Memos<'r>>,
    recorded_memos: Option<Memos<'r>>,
    cells: Cells,
}

impl<'r> Worker<'r> {
    /// A worker that has counted nothing. Workers share nothing but the replay; their tallies merge in any order.
    pub fn new(replay: &'r Replay<'r>) -> Self {
        Self::until(replay, Stage::Aggregate)
    }

    /// A worker that goes no further than this stage, to measure what the stages take.
    pub fn until(replay: &'r Replay<'r>, last: Stage) -> Self {
        Worker {
            replay,
            last,
            tally: replay.tally(),
            facts: Buffer::new(replay),
            told: Told::default(),
            recorded: Buffer::new(replay),
            memos: None,
            recorded_memos: None,
            cells: vec![None; replay.mapping.columns.len() + 1],
        }
    }

    /// What was counted so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The worker's tally; there is nothing more to come.
    pub fn into_tally(self) -> Tally {
        self.tally
    }

    /// Counts a part of an input that could not be read.
    pub fn unreadable(&mut self, place: Place, reason: String) {
        self.tally.unreadable(place, reason);
    }

    /// Takes whole records; `first` is where `bytes` begin.
    pub fn read(&mut self, layout: &Layout, first: Place, bytes: &[u8]) {
        match layout {
            Layout::JsonLines => self.read_json(first, bytes),
            Layout::Csv(columns) => self.read_csv(columns, first, bytes),
        }
    }

    /// Takes rows of other origin, each with its place. They are decided as the same rows would be as JSON lines, but for
    /// their seeds: those come from their values.
    pub fn read_batch(&mut self, batch: &Batch, place: impl Fn(usize) -> Place) {
        let mut rows = Rows::new(self.replay, batch);
        for row in 0..batch.rows() {
            let place = place(row);
            let read = match batch.fault(row) {
                Some(reason) => Err(Unread::Fault(reason.to_owned())),
                None => self.row(&mut rows, row, place),
            };
            self.note(place, read);
        }
    }

    fn row(&mut self, rows: &mut Rows<'_>, row: usize, place: Place) -> Result<(), Unread> {
        rows.set_facts(self.replay, row, &mut self.facts)?;
        self.told.renew(rows.seed(row));
        self.mapped(place, &rows.row(row))
    }

    fn read_json(&mut self, first: Place, bytes: &[u8]) {
        let mut place = first;
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, behind) = rest.split_at(end);
            rest = behind;
            let line = line.trim_ascii();
            if !line.is_empty() {
                self.take_json(place, line);
            }
            place.line += 1;
        }
    }

    fn read_csv(&mut self, columns: &CsvColumns, first: Place, bytes: &[u8]) {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let mut row = csv::ByteRecord::new();
        let mut place = first;
        let mut rest = bytes;
        let mut start = 0;
        // Reading from memory, bytes of any kind, does not fail.
        while let Ok(true) = reader.read_byte_record(&mut row) {
            let end = reader.position().byte();
            let length = usize::try_from(end - start).unwrap_or(rest.len());
            start = end;
            let (text, behind) = rest.split_at(length.min(rest.len()));
            rest = behind;
            // Before a row stand empty lines and the second half of a `\r\n`.
            let blanks = text.len() - text.trim_ascii_start().len();
            let (before, text) = text.split_at(blanks);
            place.line += line_ends(before);
            let read = self.csv_row(columns, place, &row, text.trim_ascii_end());
            self.note(place, read);
            place.line += line_ends(text);
        }
    }

    /// One line: of an export of spans all of them.
    fn take_json(&mut self, place: Place, line: &[u8]) {
        if self.replay.mapping.importer != Some(Importer::OpenTelemetry) || !otlp::is_export(line) {
            let read = self.json_line(place, line);
            return self.note(place, read);
        }
        match otlp::spans(line) {
            Ok(spans) => {
                for span in spans {
                    let read = span.map_err(Unread::Fault);
                    let read = read.and_then(|span| self.json_line(place, span.as_bytes()));
                    self.note(place, read);
                }
            }
            Err(reason) => self.note(place, Err(Unread::Fault(reason))),
        }
    }

    fn note(&mut self, place: Place, read: Result<(), Unread>) {
        match read {
            Ok(()) => {}
            Err(Unread::Fault(reason)) => self.tally.unreadable(place, reason),
            Err(Unread::OtherKind) => self.tally.other_kind(),
        }
    }

    fn csv_row(
        &mut self,
        columns: &CsvColumns,
        place: Place,
        row: &csv::ByteRecord,
        text: &[u8],
    ) -> Result<(), Unread> {
        self.cells.fill(None);
        columns.read(row, &mut self.cells)?;
        self.foreign(place, text)
    }

    fn json_line(&mut self, place: Place, line: &[u8]) -> Result<(), Unread> {
        if self.replay.mapping.is_empty() {
            self.read_outcomes(line)?;
            let record = Record::parse(line).map_err(|error| match error {
                RecordError::NoFacts => format!("{error}; lines of other origin need `--map` or `--from`"),
                other => other.to_string(),
            })?;
            return self.recorded(place, line, record);
        }
        self.cells.fill(None);
        let read = self.replay.json.read(line, &mut self.cells);
        read.map_err(|error| {
            let reason = error.to_string().replace(" at line 1 column ", " at column ");
            format!("no JSON object: {reason}")
        })?;
        if self.cells.last() == Some(&Some(Cell::Uint(VERSION))) {
            match Record::parse(line) {
                Ok(record) => return self.recorded(place, line, record),
                Err(RecordError::NoFacts) => {}
                Err(error) => return Err(error.to_string().into()),
            }
        }
        self.foreign(place, line)
    }

    /// Reads the columns of outcomes from a record of ours; a line that is no object is for its parser to complain of.
    fn read_outcomes(&mut self, line: &[u8]) -> Result<(), Unread> {
        if self.replay.mapping.columns.is_empty() {
            return Ok(());
        }
        self.cells.fill(None);
        let read = self.replay.json.read(line, &mut self.cells);
        read.map_err(|error| Unread::Fault(format!("no JSON object: {error}")))
    }

    /// Takes the record of a request whose facts under the candidate are at hand, as while it is served: all of them are
    /// there, also those that no record holds. `line` is the record's text.
    pub fn decided(&mut self, place: Place, line: &[u8], record: Record<'_>, facts: Facts) {
        let told = Told::of(line, record);
        let facts = Buffer::whole(self.replay, facts);
        count(
            self.replay,
            (&facts, &told),
            place,
            self.recorded_memos.get_or_insert_with(|| Memos::new(self.replay)),
            &mut self.tally,
            self.last,
        );
    }

    /// A record of ours; what is mapped stands over what it tells.
    fn recorded(&mut self, place: Place, line: &[u8], record: Record<'_>) -> Result<(), Unread> {
        let facts = &mut self.recorded;
        facts.take_record(self.replay, &record);
        let mut told = Told::of(line, record);
        told.measure_outcomes(&self.replay.outcomes, &self.cells)?;
        if !self.replay.mapping.is_empty() {
            facts.set_constants(self.replay)?;
            facts.set_columns(self.replay, &self.cells)?;
            told.measure(&self.replay.mapping, &self.cells, &facts.candidate)?;
            if let Some(prompted) = told.prompted.as_deref().filter(|_| self.replay.mapping.recalls) {
                facts.recall(self.replay, prompted);
            }
        }
        count(
            self.replay,
            (facts, &told),
            place,
            self.recorded_memos.get_or_insert_with(|| Memos::new(self.replay)),
            &mut self.tally,
            self.last,
        );
        Ok(())
    }

    /// A line of other origin.
    fn foreign(&mut self, place: Place, text: &[u8]) -> Result<(), Unread> {
        self.facts.next_columns(self.replay, &self.cells)?;
        let cells = std::mem::take(&mut self.cells);
        self.told.renew(seed_of(text));
        let read = self.mapped(place, &cells);
        self.cells = cells;
        read
    }

    /// Takes what is told beside the facts and the seed, which are set, and counts the record.
    fn mapped(&mut self, place: Place, line: &impl Line) -> Result<(), Unread> {
        let told = &mut self.told;
        told.measure(&self.replay.mapping, line, &self.facts.candidate)?;
        if self.replay.mapping.recalls {
            let prompted = told.prompted.as_deref().unwrap_or_default();
            self.facts.recall(self.replay, prompted);
        }
        told.measure_outcomes(&self.replay.outcomes, line)?;
        check_import(self.replay, told, line)?;
        count(
            self.replay,
            (&self.facts, told),
            place,
            self.memos
                .get_or_insert_with(|| Memos::of_columns(self.replay, &self.facts)),
            &mut self.tally,
            self.last,
        );
        Ok(())
    }
}

/// What is wrong with a line that a ready map was to read.
fn check_import(replay: &Replay<'_>, told: &Told<'_>, line: &impl Line) -> Result<(), Unread> {
    let Some(importer) = replay.mapping.importer else {
        return Ok(());
    };
    let name = importer.name();
    if line.is_empty() {
        return Err(format!("it has none of the columns of `--from {name}`").into());
    }
    if importer.needs_kind() && !replay.mapping.has_kind(line) {
        return Err(Unread::OtherKind);
    }
    if replay.baseline.is_none() && told.target.is_none() {
        let reason = "it does not tell which model answered; `--baseline OLD` says what to compare with";
        return Err(reason.to_owned().into());
    }
    Ok(())
}

fn line_ends(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}
