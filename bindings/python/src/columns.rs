//! Arrow arrays as the columns that the engine reads.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, Int64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use pointsman::replay::{Batch, Column, Faults, Lists, Texts, Values};
use pointsman::tree::Tree;
use std::sync::Arc;

/// Rows that are converted at a time.
const ROWS: usize = 65_536;

/// Longest list of names in a message.
const MOST_SHOWN: usize = 20;

/// Where the wanted columns of a schema are: the way through its groups; `None` for one that is not there.
pub(crate) struct Layout {
    wanted: Vec<(String, Option<Vec<usize>>)>,
}

/// Some rows of a batch, and where in it they begin.
pub(crate) struct Rows {
    pub(crate) batch: Batch,
    pub(crate) begin: usize,
}

/// A map of each column to the fact of its name.
pub(crate) fn named_facts(tree: &Tree, schema: &Schema) -> Vec<String> {
    let names = schema.fields().iter().map(|field| field.name());
    names
        .filter(|name| tree.policy().facts.find(name).is_some())
        .map(|name| format!("{name}={name}"))
        .collect()
}

impl Layout {
    /// Looks for columns by name; those that have to be there are not optional. Errors are one line each.
    pub(crate) fn new(schema: &Schema, names: &[(&str, bool)]) -> Result<Self, Vec<String>> {
        let mut errors = Vec::new();
        let mut wanted = Vec::new();
        for (name, is_optional) in names {
            let found = find(schema.fields(), name);
            match found.as_ref().map(|(_, field)| check(field.data_type())) {
                Some(Err(what)) => errors.push(format!("the column `{name}` is {what}, which is not read")),
                None if !is_optional => {
                    errors.push(format!(
                        "there is no column `{name}`: there are {}",
                        shown(schema.fields())
                    ));
                }
                Some(Ok(())) | None => {}
            }
            wanted.push(((*name).to_owned(), found.map(|(way, _)| way)));
        }
        if errors.is_empty() && wanted.iter().all(|(_, way)| way.is_none()) {
            let known = shown(schema.fields());
            errors.push(format!(
                "there is none of the columns that are mapped: there are {known}"
            ));
        }
        if errors.is_empty() {
            Ok(Layout { wanted })
        } else {
            Err(errors)
        }
    }

    /// The rows of a batch of the schema, some at a time.
    pub(crate) fn batches(&self, batch: &RecordBatch) -> Result<Vec<Rows>, Vec<String>> {
        let begins = (0..batch.num_rows()).step_by(ROWS);
        begins
            .map(|begin| {
                let rows = ROWS.min(batch.num_rows() - begin);
                let batch = self.batch(&batch.slice(begin, rows));
                let batch = batch.map_err(|error| vec![error.to_string()])?;
                Ok(Rows { batch, begin })
            })
            .collect()
    }

    fn batch(&self, batch: &RecordBatch) -> Result<Batch, arrow_schema::ArrowError> {
        let mut columns = Vec::new();
        let mut wrong = Vec::new();
        for (name, way) in &self.wanted {
            let Some(array) = way.as_ref().and_then(|way| along(batch, way)) else {
                columns.push(None);
                continue;
            };
            let (column, faults) = column(&array.0, array.1)?;
            columns.push(Some(column));
            let named = |(row, what)| (row, format!("the column `{name}` holds {what}"));
            wrong.extend(faults.into_iter().map(named));
        }
        let mut rows = Batch::new(batch.num_rows(), columns);
        for (row, reason) in wrong {
            rows.mark(row, reason);
        }
        Ok(rows)
    }
}

/// The way to a column, and what it is. A name with dots leads through groups, where it is not a column's own.
fn find<'f>(fields: &'f Fields, name: &str) -> Option<(Vec<usize>, &'f Field)> {
    if let Some((at, field)) = fields.find(name) {
        return Some((vec![at], field));
    }
    name.match_indices('.').find_map(|(dot, _)| {
        let (at, outer) = fields.find(name.get(..dot)?)?;
        let DataType::Struct(inner) = outer.data_type() else {
            return None;
        };
        let (mut way, field) = find(inner, name.get(dot + 1..)?)?;
        way.insert(0, at);
        Some((way, field))
    })
}

fn shown(fields: &Fields) -> String {
    let names = fields
        .iter()
        .take(MOST_SHOWN)
        .map(|field| format!("`{}`", field.name()));
    let more = if fields.len() > MOST_SHOWN { ", …" } else { "" };
    format!("{}{more}", names.collect::<Vec<_>>().join(", "))
}

/// What keeps values of a type from being read, in few words.
fn check(ty: &DataType) -> Result<(), &'static str> {
    use DataType::*;
    match ty {
        Null | Boolean | Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64 => Ok(()),
        Float16 | Float32 | Float64 | Timestamp(_, _) | Utf8 | LargeUtf8 | Utf8View => Ok(()),
        Dictionary(_, values) if is_text(values) => Ok(()),
        Dictionary(_, _) => Err("a dictionary of other values than texts"),
        List(item) | LargeList(item) if is_text(item.data_type()) => Ok(()),
        List(_) | LargeList(_) | ListView(_) | LargeListView(_) | FixedSizeList(_, _) => {
            Err("a list of other values than texts")
        }
        Struct(_) => Err("a group of columns"),
        Map(_, _) => Err("a map"),
        Date32 | Date64 => Err("a date without a time"),
        Decimal32(_, _) | Decimal64(_, _) | Decimal128(_, _) | Decimal256(_, _) => Err("a decimal"),
        _ => Err("of a type that no fact has"),
    }
}

fn is_text(ty: &DataType) -> bool {
    matches!(ty, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// The array at the end of a way, and which of its rows are there: where a group is not, neither are its columns.
fn along(batch: &RecordBatch, way: &[usize]) -> Option<(ArrayRef, Option<NullBuffer>)> {
    let (first, inner) = way.split_first()?;
    let mut array = Arc::clone(batch.columns().get(*first)?);
    let mut there = array.logical_nulls();
    for at in inner {
        array = Arc::clone(array.as_struct_opt()?.columns().get(*at)?);
        there = NullBuffer::union(there.as_ref(), array.logical_nulls().as_ref());
    }
    Some((array, there))
}

fn column(array: &ArrayRef, there: Option<NullBuffer>) -> Result<(Column, Faults), arrow_schema::ArrowError> {
    use DataType::*;
    let mut absent: Vec<bool> = there.map_or_else(Vec::new, |there| there.iter().map(|is| !is).collect());
    let mut faults = Faults::new();
    let values = match array.data_type() {
        Null => {
            absent = vec![true; array.len()];
            Values::Ints(Vec::new())
        }
        Boolean => Values::Truths(array.as_boolean().values().iter().collect()),
        Int8 | Int16 | Int32 | Int64 => {
            let numbers = cast(array, &Int64)?;
            Values::Ints(numbers.as_primitive::<Int64Type>().values().to_vec())
        }
        UInt8 | UInt16 | UInt32 | UInt64 => {
            let numbers = cast(array, &UInt64)?;
            Values::Uints(numbers.as_primitive::<UInt64Type>().values().to_vec())
        }
        Float64 => Values::Doubles(array.as_primitive::<Float64Type>().values().to_vec()),
        Float16 | Float32 => {
            let numbers = cast(array, &Float32)?;
            Values::floats(numbers.as_primitive::<Float32Type>().values().iter().copied())
        }
        Timestamp(unit, _) => {
            let numbers = cast(array, &Int64)?;
            let numbers = numbers.as_primitive::<Int64Type>().values().iter().copied();
            let (values, wrong) = Values::times(numbers, in_a_second(*unit), &absent);
            faults = wrong;
            values
        }
        Dictionary(_, values) => dictionary(array, values)?,
        List(_) | LargeList(_) => lists(array)?,
        _ => Values::Texts(texts(cast(array, &Utf8)?.as_string())),
    };
    Ok((Column::new(values, absent), faults))
}

fn texts(array: &StringArray) -> Texts {
    array.iter().map(Option::unwrap_or_default).collect()
}

/// How many of a unit make a second.
fn in_a_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Second => 1,
        TimeUnit::Millisecond => 1_000,
        TimeUnit::Microsecond => 1_000_000,
        TimeUnit::Nanosecond => 1_000_000_000,
    }
}

/// Texts by their keys; a dictionary that is larger than the rows is not worth keeping.
fn dictionary(array: &ArrayRef, values: &DataType) -> Result<Values, arrow_schema::ArrowError> {
    let entries = array.as_any_dictionary();
    if entries.values().len() > array.len() {
        let plain = cast(&cast(array, values)?, &DataType::Utf8)?;
        return Ok(Values::Texts(texts(plain.as_string())));
    }
    let keys = cast(entries.keys(), &DataType::UInt32)?;
    let entries = cast(entries.values(), &DataType::Utf8)?;
    Ok(Values::Dictionary {
        keys: keys.as_primitive::<UInt32Type>().values().to_vec(),
        texts: texts(entries.as_string()),
    })
}

fn lists(array: &ArrayRef) -> Result<Values, arrow_schema::ArrowError> {
    let item = Arc::new(Field::new("item", DataType::Utf8, true));
    let array = cast(array, &DataType::List(item))?;
    let array = array.as_list::<i32>();
    let mut lists = Lists::default();
    for row in 0..array.len() {
        let items = if array.is_null(row) {
            None
        } else {
            Some(array.value(row))
        };
        lists.push(items.iter().flat_map(|items| items.as_string::<i32>()));
    }
    Ok(Values::Lists(lists))
}
