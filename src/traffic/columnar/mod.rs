//! Parquet files: of each group of rows ranges, which are unpacked on the threads that decide them; only the columns
//! that are wanted.

mod chunks;
mod column;
mod found;
mod texts;

use self::chunks::Chunks;
use self::column::Reader;
use self::found::{Found, find};
use crate::replay::{Batch, Place, Worker};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use std::collections::VecDeque;
use std::fs::File;
use std::sync::Arc;

/// Bytes that begin and end a Parquet file.
pub(super) const PARQUET: [u8; 4] = *b"PAR1";

/// Rows that are unpacked and decided by one thread at a time: a group of rows can be all of a file.
const RANGE: usize = 128 * 1024;

/// Rows that are unpacked at once.
const ROWS: usize = 4_096;

/// A file, and where in it the wanted columns are.
struct Table {
    chunks: Arc<Chunks>,
    metadata: ParquetMetaData,
    /// The wanted columns by name, in the order in which they were asked for; `None` for one that is not there.
    wanted: Vec<(String, Option<usize>)>,
}

/// Rows of a file that are still packed.
pub(super) struct Range {
    table: Arc<Table>,
    group: usize,
    /// Where the rows begin in their group, and how many they are.
    skipped: usize,
    rows: usize,
    /// The number of the first row in its file, from 1.
    first: u64,
    /// Bytes of the file that they take up.
    bytes: u64,
}

/// The ranges of a file; of `names` the columns that it has to have are those that are not optional. Errors are one line
/// each.
pub(super) fn ranges<'n>(
    file: File,
    names: impl IntoIterator<Item = (&'n str, bool)>,
) -> Result<VecDeque<Range>, Vec<String>> {
    let damaged =
        |error: &ParquetError| vec![format!("it is no whole Parquet file: {}", parquet_reason(error))];
    let chunks = Chunks::new(file).map_err(|error| damaged(&error.into()))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&chunks);
    let metadata = metadata.map_err(|error| damaged(&error))?;
    let wanted = wanted(&metadata, names)?;
    let table = Arc::new(Table {
        chunks: Arc::new(chunks),
        metadata,
        wanted,
    });
    Ok(cut(&table))
}

/// Where the wanted columns are, or what keeps them from being read.
fn wanted<'n>(
    metadata: &ParquetMetaData,
    names: impl IntoIterator<Item = (&'n str, bool)>,
) -> Result<Vec<(String, Option<usize>)>, Vec<String>> {
    let schema = metadata.file_metadata().schema_descr();
    let mut wanted = Vec::new();
    let mut errors = Vec::new();
    for (name, is_optional) in names {
        let at = match find(schema, name) {
            Found::Column(at) => match check_packing(metadata, at) {
                Ok(()) => Some(at),
                Err(what) => {
                    errors.push(format!("the column `{name}` is {what}, which is not read"));
                    None
                }
            },
            Found::Nested(_) | Found::Missing if is_optional => None,
            Found::Nested(what) | Found::Other(what) => {
                errors.push(format!("the column `{name}` is {what}"));
                None
            }
            Found::Missing => {
                errors.push(format!(
                    "there is no column `{name}`: it has {}",
                    found::shown(schema)
                ));
                None
            }
        };
        wanted.push((name.to_owned(), at));
    }
    if errors.is_empty() && wanted.iter().all(|(_, at)| at.is_none()) {
        errors.push(format!(
            "it has none of the columns that are mapped: it has {}",
            found::shown(schema)
        ));
    }
    if errors.is_empty() {
        Ok(wanted)
    } else {
        Err(errors)
    }
}

/// All rows of a file, range by range.
fn cut(table: &Arc<Table>) -> VecDeque<Range> {
    let mut ranges = VecDeque::new();
    let mut first = 1;
    for (group, metadata) in table.metadata.row_groups().iter().enumerate() {
        let all = usize::try_from(metadata.num_rows()).unwrap_or_default();
        let bytes = u64::try_from(metadata.compressed_size()).unwrap_or_default();
        for skipped in (0..all).step_by(RANGE) {
            let rows = RANGE.min(all - skipped);
            ranges.push_back(Range {
                table: Arc::clone(table),
                group,
                skipped,
                rows,
                first,
                bytes: bytes * rows as u64 / all as u64,
            });
            first += rows as u64;
        }
    }
    ranges
}

impl Range {
    /// Bytes of the file that the rows take up.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Unpacks the rows and has them decided; `source` is the number of their input. Where they cannot be unpacked, those
    /// that are left count as unreadable once.
    pub(super) fn decide(self, source: usize, worker: &mut Worker<'_>) {
        let mut next = self.first;
        if let Err(error) = self.try_decide(source, worker, &mut next) {
            let reason = format!("the rows from here on cannot be read: {}", parquet_reason(&error));
            worker.unreadable(Place { source, line: next }, reason);
        }
    }

    fn try_decide(&self, source: usize, worker: &mut Worker<'_>, next: &mut u64) -> Result<(), ParquetError> {
        let mut readers = self.readers()?;
        let end = self.first + self.rows as u64;
        while *next < end {
            let rows = usize::try_from(end - *next).unwrap_or(ROWS).min(ROWS);
            let batch = self.batch(&mut readers, rows)?;
            let first = *next;
            worker.read_batch(&batch, |row| Place {
                source,
                line: first + row as u64,
            });
            *next += rows as u64;
        }
        Ok(())
    }

    /// Readers of the wanted columns, where the range begins.
    fn readers(&self) -> Result<Vec<Option<Reader>>, ParquetError> {
        let group = self.table.metadata.row_group(self.group);
        let open = |(_, at): &(String, Option<usize>)| at.map(|at| self.reader(group, at)).transpose();
        self.table.wanted.iter().map(open).collect()
    }

    fn reader(&self, group: &RowGroupMetaData, at: usize) -> Result<Reader, ParquetError> {
        let mut reader = Reader::open(&self.table.chunks, group, at)?;
        reader.skip(self.skipped)?;
        Ok(reader)
    }

    /// The next rows.
    fn batch(&self, readers: &mut [Option<Reader>], rows: usize) -> Result<Batch, ParquetError> {
        let mut columns = Vec::with_capacity(readers.len());
        let mut faults = Vec::new();
        for ((name, _), reader) in self.table.wanted.iter().zip(readers) {
            let Some(reader) = reader else {
                columns.push(None);
                continue;
            };
            let (column, wrong) = reader.read(rows)?;
            columns.push(Some(column));
            let named = |(row, what)| (row, format!("the column `{name}` holds {what}"));
            faults.extend(wrong.into_iter().map(named));
        }
        let mut batch = Batch::new(rows, columns);
        for (row, reason) in faults {
            batch.mark(row, reason);
        }
        Ok(batch)
    }
}

/// Whether a column is packed in a way that is read; what it is where it is not.
fn check_packing(metadata: &ParquetMetaData, column: usize) -> Result<(), &'static str> {
    let groups = metadata.row_groups().iter();
    let chunks = groups.filter_map(|group| group.columns().get(column));
    chunks
        .map(|chunk| chunk.compression())
        .try_for_each(|packing| match packing {
            Compression::BROTLI(_) => Err("packed with brotli"),
            Compression::LZO => Err("packed with lzo"),
            Compression::UNCOMPRESSED
            | Compression::SNAPPY
            | Compression::GZIP(_)
            | Compression::LZ4
            | Compression::LZ4_RAW
            | Compression::ZSTD(_) => Ok(()),
        })
}

/// An error as part of a sentence.
pub(super) fn parquet_reason(error: &ParquetError) -> String {
    let text = error.to_string();
    let text = ["Parquet error: ", "External: ", "EOF: "]
        .iter()
        .fold(text.as_str(), |text, prefix| {
            text.strip_prefix(prefix).unwrap_or(text)
        });
    text.lines().next().unwrap_or_default().to_owned()
}
