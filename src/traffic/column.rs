//! One column of a Parquet file: values by row, as JSON.

use parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{
    BoolType, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type, Int96Type,
};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::schema::types::ColumnDescriptor;
use std::io::{self, Write};

/// What stands for bytes that are no text: no JSON either.
const NO_TEXT: &[u8] = b"<no UTF-8>";

/// A column of a group of rows, and the rows of it that were read.
pub(super) struct Column {
    values: Values,
    /// For each row how much of its path is there; the value is, where that is all of it.
    levels: Vec<i16>,
    whole: i16,
    /// The next value that is written.
    next: usize,
}

/// A reader by the type that is stored, and the values that it has read.
enum Values {
    Bool(ColumnReaderImpl<BoolType>, Vec<bool>),
    Int32(ColumnReaderImpl<Int32Type>, Vec<i32>, Sign),
    Int64(ColumnReaderImpl<Int64Type>, Vec<i64>, Sign),
    /// Nanoseconds since 1970, as older programs write times.
    Int96(ColumnReaderImpl<Int96Type>, Vec<<Int96Type as DataType>::T>),
    Float(ColumnReaderImpl<FloatType>, Vec<f32>),
    Double(ColumnReaderImpl<DoubleType>, Vec<f64>),
    Text(
        ColumnReaderImpl<ByteArrayType>,
        Vec<<ByteArrayType as DataType>::T>,
    ),
}

/// Whether whole numbers are stored with a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Signed,
    Unsigned,
}

impl Column {
    /// What keeps a column of this description from being read, in few words.
    pub(super) fn check(column: &ColumnDescriptor) -> Result<(), &'static str> {
        if column.max_rep_level() > 0 {
            return Err("a list");
        }
        let is_decimal = matches!(column.logical_type_ref(), Some(LogicalType::Decimal { .. }))
            || column.converted_type() == ConvertedType::DECIMAL;
        let is_date = matches!(column.logical_type_ref(), Some(LogicalType::Date))
            || column.converted_type() == ConvertedType::DATE;
        match column.physical_type() {
            _ if is_decimal => Err("a decimal"),
            _ if is_date => Err("a date without a time"),
            Physical::FIXED_LEN_BYTE_ARRAY => Err("of bytes of fixed length"),
            _ => Ok(()),
        }
    }

    /// The column of this number in a group of rows, which has been checked.
    pub(super) fn open(group: &dyn RowGroupReader, at: usize) -> Result<Self, ParquetError> {
        let reader = group.get_column_reader(at)?;
        let column = group.metadata().column(at).column_descr_ptr();
        let is_unsigned = match column.logical_type_ref() {
            Some(LogicalType::Integer(integer)) => !integer.is_signed,
            _ => matches!(
                column.converted_type(),
                ConvertedType::UINT_8
                    | ConvertedType::UINT_16
                    | ConvertedType::UINT_32
                    | ConvertedType::UINT_64
            ),
        };
        let sign = if is_unsigned { Sign::Unsigned } else { Sign::Signed };
        let values = match reader {
            ColumnReader::BoolColumnReader(reader) => Values::Bool(reader, Vec::new()),
            ColumnReader::Int32ColumnReader(reader) => Values::Int32(reader, Vec::new(), sign),
            ColumnReader::Int64ColumnReader(reader) => Values::Int64(reader, Vec::new(), sign),
            ColumnReader::Int96ColumnReader(reader) => Values::Int96(reader, Vec::new()),
            ColumnReader::FloatColumnReader(reader) => Values::Float(reader, Vec::new()),
            ColumnReader::DoubleColumnReader(reader) => Values::Double(reader, Vec::new()),
            ColumnReader::ByteArrayColumnReader(reader) => Values::Text(reader, Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => {
                return Err(ParquetError::General("bytes of fixed length".to_owned()));
            }
        };
        Ok(Column {
            values,
            levels: Vec::new(),
            whole: column.max_def_level(),
            next: 0,
        })
    }

    /// Reads the next rows, which are all there.
    pub(super) fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.next = 0;
        self.levels.clear();
        let levels = &mut self.levels;
        let read = match &mut self.values {
            Values::Bool(reader, values) => fill(reader, rows, levels, values),
            Values::Int32(reader, values, _) => fill(reader, rows, levels, values),
            Values::Int64(reader, values, _) => fill(reader, rows, levels, values),
            Values::Int96(reader, values) => fill(reader, rows, levels, values),
            Values::Float(reader, values) => fill(reader, rows, levels, values),
            Values::Double(reader, values) => fill(reader, rows, levels, values),
            Values::Text(reader, values) => fill(reader, rows, levels, values),
        }?;
        if read < rows {
            return Err(ParquetError::General(format!(
                "a column ends {} rows early",
                rows - read
            )));
        }
        Ok(())
    }

    /// Whether the row has a value. One that every row has needs no levels.
    pub(super) fn has(&self, row: usize) -> bool {
        self.whole == 0 || self.levels.get(row) == Some(&self.whole)
    }

    /// Writes the next value that is there.
    pub(super) fn write(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        let at = self.next;
        self.next += 1;
        match &self.values {
            Values::Bool(_, values) => json(text, values.get(at)),
            Values::Int32(_, values, Sign::Signed) => json(text, values.get(at)),
            Values::Int32(_, values, Sign::Unsigned) => {
                json(text, values.get(at).map(|value| value.cast_unsigned()))
            }
            Values::Int64(_, values, Sign::Signed) => json(text, values.get(at)),
            Values::Int64(_, values, Sign::Unsigned) => {
                json(text, values.get(at).map(|value| value.cast_unsigned()))
            }
            Values::Int96(_, values) => json(text, values.get(at).map(|value| value.to_nanos())),
            Values::Float(_, values) => json(text, values.get(at)),
            Values::Double(_, values) => json(text, values.get(at)),
            Values::Text(_, values) => {
                let bytes = values.get(at).map(|value| value.data()).unwrap_or_default();
                match std::str::from_utf8(bytes) {
                    Ok(value) => json(text, value),
                    // The row is read as any other line that is no JSON: counted and shown.
                    Err(_) => text.write_all(NO_TEXT),
                }
            }
        }
    }
}

/// Reads rows into empty buffers; how many were there.
fn fill<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: usize,
    levels: &mut Vec<i16>,
    values: &mut Vec<T::T>,
) -> Result<usize, ParquetError> {
    values.clear();
    let (rows, _, _) = reader.read_records(rows, Some(levels), None, values)?;
    Ok(rows)
}

/// What is no number in JSON is written as `null`, which is absent.
fn json(text: &mut Vec<u8>, value: impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *text, &value)?;
    text.flush()
}
