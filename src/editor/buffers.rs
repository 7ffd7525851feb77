//! The texts that are open in the editor, saved or not.

use super::places::name_of;
use super::positions::{Encoding, Lines};
use lsp_types::{TextDocumentContentChangeEvent, Uri};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Most texts that are held open; what is opened beyond that is read from the disk.
const MAX_BUFFERS: usize = 4_096;

/// Longest text that is held open, in bytes: beyond what a policy file may have, so that it is seen to be too long.
const MAX_TEXT: usize = 64 << 20;

/// One open text.
#[derive(Clone, Debug)]
pub(super) struct Buffer {
    /// The URI as the editor writes it.
    pub(super) uri: Uri,
    /// The editor's count of its changes.
    pub(super) version: i32,
    /// What it holds.
    pub(super) text: String,
    /// Where its file lies, links followed; `None` where it was never saved.
    place: Option<PathBuf>,
}

/// All open texts, by the names of their files.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers {
    open: BTreeMap<String, Buffer>,
}

impl Buffers {
    /// Holds a text; its name.
    pub(super) fn open(&mut self, uri: Uri, version: i32, text: String) -> String {
        let name = name_of(&uri);
        let is_known = self.open.contains_key(&name);
        if (is_known || self.open.len() < MAX_BUFFERS) && text.len() <= MAX_TEXT {
            let buffer = Buffer {
                uri,
                version,
                text,
                place: std::fs::canonicalize(&name).ok(),
            };
            self.open.insert(name.clone(), buffer);
        }
        name
    }

    /// Applies changes in their order; the text's name where it is open. A text that grows too long is let go.
    pub(super) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<String> {
        let name = name_of(uri);
        let buffer = self.open.get_mut(&name)?;
        buffer.version = version;
        for change in changes {
            match change.range {
                Some(range) => {
                    let bytes = Lines::new(&buffer.text, encoding).bytes(range);
                    buffer.text.replace_range(bytes, &change.text);
                }
                None => buffer.text = change.text,
            }
        }
        if buffer.text.len() > MAX_TEXT {
            self.open.remove(&name);
        }
        Some(name)
    }

    /// Lets a text go; its name.
    pub(super) fn close(&mut self, uri: &Uri) -> String {
        let name = name_of(uri);
        self.open.remove(&name);
        name
    }

    /// The open text of the file of this name, under whatever path it was opened.
    pub(super) fn of(&self, name: &str) -> Option<&Buffer> {
        self.open.get(name).or_else(|| {
            let place = std::fs::canonicalize(name).ok()?;
            self.open
                .values()
                .find(|buffer| buffer.place.as_ref() == Some(&place))
        })
    }

    /// The names of all open texts, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.open.keys().map(String::as_str)
    }

    /// The names of the open texts that lie in a directory, in order.
    pub(super) fn within<'a>(&'a self, directory: &'a Path) -> impl Iterator<Item = &'a str> {
        self.names()
            .filter(move |name| Path::new(name).parent() == Some(directory))
    }
}
