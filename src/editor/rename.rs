//! Renaming: every place of a name in all files and tables of the policy. Before anything is handed out the renamed
//! policy is compiled: where that brings an error that was not there, the renaming is refused with its words.

use super::analysis::Analysis;
use super::buffers::Buffers;
use super::names::{Form, Mention, Space, What};
use super::navigate::{in_tables, word_at};
use super::overlay::Overlay;
use super::vocabulary;
use crate::cel::quote;
use crate::compile;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::Builtin;
use crate::syntax::ast::{Block, BlockKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// Longest name in bytes.
const MAX_NAME: usize = 128;

/// Changes of one text: ranges of bytes and what stands there instead.
pub(super) type Edits = BTreeMap<String, Vec<(Range<usize>, String)>>;

/// The name at a byte that can be renamed: its bytes and the name. An error says why it cannot.
pub(super) fn prepare(
    analysis: &Analysis,
    name: &str,
    offset: usize,
) -> Result<(Range<usize>, String), String> {
    let mention = word_at(analysis, name, offset).ok_or("there is no name here")?;
    let (space, named) = mention.name().ok_or("there is no name here")?;
    let built_in = Builtin::ALL.iter().any(|builtin| builtin.name() == named);
    if space == Space::Term && built_in {
        return Err(format!("`{named}` is a built-in fact"));
    }
    let is_declared = analysis.index().declaration(space, named).is_some()
        || in_tables(analysis, space, named)
            .iter()
            .any(|found| found.declares);
    match is_declared {
        true => Ok((mention.range(), named.to_owned())),
        false => Err(format!("the {} `{named}` is not declared", space.what())),
    }
}

/// The changes that give the name at a byte another one. An error says in one line why that cannot be.
pub(super) fn rename(
    analysis: &Analysis,
    buffers: &Buffers,
    name: &str,
    offset: usize,
    new: &str,
) -> Result<Edits, String> {
    let (_, old) = prepare(analysis, name, offset)?;
    let space = word_at(analysis, name, offset)
        .and_then(Mention::name)
        .map(|(space, _)| space)
        .ok_or("there is no name here")?;
    if new == old {
        return Ok(Edits::new());
    }
    refuse(analysis, space, new)?;
    let edits = edits(analysis, space, &old, new);
    still_compiles(analysis, buffers, &edits)?;
    Ok(edits)
}

/// Refuses names that cannot be, and those that are taken.
fn refuse(analysis: &Analysis, space: Space, new: &str) -> Result<(), String> {
    if new.trim().is_empty() {
        return Err("a name cannot be empty".to_owned());
    }
    if new.len() > MAX_NAME || new.chars().any(char::is_control) {
        return Err(format!(
            "a name has at most {MAX_NAME} bytes and no control characters"
        ));
    }
    if space == Space::Term && !is_identifier(new) {
        return Err(format!(
            "a {} is named with letters, digits and `_`, and no digit first",
            space.what()
        ));
    }
    let index = analysis.index();
    let is_taken = index.declaration(space, new).is_some()
        || !in_tables(analysis, space, new).is_empty()
        || (space == Space::Term && Builtin::ALL.iter().any(|builtin| builtin.name() == new));
    match is_taken {
        true => Err(format!("there is a {} `{new}` already", space.what())),
        false => Ok(()),
    }
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn edits(analysis: &Analysis, space: Space, old: &str, new: &str) -> Edits {
    let index = analysis.index();
    let mut edits = Edits::new();
    for mention in index.of(space, old) {
        let (What::Name { form, .. }, Some(file)) = (&mention.what, index.files().get(mention.file)) else {
            continue;
        };
        let of_file = edits.entry(file.name.clone()).or_default();
        of_file.push((mention.range(), written(*form, new)));
    }
    for found in in_tables(analysis, space, old) {
        let of_table = edits.entry(found.name).or_default();
        of_table.push((found.range, written(Form::Cell, new)));
    }
    if let (Some((file, _)), Some(block)) = (index.statement(space, old), index.block(space, old))
        && let Some(file) = index.files().get(file)
    {
        let of_file = edits.entry(file.name.clone()).or_default();
        of_file.extend(kept(block, &file.text, old));
    }
    for of_file in edits.values_mut() {
        of_file.sort_by_key(|(range, _)| (range.start, range.end));
    }
    edits
}

/// A name as it is written in such a place.
fn written(form: Form, name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    match form {
        Form::Identifier => name.to_owned(),
        Form::Bare if is_plain && !vocabulary::is_word(name) => name.to_owned(),
        Form::Bare | Form::Quoted => quote(name),
        Form::Cell if name.contains([',', '"', '\n', '\r']) => format!("\"{}\"", name.replace('"', "\"\"")),
        Form::Cell => name.to_owned(),
    }
}

/// What a model or pool took from its name and said nowhere: what the provider calls it, and what clients do. It is
/// written down, so that renaming changes nothing for either.
fn kept(block: &Block, text: &str, old: &str) -> Vec<(Range<usize>, String)> {
    let keywords: &[&str] = match block.kind {
        BlockKind::Model => &["name", "serves"],
        BlockKind::Pool => &["serves"],
        _ => &[],
    };
    let has = |keyword: &str| block.clauses.iter().any(|clause| clause.keyword.text == keyword);
    let (Some(first), Some(last)) = (block.clauses.first(), block.clauses.last()) else {
        return Vec::new();
    };
    let start = first.span.range().start;
    let line = text.get(..start).unwrap_or_default().rsplit('\n').next();
    let between = match line {
        Some(indent) if indent.trim().is_empty() => format!("\n{indent}"),
        _ => " ".to_owned(),
    };
    let missing = keywords.iter().filter(|keyword| !has(keyword));
    let clauses: String = missing
        .map(|keyword| format!("{between}{keyword} {}", quote(old)))
        .collect();
    let end = last.span.range().end;
    match clauses.is_empty() {
        true => Vec::new(),
        false => vec![(end..end, clauses)],
    }
}

/// Refuses changes that bring errors.
fn still_compiles(analysis: &Analysis, buffers: &Buffers, edits: &Edits) -> Result<(), String> {
    let texts = edits
        .iter()
        .filter_map(|(name, edits)| Some((name.clone(), applied(analysis.text(name)?, edits))));
    let mut files = Overlay::new(&analysis.home, buffers).with_edits(texts.collect());
    let after = match compile::compile(&mut files) {
        Ok(_) => return Ok(()),
        Err(rejected) => rejected.diagnostics,
    };
    let before = errors(&analysis.diagnostics);
    if errors(&after).count() <= before.count() {
        return Ok(());
    }
    let first = errors(&after).find(|error| {
        let mut known = errors(&analysis.diagnostics);
        !known.any(|before| before.message() == error.message())
    });
    let reason = first.map_or("the policy would not load", Diagnostic::message);
    Err(format!("renamed, the policy would not load: {reason}"))
}

fn errors(diagnostics: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    diagnostics
        .iter()
        .filter(|found| found.severity() == Severity::Error)
}

/// A text with changes, which stand in order and apart.
pub(super) fn applied(text: &str, edits: &[(Range<usize>, String)]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        result.push_str(text.get(at..range.start).unwrap_or_default());
        result.push_str(new);
        at = range.end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}
