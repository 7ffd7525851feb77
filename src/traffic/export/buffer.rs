//! The values of a group of rows as they gather, column by column, with the levels that Parquet tells lists and absent
//! values by.

use parquet::basic::Type as Physical;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FixedLenByteArray, FixedLenByteArrayType,
    Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedColumnWriter;
use parquet::schema::types::ColumnDescriptor;

/// Bytes that a value takes beside its own.
const LEVELS: usize = 8;

/// The values of one column.
pub(super) enum Buffer {
    Truths(Values<BoolType>),
    Ints(Values<Int64Type>),
    Doubles(Values<DoubleType>),
    Texts(Values<ByteArrayType>),
    Decimals(Values<FixedLenByteArrayType>),
}

/// Values and levels. Whatever can be absent is: a list's items too.
pub(super) struct Values<T: DataType> {
    values: Vec<T::T>,
    definitions: Vec<i16>,
    /// Empty where the column is no list.
    repetitions: Vec<i16>,
}

impl<T: DataType> Default for Values<T> {
    fn default() -> Self {
        Values {
            values: Vec::new(),
            definitions: Vec::new(),
            repetitions: Vec::new(),
        }
    }
}

impl<T: DataType> Values<T> {
    fn one(&mut self, value: Option<T::T>) {
        self.definitions.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    fn list(&mut self, items: impl Iterator<Item = Option<T::T>>) {
        let begun = self.definitions.len();
        for item in items {
            self.repetitions.push(i16::from(self.definitions.len() > begun));
            self.definitions.push(1 + i16::from(item.is_some()));
            self.values.extend(item);
        }
        if self.definitions.len() == begun {
            self.repetitions.push(0);
            self.definitions.push(0);
        }
    }

    fn write_to(&mut self, mut column: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let repetitions = (!self.repetitions.is_empty()).then_some(self.repetitions.as_slice());
        let writer = column.typed::<T>();
        writer.write_batch(&self.values, Some(&self.definitions), repetitions)?;
        self.values.clear();
        self.definitions.clear();
        self.repetitions.clear();
        column.close()
    }
}

impl Buffer {
    /// For the values of a column.
    pub(super) fn of(column: &ColumnDescriptor) -> Self {
        match column.physical_type() {
            Physical::BOOLEAN => Buffer::Truths(Values::default()),
            Physical::INT64 => Buffer::Ints(Values::default()),
            Physical::DOUBLE => Buffer::Doubles(Values::default()),
            Physical::FIXED_LEN_BYTE_ARRAY => Buffer::Decimals(Values::default()),
            _ => Buffer::Texts(Values::default()),
        }
    }

    /// Writes what has gathered, of which nothing is left.
    pub(super) fn write_to(&mut self, column: SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        match self {
            Buffer::Truths(values) => values.write_to(column),
            Buffer::Ints(values) => values.write_to(column),
            Buffer::Doubles(values) => values.write_to(column),
            Buffer::Texts(values) => values.write_to(column),
            Buffer::Decimals(values) => values.write_to(column),
        }
    }
}

/// A row on its way into the buffers, from left to right. A value of another type than its column's is left out, and the
/// file cannot be written then: what the schema and the writer of records disagree on is a defect.
pub(super) struct Row<'b> {
    buffers: std::slice::IterMut<'b, Buffer>,
    bytes: usize,
}

impl<'b> Row<'b> {
    pub(super) fn new(buffers: &'b mut [Buffer]) -> Self {
        Row {
            buffers: buffers.iter_mut(),
            bytes: 0,
        }
    }

    /// Bytes of the values that were added.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn next(&mut self) -> Option<&'b mut Buffer> {
        self.bytes += LEVELS;
        self.buffers.next()
    }

    pub(super) fn truth(&mut self, value: Option<bool>) {
        if let Some(Buffer::Truths(values)) = self.next() {
            values.one(value);
        }
    }

    pub(super) fn int(&mut self, value: Option<i64>) {
        if let Some(Buffer::Ints(values)) = self.next() {
            values.one(value);
        }
    }

    pub(super) fn double(&mut self, value: Option<f64>) {
        if let Some(Buffer::Doubles(values)) = self.next() {
            values.one(value);
        }
    }

    pub(super) fn text(&mut self, value: Option<&str>) {
        self.bytes += value.map_or(0, str::len);
        if let Some(Buffer::Texts(values)) = self.next() {
            values.one(value.map(bytes));
        }
    }

    /// A decimal by its digits as one whole number.
    pub(super) fn decimal(&mut self, value: Option<i128>) {
        if let Some(Buffer::Decimals(values)) = self.next() {
            values.one(value.map(|value| FixedLenByteArray::from(value.to_be_bytes().to_vec())));
        }
    }

    pub(super) fn texts<'t>(&mut self, items: impl Iterator<Item = Option<&'t str>>) {
        let mut length = 0;
        if let Some(Buffer::Texts(values)) = self.next() {
            values.list(
                items
                    .inspect(|item| length += LEVELS + item.map_or(0, str::len))
                    .map(|item| item.map(bytes)),
            );
        }
        self.bytes += length;
    }

    pub(super) fn ints(&mut self, items: impl ExactSizeIterator<Item = Option<i64>>) {
        self.bytes += items.len() * LEVELS;
        if let Some(Buffer::Ints(values)) = self.next() {
            values.list(items);
        }
    }

    pub(super) fn truths(&mut self, items: impl ExactSizeIterator<Item = Option<bool>>) {
        self.bytes += items.len() * LEVELS;
        if let Some(Buffer::Truths(values)) = self.next() {
            values.list(items);
        }
    }
}

fn bytes(text: &str) -> ByteArray {
    ByteArray::from(text.as_bytes().to_vec())
}
