//! Fixes carried out on texts.

use super::{Applicability, Diagnostic, Edit, Fix};
use crate::source::{FileId, Span};
use std::collections::BTreeMap;

/// The safe fixes of findings that can be carried out together: the first of each finding, left out where an edit
/// would touch a place that an earlier fix changes.
pub fn safe_fixes(diagnostics: &[Diagnostic]) -> Vec<&Fix> {
    let safe = diagnostics.iter().filter_map(|diagnostic| {
        let mut fixes = diagnostic.fixes().iter();
        fixes.find(|fix| fix.applicability() == Applicability::Safe)
    });
    let mut taken: BTreeMap<(FileId, u32), Span> = BTreeMap::new();
    let mut chosen = Vec::new();
    for fix in safe {
        if fix.edits().iter().all(|edit| is_free(edit.span, &taken)) {
            let spans = fix.edits().iter().map(|edit| edit.span);
            taken.extend(spans.map(|span| ((span.file, span.start), span)));
            chosen.push(fix);
        }
    }
    chosen
}

/// Whether a span neither overlaps nor touches one that is taken.
fn is_free(span: Span, taken: &BTreeMap<(FileId, u32), Span>) -> bool {
    let before = taken.range(..=(span.file, span.end)).next_back();
    before.is_none_or(|(_, other)| other.file != span.file || other.end < span.start)
}

/// The text of `file` with the edits of fixes carried out. The fixes must not overlap; edits of other files are passed
/// over. A line of which an edit leaves nothing goes too.
pub fn apply(text: &str, file: FileId, fixes: &[&Fix]) -> String {
    let mut edits: Vec<&Edit> = fixes
        .iter()
        .flat_map(|fix| fix.edits())
        .filter(|edit| edit.span.file == file)
        .collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        let Some(before) = text.get(at..range.start) else {
            continue;
        };
        out.push_str(before);
        out.push_str(&edit.text);
        at = range.end;
        if edit.text.is_empty() {
            at = without_empty_line(text, &mut out, at);
        }
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where only blanks are left of a line behind a removal, takes them and its end away too; where to go on.
fn without_empty_line(text: &str, out: &mut String, at: usize) -> usize {
    let kept = out.trim_end_matches([' ', '\t']).len();
    let rest = text.get(at..).unwrap_or_default();
    let behind = rest.trim_start_matches([' ', '\t']);
    let begins = kept == 0 || out.as_bytes().get(kept - 1) == Some(&b'\n');
    let end = behind
        .strip_prefix('\n')
        .or_else(|| behind.strip_prefix("\r\n"))
        .or_else(|| behind.is_empty().then_some(behind));
    match end {
        Some(rest) if begins => {
            out.truncate(kept);
            text.len() - rest.len()
        }
        _ => at,
    }
}
