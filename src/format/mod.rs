//! A file of a policy in the one style: its syntax tree written anew, with all its comments.
//!
//! The result is read again before it is handed out: it means the same, holds the same comments, and would be
//! formatted to itself. Where that does not hold there is an error instead.

mod block;
mod brackets;
mod comments;
mod expression;
mod file;
mod items;
mod layout;
mod order;
mod render;
mod same;
mod statement;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::ast::Document;
use crate::syntax::parse;
use comments::text_of;
use std::fmt;

/// Why a file is not formatted.
#[derive(Clone, Debug)]
pub enum FormatError {
    /// It does not parse; what is wrong with it.
    Syntax(Vec<Diagnostic>),
    /// What was written is not what was read: a mistake of the formatter's.
    Unfaithful(Loss),
}

/// What would be lost by formatting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The text could not be read again.
    Syntax,
    /// It would mean something else.
    Meaning,
    /// A comment would be gone or changed.
    Comment,
    /// It would be formatted differently the next time.
    Stability,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let loss = match self {
            FormatError::Syntax(diagnostics) => {
                let count = diagnostics.len();
                let plural = if count == 1 { "" } else { "s" };
                return write!(f, "it does not parse: {count} error{plural}");
            }
            FormatError::Unfaithful(loss) => loss,
        };
        f.write_str(match loss {
            Loss::Syntax => "the formatted text could not be read again",
            Loss::Meaning => "the formatted text would mean something else",
            Loss::Comment => "the formatted text would lose a comment",
            Loss::Stability => "the formatted text would not stay as it is",
        })
    }
}

impl std::error::Error for FormatError {}

/// The text of a file in canonical form: with the same meaning, all comments, `\n` at each line's end. Text in that
/// form comes back as it is. `file` is the file that diagnostics point into.
///
/// # Errors
///
/// What keeps the text from being read, or that it could not be formatted faithfully.
pub fn format(file: FileId, text: &str) -> Result<String, FormatError> {
    let document = read(file, text)?;
    let formatted = file::write(text, &document);
    if formatted == text {
        return Ok(formatted);
    }
    let again = read(file, &formatted).map_err(|_| FormatError::Unfaithful(Loss::Syntax))?;
    if comments_of(text, &document.comments) != comments_of(&formatted, &again.comments) {
        return Err(FormatError::Unfaithful(Loss::Comment));
    }
    if file::write(&formatted, &again) != formatted {
        return Err(FormatError::Unfaithful(Loss::Stability));
    }
    if !same::documents(document, again) {
        return Err(FormatError::Unfaithful(Loss::Meaning));
    }
    Ok(formatted)
}

fn read(file: FileId, text: &str) -> Result<Document, FormatError> {
    let (document, errors) = parse(file, text);
    if errors.is_empty() {
        Ok(document)
    } else {
        Err(FormatError::Syntax(errors))
    }
}

/// The texts of all comments, whatever their order.
fn comments_of<'t>(text: &'t str, comments: &[Span]) -> Vec<&'t str> {
    let mut texts: Vec<&str> = comments.iter().map(|comment| text_of(text, *comment)).collect();
    texts.sort_unstable();
    texts
}
