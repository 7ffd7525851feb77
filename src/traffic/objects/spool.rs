//! An object opened: lines are read as they come, a file of columns, which is read from its end, is fetched to the disk first.

use super::super::columnar::PARQUET;
use super::super::source::head;
use super::ranges::Ranges;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// What an object turned out to be.
pub(in super::super) enum Fetched {
    /// A file of columns: a copy of it that is gone when it is closed.
    Columns(File),
    /// Anything else.
    Lines(Box<dyn Read + Send>),
}

impl Ranges {
    /// The object, opened.
    pub(in super::super) fn opened(mut self) -> io::Result<Fetched> {
        let head = head(&mut self, PARQUET.len())?;
        let is_columns = head == PARQUET;
        let mut whole = Cursor::new(head).chain(self);
        if !is_columns {
            return Ok(Fetched::Lines(Box::new(whole)));
        }
        let mut file = tempfile::tempfile()?;
        io::copy(&mut whole, &mut file)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Fetched::Columns(file))
    }
}
