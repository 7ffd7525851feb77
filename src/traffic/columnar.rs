//! Parquet files: rows of the columns that are wanted, group by group, as JSON lines.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use super::blocks::{Block, Fault};
use super::column::Column;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use std::fs::File;
use std::io::Write;

/// Bytes that begin and end a Parquet file.
pub(super) const PARQUET: [u8; 4] = *b"PAR1";

/// Rows of a block.
const ROWS: usize = 4_096;

/// Longest list of names in a message.
const MOST_SHOWN: usize = 20;

/// The rows of a file, in blocks.
pub(super) struct Rows {
    reader: SerializedFileReader<File>,
    /// The wanted columns, by name and number among the file's.
    wanted: Vec<(String, usize)>,
    /// The next group of rows.
    group: usize,
    /// The columns of the group that is read, and how many of its rows are left.
    open: Option<(Vec<Column>, usize)>,
    next_row: u64,
}

impl Rows {
    /// Opens a file; of `names` the columns that it has to have are those that are not optional. Errors are one line each.
    pub(super) fn open<'n>(
        file: File,
        names: impl IntoIterator<Item = (&'n str, bool)>,
    ) -> Result<Self, Vec<String>> {
        let reader = SerializedFileReader::new(file)
            .map_err(|error| vec![format!("it is no whole Parquet file: {}", reason(&error))])?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let known: Vec<String> = schema
            .columns()
            .iter()
            .map(|column| column.path().string())
            .collect();
        let mut wanted = Vec::new();
        let mut errors = Vec::new();
        for (name, is_optional) in names {
            match known.iter().position(|known| known == name) {
                Some(at) => match Column::check(&schema.column(at)).and_then(|()| check_packing(&reader, at))
                {
                    Ok(()) => wanted.push((name.to_owned(), at)),
                    Err(what) => errors.push(format!("the column `{name}` is {what}, which is not read")),
                },
                None if is_optional => {}
                None => errors.push(format!("there is no column `{name}`: it has {}", shown(&known))),
            }
        }
        if errors.is_empty() && wanted.is_empty() {
            errors.push(format!(
                "it has none of the columns that are mapped: it has {}",
                shown(&known)
            ));
        }
        if errors.is_empty() {
            Ok(Rows {
                reader,
                wanted,
                group: 0,
                open: None,
                next_row: 1,
            })
        } else {
            Err(errors)
        }
    }

    /// The next rows; `None` behind the last ones.
    fn read(&mut self) -> Result<Option<Block>, ParquetError> {
        loop {
            if let Some((columns, left)) = &mut self.open
                && *left > 0
            {
                let rows = (*left).min(ROWS);
                *left -= rows;
                for column in columns.iter_mut() {
                    column.read(rows)?;
                }
                let bytes = lines(&self.wanted, columns, rows)?;
                let first_line = self.next_row;
                self.next_row += rows as u64;
                return Ok(Some(Block {
                    first_line,
                    bytes,
                    fault: None,
                }));
            }
            if self.group >= self.reader.num_row_groups() {
                return Ok(None);
            }
            let group = self.reader.get_row_group(self.group)?;
            self.group += 1;
            self.open = Some(columns(&self.wanted, group.as_ref())?);
        }
    }
}

impl Iterator for Rows {
    type Item = Block;

    /// A group that cannot be read ends the file, and counts once.
    fn next(&mut self) -> Option<Block> {
        match self.read() {
            Ok(block) => block,
            Err(error) => {
                self.group = usize::MAX;
                self.open = None;
                Some(Block {
                    first_line: self.next_row,
                    bytes: Vec::new(),
                    fault: Some(Fault {
                        line: self.next_row,
                        reason: format!("the rows from here on cannot be read: {}", reason(&error)),
                    }),
                })
            }
        }
    }
}

/// Whether a column is packed in a way that is read; what it is where it is not.
fn check_packing(reader: &SerializedFileReader<File>, column: usize) -> Result<(), &'static str> {
    let groups = reader.metadata().row_groups().iter();
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

fn columns(
    wanted: &[(String, usize)],
    group: &dyn RowGroupReader,
) -> Result<(Vec<Column>, usize), ParquetError> {
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
    let open = |(_, at): &(String, usize)| Column::open(group, *at);
    Ok((wanted.iter().map(open).collect::<Result<_, _>>()?, rows))
}

/// Rows as JSON lines. Names with dots are keys with dots: they are found as nested ones are.
fn lines(wanted: &[(String, usize)], columns: &mut [Column], rows: usize) -> Result<Vec<u8>, ParquetError> {
    let keys: Vec<String> = wanted
        .iter()
        .map(|(name, _)| format!("{}:", serde_json::Value::from(name.as_str())))
        .collect();
    let mut text = Vec::with_capacity(rows * 64);
    for row in 0..rows {
        text.push(b'{');
        let mut is_first = true;
        for (key, column) in keys.iter().zip(columns.iter_mut()) {
            if !column.has(row) {
                continue;
            }
            if !is_first {
                text.push(b',');
            }
            is_first = false;
            text.write_all(key.as_bytes())?;
            column.write(&mut text)?;
        }
        text.extend_from_slice(b"}\n");
    }
    Ok(text)
}

/// An error as part of a sentence.
pub(super) fn reason(error: &ParquetError) -> String {
    let text = error.to_string();
    let text = ["Parquet error: ", "External: ", "EOF: "]
        .iter()
        .fold(text.as_str(), |text, prefix| {
            text.strip_prefix(prefix).unwrap_or(text)
        });
    text.lines().next().unwrap_or_default().to_owned()
}

fn shown(names: &[String]) -> String {
    let some: Vec<String> = names
        .iter()
        .take(MOST_SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > MOST_SHOWN { ", …" } else { "" };
    format!("{}{more}", some.join(", "))
}
