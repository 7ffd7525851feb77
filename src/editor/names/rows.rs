//! The cells of a table with their places. Tables are read only when somebody asks for what stands in them.

use std::ops::Range;

/// Most cells of a table that are looked at.
const MAX_CELLS: usize = 4_000_000;

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::editor) struct Cell {
    /// Its row, 0 is the header.
    pub(in crate::editor) row: usize,
    /// Its column, from 0.
    pub(in crate::editor) column: usize,
    /// Its bytes, quotes included.
    pub(in crate::editor) span: Range<usize>,
    /// What it holds, quotes and their doubling taken away.
    pub(in crate::editor) text: String,
}

/// The cells of comma-separated values, row by row.
pub(in crate::editor) fn cells(text: &str) -> impl Iterator<Item = Cell> {
    Cells {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        row: 0,
        column: 0,
    }
    .take(MAX_CELLS)
}

struct Cells<'t> {
    text: &'t str,
    at: usize,
    row: usize,
    column: usize,
}

impl Iterator for Cells<'_> {
    type Item = Cell;

    fn next(&mut self) -> Option<Cell> {
        let bytes = self.text.as_bytes();
        // Empty lines are no rows.
        while self.column == 0 && matches!(bytes.get(self.at), Some(b'\r' | b'\n')) {
            self.at += 1;
        }
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        let mut quoted = false;
        let mut end = start;
        while let Some(byte) = bytes.get(end) {
            match byte {
                b'"' => quoted = !quoted,
                b',' | b'\n' | b'\r' if !quoted => break,
                _ => {}
            }
            end += 1;
        }
        let cell = Cell {
            row: self.row,
            column: self.column,
            span: start..end,
            text: plain(self.text.get(start..end).unwrap_or_default()),
        };
        match bytes.get(end) {
            Some(b',') => {
                self.column += 1;
                self.at = end + 1;
            }
            _ => {
                self.row += 1;
                self.column = 0;
                self.at = end;
            }
        }
        Some(cell)
    }
}

fn plain(written: &str) -> String {
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => written.to_owned(),
    }
}
