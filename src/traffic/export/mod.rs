//! Records written as Parquet, for analysts: one row a record, in columns of stable names and types. Of what was said in
//! a request nothing is written.

mod buffer;
mod record;
mod schema;

use self::buffer::{Buffer, Row};
use super::columnar::parquet_reason;
use crate::record::Record;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use std::io::Write;
use std::sync::Arc;

pub use schema::check_facts;

/// Most rows of a group.
const GROUP_ROWS: usize = 128 * 1024;

/// Most bytes of values that gather for a group: what bounds the memory, whatever the records hold.
const GROUP_BYTES: usize = 32 << 20;

/// Writes records as the rows of a Parquet file.
pub struct Export<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    /// Facts that have columns of their own beside the built-in ones.
    facts: Vec<String>,
    buffers: Vec<Buffer>,
    /// Rows and bytes that have gathered.
    rows: usize,
    bytes: usize,
    written: u64,
}

impl<W: Write + Send> Export<W> {
    /// Begins a file with a column for each of these facts, which were checked by [`check_facts`].
    ///
    /// # Errors
    /// In one line: nothing can be written.
    pub fn new(sink: W, facts: &[String]) -> Result<Self, String> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(concat!("pointsman ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let schema = schema::schema(facts).map_err(|error| parquet_reason(&error))?;
        let writer = SerializedFileWriter::new(sink, Arc::new(schema), Arc::new(properties));
        let writer = writer.map_err(|error| parquet_reason(&error))?;
        let columns = writer.schema_descr().columns().iter();
        Ok(Export {
            facts: facts.to_vec(),
            buffers: columns.map(|column| Buffer::of(column)).collect(),
            writer,
            rows: 0,
            bytes: 0,
            written: 0,
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// In one line: a group of rows cannot be written.
    pub fn add(&mut self, record: &Record<'_>) -> Result<(), String> {
        let mut row = Row::new(&mut self.buffers);
        record::write(record, &self.facts, &mut row);
        self.bytes += row.bytes();
        self.rows += 1;
        self.written += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.flush().map_err(|error| parquet_reason(&error))?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for buffer in &mut self.buffers {
            match group.next_column()? {
                Some(column) => buffer.write_to(column)?,
                None => return Err(ParquetError::General("a column too many".to_owned())),
            }
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }

    /// Ends the file; how many rows it has.
    ///
    /// # Errors
    /// In one line: the rest of it cannot be written.
    pub fn finish(mut self) -> Result<u64, String> {
        let end = |this: &mut Self| {
            if this.rows > 0 {
                this.flush()?;
            }
            this.writer.finish().map(drop)
        };
        match end(&mut self) {
            Ok(()) => Ok(self.written),
            Err(error) => Err(parquet_reason(&error)),
        }
    }
}
