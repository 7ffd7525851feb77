//! A large file read in parts, one a core. It is cut where lines seem to begin statements, and what was read stands only
//! where every part ends exactly where the next one begins and nothing is wrong: then one reading finds the same.

use super::ast::Document;
use super::boundary::opens_statement;
use super::parse::part;
use crate::source::FileId;
use std::thread;

/// Fewest bytes of a part that are worth a thread.
const MIN_PART_BYTES: usize = 128 << 10;

/// Most parts that a file is read in.
const MAX_PARTS: usize = 16;

/// The document, where the file is large, the machine has cores, and the file can be read so.
pub(super) fn parse(file: FileId, text: &str) -> Option<Document> {
    let worthwhile = (text.len() / MIN_PART_BYTES).min(MAX_PARTS);
    if worthwhile < 2 {
        return None;
    }
    let cores = thread::available_parallelism().map_or(1, usize::from);
    parse_in(worthwhile.min(cores), file, text)
}

/// The document, read in so many parts.
pub(super) fn parse_in(parts: usize, file: FileId, text: &str) -> Option<Document> {
    let starts = starts(text, parts);
    if starts.len() < 2 {
        return None;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let ranges = starts.iter().copied().zip(ends);
    let read = thread::scope(|scope| {
        let threads: Vec<_> = ranges
            .map(|(start, end)| {
                thread::Builder::new().spawn_scoped(scope, move || {
                    let (document, errors, stopped) = part(file, text, start..end);
                    (errors.is_empty() && stopped == end).then_some(document)
                })
            })
            .collect();
        let documents = threads.into_iter().map(|thread| thread.ok()?.join().ok()?);
        documents.collect::<Option<Vec<_>>>()
    })?;
    read.into_iter().reduce(|mut whole, part| {
        whole.statements.extend(part.statements);
        whole.comments.extend(part.comments);
        whole
    })
}

/// Where parts of about the same size begin: the first at the beginning, the others at lines that seem to begin a
/// statement.
fn starts(text: &str, parts: usize) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for part in 1..parts {
        let from = (text.len() / parts * part).max(starts.last().map_or(0, |start| start + 1));
        let lines = memchr::memchr_iter(b'\n', bytes.get(from..).unwrap_or_default());
        let mut begins = lines.map(|line| from + line + 1);
        starts.extend(begins.find(|at| opens_statement(bytes, *at, true)));
    }
    starts
}
