//! One column of a group of rows, read a number of rows at a time.

use super::chunks::Chunks;
use super::texts;
use crate::replay::{Column, Faults, Values};
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{
    BoolType, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type, Int96Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescriptor;
use std::sync::Arc;

/// A column of a group of rows.
pub(super) struct Reader {
    stored: Stored,
    meaning: Meaning,
    /// How much of a value's path is there where the value is.
    whole: i16,
    /// The same where an item of a list is; `None` where the column is no list.
    item: Option<i16>,
}

/// A reader by the type that is stored.
enum Stored {
    Bool(ColumnReaderImpl<BoolType>),
    Int32(ColumnReaderImpl<Int32Type>),
    Int64(ColumnReaderImpl<Int64Type>),
    /// Nanoseconds since 1970, as older programs write times.
    Int96(ColumnReaderImpl<Int96Type>),
    Float(ColumnReaderImpl<FloatType>),
    Double(ColumnReaderImpl<DoubleType>),
    Text(ColumnReaderImpl<ByteArrayType>),
}

/// What stored whole numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Signed,
    Unsigned,
    /// So many make a second since 1970.
    Time(i64),
}

/// Whether the values of a column are texts; in few words what they are where they are not read.
pub(super) fn check(column: &ColumnDescriptor) -> Result<bool, &'static str> {
    let is_decimal = matches!(column.logical_type_ref(), Some(LogicalType::Decimal { .. }))
        || column.converted_type() == ConvertedType::DECIMAL;
    let is_date = matches!(column.logical_type_ref(), Some(LogicalType::Date))
        || column.converted_type() == ConvertedType::DATE;
    let is_time_of_day = matches!(column.logical_type_ref(), Some(LogicalType::Time { .. }))
        || matches!(
            column.converted_type(),
            ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS
        );
    match column.physical_type() {
        _ if is_decimal => Err("a decimal"),
        _ if is_time_of_day => Err("a time without a date"),
        _ if is_date => Err("a date without a time"),
        Physical::FIXED_LEN_BYTE_ARRAY => Err("of bytes of fixed length"),
        physical => Ok(physical == Physical::BYTE_ARRAY),
    }
}

fn meaning(column: &ColumnDescriptor) -> Meaning {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Integer(integer)), _) if integer.is_signed => Meaning::Signed,
        (Some(LogicalType::Integer(_)), _) => Meaning::Unsigned,
        (Some(LogicalType::Timestamp(time)), _) => Meaning::Time(match time.unit {
            TimeUnit::MILLIS => 1_000,
            TimeUnit::MICROS => 1_000_000,
            TimeUnit::NANOS => 1_000_000_000,
        }),
        (None, ConvertedType::TIMESTAMP_MILLIS) => Meaning::Time(1_000),
        (None, ConvertedType::TIMESTAMP_MICROS) => Meaning::Time(1_000_000),
        (
            None,
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64,
        ) => Meaning::Unsigned,
        _ => Meaning::Signed,
    }
}

/// How much of the path of an item of a list is there: of all that may be absent on the way to it.
fn item_level(column: &ColumnDescriptor) -> Option<i16> {
    // Only what may be absent within an item counts beyond it: the item itself, as lists of groups are not read.
    let is_optional = column.self_type().get_basic_info().repetition() == Repetition::OPTIONAL;
    (column.max_rep_level() > 0).then(|| column.max_def_level() - i16::from(is_optional))
}

impl Reader {
    /// The column of this number in a group of rows, which has been checked.
    pub(super) fn open(
        chunks: &Arc<Chunks>,
        group: &RowGroupMetaData,
        at: usize,
    ) -> Result<Self, ParquetError> {
        let chunk = group.column(at);
        let rows = usize::try_from(group.num_rows()).unwrap_or_default();
        let pages = SerializedPageReader::new(Arc::clone(chunks), chunk, rows, None)?;
        let column = chunk.column_descr_ptr();
        let stored = match get_column_reader(Arc::clone(&column), Box::new(pages)) {
            ColumnReader::BoolColumnReader(reader) => Stored::Bool(reader),
            ColumnReader::Int32ColumnReader(reader) => Stored::Int32(reader),
            ColumnReader::Int64ColumnReader(reader) => Stored::Int64(reader),
            ColumnReader::Int96ColumnReader(reader) => Stored::Int96(reader),
            ColumnReader::FloatColumnReader(reader) => Stored::Float(reader),
            ColumnReader::DoubleColumnReader(reader) => Stored::Double(reader),
            ColumnReader::ByteArrayColumnReader(reader) => Stored::Text(reader),
            ColumnReader::FixedLenByteArrayColumnReader(_) => {
                return Err(ParquetError::General("bytes of fixed length".to_owned()));
            }
        };
        Ok(Reader {
            stored,
            meaning: meaning(&column),
            whole: column.max_def_level(),
            item: item_level(&column),
        })
    }

    /// Passes over the next rows, without unpacking the pages that hold no others.
    pub(super) fn skip(&mut self, rows: usize) -> Result<(), ParquetError> {
        let skipped = match &mut self.stored {
            Stored::Bool(reader) => reader.skip_records(rows),
            Stored::Int32(reader) => reader.skip_records(rows),
            Stored::Int64(reader) => reader.skip_records(rows),
            Stored::Int96(reader) => reader.skip_records(rows),
            Stored::Float(reader) => reader.skip_records(rows),
            Stored::Double(reader) => reader.skip_records(rows),
            Stored::Text(reader) => reader.skip_records(rows),
        }?;
        check_all(skipped, rows)
    }

    /// Reads the next rows, which are all there.
    pub(super) fn read(&mut self, rows: usize) -> Result<(Column, Faults), ParquetError> {
        let (whole, meaning) = (self.whole, self.meaning);
        let plain = |values, absent| Ok((Column::new(values, absent), Faults::new()));
        match &mut self.stored {
            Stored::Bool(reader) => {
                let (values, absent) = fill(reader, rows, whole)?;
                plain(Values::Truths(values), absent)
            }
            Stored::Float(reader) => {
                let (values, absent) = fill(reader, rows, whole)?;
                plain(Values::floats(values.into_iter()), absent)
            }
            Stored::Double(reader) => {
                let (values, absent) = fill(reader, rows, whole)?;
                plain(Values::Doubles(values), absent)
            }
            Stored::Int32(reader) => {
                let (values, absent) = fill(reader, rows, whole)?;
                if meaning == Meaning::Unsigned {
                    let values = values.into_iter().map(|value| u64::from(value.cast_unsigned()));
                    return plain(Values::Uints(values.collect()), absent);
                }
                plain(Values::Ints(values.into_iter().map(i64::from).collect()), absent)
            }
            Stored::Int64(reader) => {
                let (values, absent) = fill(reader, rows, whole)?;
                match meaning {
                    Meaning::Signed => plain(Values::Ints(values), absent),
                    Meaning::Unsigned => {
                        let values = values.into_iter().map(i64::cast_unsigned);
                        plain(Values::Uints(values.collect()), absent)
                    }
                    Meaning::Time(second) => Ok(times(values.into_iter(), second, absent)),
                }
            }
            Stored::Int96(reader) => {
                let (values, absent) = fill(reader, rows, whole)?;
                let values = values.iter().map(|value| value.to_nanos());
                Ok(times(values, 1_000_000_000, absent))
            }
            Stored::Text(reader) => match self.item {
                None => {
                    let (values, absent) = fill(reader, rows, whole)?;
                    Ok(texts::column(&values, absent))
                }
                Some(item) => texts::lists(reader, rows, (item, whole)),
            },
        }
    }
}

fn times(numbers: impl Iterator<Item = i64>, second: i64, absent: Vec<bool>) -> (Column, Faults) {
    let (values, faults) = Values::times(numbers, second, &absent);
    (Column::new(values, absent), faults)
}

/// Reads rows: a value for each, and which of them have none; of these the latter is empty where every row has one.
fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    whole: i16,
) -> Result<(Vec<T::T>, Vec<bool>), ParquetError> {
    let mut values = Vec::with_capacity(rows);
    let mut levels = Vec::new();
    let (read, there, _) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
    check_all(read, rows)?;
    if there == rows {
        return Ok((values, Vec::new()));
    }
    let absent: Vec<bool> = levels.iter().map(|level| *level != whole).collect();
    let mut values = values.into_iter();
    let next = |absent: &bool| match absent {
        true => T::T::default(),
        false => values.next().unwrap_or_default(),
    };
    Ok((absent.iter().map(next).collect(), absent))
}

/// A column that ends before the others is damaged.
pub(super) fn check_all(read: usize, rows: usize) -> Result<(), ParquetError> {
    match rows.checked_sub(read) {
        None | Some(0) => Ok(()),
        Some(missing) => Err(ParquetError::General(format!(
            "a column ends {missing} rows early"
        ))),
    }
}
