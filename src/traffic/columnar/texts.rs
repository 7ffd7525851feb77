//! Texts of a Parquet column, each of them held once where the file holds it once.

use super::column::check_all;
use crate::replay::{Column, Faults, Lists, Texts, Values};
use parquet::column::reader::ColumnReaderImpl;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;

/// How many texts are remembered at a time; a power of two.
const REMEMBERED: usize = 1_024;

/// What is wrong with bytes that are no text.
const NO_TEXT: &str = "bytes that are no UTF-8 text";

/// A text that was seen, by where its bytes lie: rows that share an entry of a file's dictionary share its bytes.
#[derive(Clone, Copy, Default)]
struct Seen {
    begin: usize,
    length: usize,
    key: Option<u32>,
}

/// A column of these texts.
pub(super) fn column(values: &[ByteArray], mut absent: Vec<bool>) -> (Column, Faults) {
    let mut faults = Faults::new();
    let mut texts = Texts::default();
    let mut keys = Vec::with_capacity(values.len());
    let mut seen = vec![Seen::default(); REMEMBERED];
    for (row, value) in values.iter().enumerate() {
        if absent.get(row) == Some(&true) {
            keys.push(0);
            continue;
        }
        let bytes = value.data();
        let (begin, length) = (bytes.as_ptr() as usize, bytes.len());
        // Entries lie one behind the other, so that neighbours differ in their low bits.
        let slot = &mut seen[(begin ^ (begin >> 10)) % REMEMBERED];
        if slot.key.is_none() || (slot.begin, slot.length) != (begin, length) {
            let key = str::from_utf8(bytes).ok().map(|text| {
                texts.push(text);
                u32::try_from(texts.len() - 1).unwrap_or(u32::MAX)
            });
            *slot = Seen { begin, length, key };
        }
        if slot.key.is_none() {
            faults.push((row, NO_TEXT));
        }
        keys.push(slot.key.unwrap_or_default());
    }
    if !faults.is_empty() {
        absent.resize(values.len(), false);
        faults.iter().for_each(|(row, _)| absent[*row] = true);
    }
    (Column::new(Values::Dictionary { keys, texts }, absent), faults)
}

/// Reads lists of texts; the levels are those of an item that is there and of its value.
pub(super) fn lists(
    reader: &mut ColumnReaderImpl<ByteArrayType>,
    rows: usize,
    (item, whole): (i16, i16),
) -> Result<(Column, Faults), ParquetError> {
    let (mut values, mut levels, mut repeats) = (Vec::new(), Vec::new(), Vec::new());
    let (read, _, _) = reader.read_records(rows, Some(&mut levels), Some(&mut repeats), &mut values)?;
    check_all(read, rows)?;
    let mut values = values.iter();
    let mut faults = Faults::new();
    let mut lists = Lists::default();
    let mut absent = Vec::with_capacity(rows);
    let mut levels = levels.iter().zip(&repeats).peekable();
    while let Some((first, _)) = levels.next() {
        let row = absent.len();
        absent.push(*first < item - 1);
        let mut items: Vec<Option<&str>> = Vec::new();
        let mut level = Some(first);
        while let Some(own) = level {
            if *own >= item {
                let value = (*own == whole).then(|| values.next()).flatten();
                let text = value.map(|value| str::from_utf8(value.data()));
                if matches!(text, Some(Err(_))) {
                    faults.push((row, NO_TEXT));
                }
                items.push(text.and_then(Result::ok));
            }
            level = levels.next_if(|(_, repeat)| **repeat > 0).map(|(own, _)| own);
        }
        lists.push(items);
    }
    Ok((Column::new(Values::Lists(lists), absent), faults))
}
