//! Name spaces: what a name stands for, where it was declared, and whether anything uses it.

use super::report::Report;
use crate::diagnostic::{Code, Diagnostic, Fix, Meant, meant};
use crate::source::Span;
use crate::syntax::ast::Word;
use std::collections::{BTreeMap, BTreeSet};

/// Longest name in bytes.
const MAX_NAME_BYTES: usize = 128;

/// Most names that are searched for a near one.
const MAX_CANDIDATES: usize = 10_000;

/// One name space.
#[derive(Debug)]
pub(super) struct Names<Id> {
    what: &'static str,
    entries: BTreeMap<String, Entry<Id>>,
    expected: BTreeSet<String>,
    open: bool,
}

#[derive(Debug)]
struct Entry<Id> {
    id: Id,
    span: Span,
    used: bool,
}

impl<Id: Copy> Names<Id> {
    /// An empty name space; `what` is what its names stand for, as messages call it.
    pub(super) fn new(what: &'static str) -> Self {
        Names {
            what,
            entries: BTreeMap::new(),
            expected: BTreeSet::new(),
            open: false,
        }
    }

    /// Says that names may be declared where they could not be read, so that an unknown one is no error.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// Says that a statement which could not be read may declare this name, so that it is not unknown.
    pub(super) fn expect(&mut self, name: &Word) {
        self.expected.insert(name.text.clone());
    }

    /// Whether a statement or file that could not be read may declare this name.
    pub(super) fn is_expected(&self, name: &str) -> bool {
        self.open || self.expected.contains(name)
    }

    /// Whether names may be declared that are not here.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// Declares a name; a second declaration and a name that cannot be one are reported.
    pub(super) fn declare(&mut self, name: &Word, id: Id, report: &mut Report) {
        legal(name, self.what, report);
        match self.entries.get(&name.text) {
            Some(first) => report.push(
                Diagnostic::error(
                    Code::DUPLICATE_NAME,
                    format!("the {} `{}` is declared twice", self.what, name.text),
                )
                .at(name.span, "declared again here")
                .also(first.span, "first declared here"),
            ),
            None => {
                let entry = Entry {
                    id,
                    span: name.span,
                    used: false,
                };
                self.entries.insert(name.text.clone(), entry);
            }
        }
    }

    /// What a name stands for, which counts as a use; an unknown one is reported.
    pub(super) fn resolve(&mut self, name: &Word, report: &mut Report) -> Option<Id> {
        self.mark(&name.text);
        self.mention(name, report)
    }

    /// What a name stands for, which is no use; an unknown one is reported.
    pub(super) fn mention(&self, name: &Word, report: &mut Report) -> Option<Id> {
        if let Some(id) = self.find(&name.text) {
            return Some(id);
        }
        if !self.is_expected(&name.text) {
            let message = format!("there is no {} `{}`", self.what, name.text);
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, message).at(name.span, "not declared");
            let near = report.suggests().then(|| self.near(&name.text)).flatten();
            report.push(suggest(diagnostic, name, near));
        }
        None
    }

    /// What a name stands for, without using it.
    pub(super) fn find(&self, name: &str) -> Option<Id> {
        self.entries.get(name).map(|entry| entry.id)
    }

    /// The declared name that is near enough to be meant.
    pub(super) fn near(&self, name: &str) -> Option<Meant<'_>> {
        meant(name, self.entries.keys().take(MAX_CANDIDATES).map(String::as_str))
    }

    /// Counts a name as used, where it is declared.
    pub(super) fn mark(&mut self, name: &str) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.used = true;
        }
    }

    /// All names with the places of their declarations.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, Span)> {
        self.entries
            .iter()
            .map(|(name, entry)| (name.as_str(), entry.span))
    }

    /// Names that nothing used, with what they stand for and where they are declared, in order of names.
    pub(super) fn unused(&self) -> impl Iterator<Item = (&str, Id, Span)> {
        self.entries
            .iter()
            .filter(|(_, entry)| !entry.used)
            .map(|(name, entry)| (name.as_str(), entry.id, entry.span))
    }
}

/// Adds to a diagnostic the word that was meant by another, where there is one, in the quotes that stand there.
pub(super) fn suggest(diagnostic: Diagnostic, word: &Word, near: Option<Meant<'_>>) -> Diagnostic {
    let Some(near) = near else { return diagnostic };
    let written = match is_quoted(word) || !is_bare(near.name) {
        true => crate::cel::quote(near.name),
        false => near.name.to_owned(),
    };
    diagnostic
        .help(format!("did you mean `{}`?", near.name))
        .fix(replacement(near.certain, word.span, &written))
}

/// The same for a string in a condition.
pub(super) fn suggest_text(diagnostic: Diagnostic, literal: Span, near: Option<Meant<'_>>) -> Diagnostic {
    let Some(near) = near else { return diagnostic };
    diagnostic
        .help(format!("did you mean `{}`?", near.name))
        .fix(replacement(near.certain, literal, &crate::cel::quote(near.name)))
}

/// Writes another text in the place of what was written; to be looked at where it is not certain.
pub(super) fn replacement(certain: bool, span: Span, text: &str) -> Fix {
    let title = format!("write `{text}`");
    let fix = if certain {
        Fix::safe(title)
    } else {
        Fix::suggestion(title)
    };
    fix.replace(span, text)
}

/// Whether a word stands in quotes: its place is longer than its text.
fn is_quoted(word: &Word) -> bool {
    word.span.range().len() != word.text.len()
}

/// Whether a name can stand without quotes.
fn is_bare(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Reports a name that nothing can have.
fn legal(name: &Word, what: &str, report: &mut Report) {
    if let Some(reason) = illegal(&name.text) {
        let message = format!("this cannot be the name of a {what}: {reason}");
        report.error(Code::RESERVED_NAME, name.span, message, "");
    }
}

/// Why nothing can have this name: it is empty, too long, or has control characters.
pub(super) fn illegal(name: &str) -> Option<String> {
    match name {
        "" => Some("it is empty".to_owned()),
        name if name.len() > MAX_NAME_BYTES => Some(format!("it has more than {MAX_NAME_BYTES} bytes")),
        name if name.chars().any(char::is_control) => Some("it holds a control character".to_owned()),
        _ => None,
    }
}

/// Reports a name that a list of reserved ones holds.
pub(super) fn refuse_reserved(name: &Word, what: &str, reserved: &[&str], why: &str, report: &mut Report) {
    if reserved.contains(&name.text.as_str()) {
        report.push(
            Diagnostic::error(
                Code::RESERVED_NAME,
                format!("no {what} can be named `{}`", name.text),
            )
            .at(name.span, why)
            .help("choose another name"),
        );
    }
}
