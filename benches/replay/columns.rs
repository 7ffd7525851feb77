//! Records of other origin as a Parquet file, and as columns in memory.

use crate::kind::Foreign;
use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use pointsman::facts::Timestamp;
use pointsman::replay::{Batch, Column, Texts, Values};
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const SCHEMA: &str = "message record {
  required int64 ts (TIMESTAMP(NANOS, true));
  required binary tenant (STRING);
  required binary tier (STRING);
  required int32 input_tokens;
  required int32 output_tokens;
}";

/// What the columns are mapped to.
pub(crate) const MAP: [&str; 5] = [
    "now=ts",
    "tenant=tenant",
    "tier=tier",
    "tokens=input_tokens",
    "output=output_tokens",
];

/// Rows of a group, as most writers have them.
const GROUP: usize = 1_000_000;

/// 2023-11-16T00:00:00Z in seconds.
const DAY: i64 = 1_700_092_800;

const TIERS: [&str; 3] = ["free", "gold", "team"];

const TENANTS: usize = 40;

fn nanoseconds(record: &Foreign) -> i64 {
    (DAY + record.second as i64) * 1_000_000_000 + record.part as i64 * 100
}

/// Writes records of these numbers.
pub(crate) fn store(path: &Path, records: usize) -> Result<()> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut writer = SerializedFileWriter::new(File::create(path)?, schema, Arc::new(properties))?;
    for begin in (0..records).step_by(GROUP) {
        let mut group = writer.next_row_group()?;
        let mut at = 0;
        while let Some(mut column) = group.next_column()? {
            write(column.untyped(), at, begin..records.min(begin + GROUP))?;
            column.close()?;
            at += 1;
        }
        group.close()?;
    }
    writer.close().map(drop)
}

/// Writes the column of this number.
fn write(column: &mut ColumnWriter<'_>, at: usize, numbers: Range<usize>) -> Result<()> {
    let records = numbers.clone().map(Foreign::of);
    match column {
        ColumnWriter::Int64ColumnWriter(writer) => {
            let values: Vec<i64> = records.map(|record| nanoseconds(&record)).collect();
            writer.write_batch(&values, None, None)?;
        }
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let text = |number: usize| match at {
                1 => ByteArray::from(format!("t{}", number % TENANTS).into_bytes()),
                _ => ByteArray::from(TIERS[number % TIERS.len()]),
            };
            let values: Vec<ByteArray> = numbers.map(text).collect();
            writer.write_batch(&values, None, None)?;
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let number = |record: Foreign| if at == 3 { record.input } else { record.output } as i32;
            let values: Vec<i32> = records.map(number).collect();
            writer.write_batch(&values, None, None)?;
        }
        _ => unreachable!("the schema has no column of another type"),
    }
    Ok(())
}

/// Unpacks all columns and throws them away.
pub(crate) fn unpack(path: &Path) -> Result<Duration> {
    let begun = Instant::now();
    let reader = SerializedFileReader::new(File::open(path)?)?;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for at in 0..group.num_columns() {
            match group.get_column_reader(at)? {
                ColumnReader::Int64ColumnReader(mut reader) => pass(&mut reader)?,
                ColumnReader::Int32ColumnReader(mut reader) => pass(&mut reader)?,
                ColumnReader::ByteArrayColumnReader(mut reader) => pass(&mut reader)?,
                _ => unreachable!("the schema has no column of another type"),
            }
        }
    }
    Ok(begun.elapsed())
}

fn pass<T: DataType>(reader: &mut ColumnReaderImpl<T>) -> Result<()> {
    let mut values = Vec::new();
    while reader.read_records(4_096, None, None, &mut values)?.0 > 0 {
        std::hint::black_box(&values);
        values.clear();
    }
    Ok(())
}

/// Records as a batch.
pub(crate) fn batch(numbers: Range<usize>) -> Batch {
    let records = || numbers.clone().map(Foreign::of);
    let tenants: Vec<String> = (0..TENANTS).map(|number| format!("t{number}")).collect();
    let dictionary = |texts: Texts| Values::Dictionary {
        keys: numbers
            .clone()
            .map(|number| (number % texts.len()) as u32)
            .collect(),
        texts,
    };
    let moment = |record: Foreign| {
        let moment = Timestamp::new(DAY + record.second as i64, record.part as u32 * 100);
        moment.unwrap_or(Timestamp::EPOCH)
    };
    let values = [
        Values::Times(records().map(moment).collect()),
        dictionary(tenants.iter().map(String::as_str).collect()),
        dictionary(TIERS.into_iter().collect()),
        Values::Ints(records().map(|record| record.input as i64).collect()),
        Values::Ints(records().map(|record| record.output as i64).collect()),
    ];
    let columns = values.map(|values| Some(Column::new(values, Vec::new())));
    Batch::new(numbers.len(), columns.into())
}
