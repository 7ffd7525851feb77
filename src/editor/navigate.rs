//! From a word to its declaration, and to all its uses.

use super::analysis::Analysis;
use super::names::{Mention, Space, What, cells};
use super::positions::{Encoding, Lines};
use std::ops::Range;
use std::path::Path;

/// A place in a file of the policy, tables included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The file.
    pub(super) name: String,
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// Whether the name is declared there.
    pub(super) declares: bool,
}

/// The word at a byte of the file that the editor knows by `name`.
pub(super) fn word_at<'a>(analysis: &'a Analysis, name: &str, offset: usize) -> Option<&'a Mention> {
    let index = analysis.index();
    let file = index.file(analysis.known_as(name)?)?;
    index.at(file, offset)
}

/// Where a word is declared: the first declaration of a name, or the beginning of a file.
pub(super) fn declaration(analysis: &Analysis, name: &str, offset: usize) -> Vec<Found> {
    match word_at(analysis, name, offset).map(|mention| &mention.what) {
        Some(What::Name { space, name, .. }) => all(analysis, *space, name)
            .into_iter()
            .filter(|found| found.declares)
            .collect(),
        Some(What::File(path)) => file(analysis, name, path).into_iter().collect(),
        Some(_) => Vec::new(),
        None => guessed(analysis, name, offset).into_iter().collect(),
    }
}

/// All places of the name at a byte, its declarations among them.
pub(super) fn references(analysis: &Analysis, name: &str, offset: usize) -> Vec<Found> {
    word_at(analysis, name, offset)
        .and_then(Mention::name)
        .map(|(space, name)| all(analysis, space, name))
        .unwrap_or_default()
}

/// All places of a name: those in policy files, then those in tables.
pub(super) fn all(analysis: &Analysis, space: Space, name: &str) -> Vec<Found> {
    let index = analysis.index();
    let mut found: Vec<Found> = index
        .of(space, name)
        .filter_map(|mention| {
            Some(Found {
                name: index.files().get(mention.file)?.name.clone(),
                range: mention.range(),
                declares: mention.declares(),
            })
        })
        .collect();
    found.extend(in_tables(analysis, space, name));
    found
}

/// The cells of tables that hold a name: a tenant in its row, a fact in the header.
pub(super) fn in_tables(analysis: &Analysis, space: Space, name: &str) -> Vec<Found> {
    if !matches!(space, Space::Term | Space::Tenant) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (table, text) in analysis.tables() {
        let mut column = None;
        for cell in cells(text) {
            let is_header = cell.row == 0;
            if is_header && cell.text == "tenant" {
                column = Some(cell.column);
            }
            let is_it = match space {
                Space::Tenant => !is_header && Some(cell.column) == column,
                _ => is_header,
            };
            if is_it && cell.text == name {
                found.push(Found {
                    name: table.to_owned(),
                    range: cell.span,
                    declares: space == Space::Tenant,
                });
            } else if !is_header && space == Space::Term {
                break;
            }
        }
    }
    found
}

/// The beginning of a file named in `from`.
fn file(analysis: &Analysis, from: &str, path: &str) -> Option<Found> {
    let directory = Path::new(analysis.known_as(from)?).parent()?;
    let name = directory.join(path).to_string_lossy().into_owned();
    Some(Found {
        name: analysis.known_as(&name).map_or(name.clone(), str::to_owned),
        range: 0..0,
        declares: true,
    })
}

/// The declaration of the word at a byte of a statement that does not parse: the first name that is spelt so.
fn guessed(analysis: &Analysis, name: &str, offset: usize) -> Option<Found> {
    let known = analysis.known_as(name)?;
    let word = word(analysis.text(known)?, offset)?;
    let index = analysis.index();
    let mention = index
        .mentions()
        .iter()
        .find(|mention| mention.declares() && mention.name().is_some_and(|(_, name)| name == word));
    let (file, range) = match mention {
        Some(mention) => (mention.file, mention.range()),
        None => {
            let spot = index.broken(word)?;
            (spot.file, spot.range.0..spot.range.1)
        }
    };
    Some(Found {
        name: index.files().get(file)?.name.clone(),
        range,
        declares: true,
    })
}

/// The run of letters of names around a byte.
fn word(text: &str, offset: usize) -> Option<&str> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let (before, behind) = text.split_at_checked(offset)?;
    let start = offset - (before.len() - before.trim_end_matches(is_letter).len());
    let end = offset + (behind.len() - behind.trim_start_matches(is_letter).len());
    text.get(start..end).filter(|word| !word.is_empty())
}

/// The byte at a place of the file that the editor knows by `name`.
pub(super) fn offset(
    analysis: &Analysis,
    name: &str,
    position: lsp_types::Position,
    encoding: Encoding,
) -> Option<usize> {
    let text = analysis.text(analysis.known_as(name)?)?;
    Some(Lines::new(text, encoding).offset(position))
}
