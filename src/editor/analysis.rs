//! A policy as it is in the editor at one moment: what the compiler says of it, and its words.

use super::buffers::Buffers;
use super::home::Home;
use super::names::{Index, SourceText};
use super::overlay::Overlay;
use crate::compile::{self, Rejected};
use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::source::FileId;
use crate::tree::Tree;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A policy at one moment.
#[derive(Debug)]
pub(super) struct Analysis {
    /// Which policy it is.
    pub(super) home: Home,
    /// Everything that the compiler found.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The tree, where the policy loads.
    pub(super) tree: Option<Arc<Tree>>,
    /// The last tree that there was.
    last: Option<Arc<Tree>>,
    /// The names of the files, in load order, those at the end that were found and refused.
    names: Vec<String>,
    /// The texts of files and tables, by name.
    texts: BTreeMap<String, Arc<str>>,
    /// Files parsed before, by name.
    parsed: BTreeMap<String, SourceText>,
    index: OnceCell<Index>,
}

impl Analysis {
    /// Reads and compiles a policy. What did not change since `before` is not parsed again.
    pub(super) fn new(home: &Home, buffers: &Buffers, before: Option<Analysis>) -> Self {
        let mut files = Overlay::new(home, buffers);
        let (diagnostics, tree, sources) = match compile::compile(&mut files) {
            Ok(compiled) => {
                let sources = compiled.tree.sources().clone();
                (compiled.diagnostics, Some(Arc::new(compiled.tree)), sources)
            }
            Err(Rejected {
                diagnostics, sources, ..
            }) => (diagnostics, None, sources),
        };
        let mut read = files.into_read();
        let names: Vec<String> = sources.files().map(|(_, file)| file.name().to_owned()).collect();
        let mut texts = BTreeMap::new();
        // What the compiler shows may have secrets blotted out; places are counted in the text as it is.
        for (_, file) in sources.files() {
            let text = read
                .remove(file.name())
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .unwrap_or_else(|| file.text().to_owned());
            texts.insert(file.name().to_owned(), Arc::from(text));
        }
        for (name, bytes) in read {
            if let Ok(text) = String::from_utf8(bytes) {
                texts.insert(name, Arc::from(text));
            }
        }
        let (parsed, last) = before.map_or_else(Default::default, |before| {
            let files = before.index.into_inner().map(Index::into_files);
            let parsed = files.map_or(before.parsed, |files| {
                files.into_iter().map(|file| (file.name.clone(), file)).collect()
            });
            (parsed, before.last)
        });
        Analysis {
            home: home.clone(),
            diagnostics,
            last: tree.clone().or(last),
            tree,
            names,
            texts,
            parsed,
            index: OnceCell::new(),
        }
    }

    /// The name of a file that diagnostics point into.
    pub(super) fn name(&self, file: FileId) -> Option<&str> {
        self.names.get(file.index()).map(String::as_str)
    }

    /// The names of the policy's files, in load order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The text of a file or table.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|text| &**text)
    }

    /// The name by which the policy knows the file that the editor knows by `name`.
    pub(super) fn known_as(&self, name: &str) -> Option<&str> {
        if let Some((known, _)) = self.texts.get_key_value(name) {
            return Some(known);
        }
        let place = std::fs::canonicalize(name).ok()?;
        let known = self.texts.keys().map(String::as_str);
        known.into_iter().find(|known| {
            Path::new(known).file_name() == place.file_name()
                && std::fs::canonicalize(known).ok().as_ref() == Some(&place)
        })
    }

    /// The policy's tables: texts that are no policy files.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .filter(|(name, _)| !self.names.contains(name))
            .map(|(name, text)| (name.as_str(), &**text))
    }

    /// The words of the policy.
    pub(super) fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let files = self.names.iter().filter_map(|name| {
                let text = self.texts.get(name)?;
                let known = self.parsed.get(name).filter(|parsed| parsed.text == *text);
                Some(match known {
                    Some(parsed) => parsed.clone(),
                    None => SourceText::new(name.clone(), Arc::clone(text)),
                })
            });
            Index::new(files.collect())
        })
    }

    /// The checked policy, as it last loaded: what types, prices and values are told from.
    pub(super) fn policy(&self) -> Option<&Policy> {
        self.last.as_ref().map(|tree| tree.policy())
    }
}
