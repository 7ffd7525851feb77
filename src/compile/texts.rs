//! Policies in memory: for tests, fuzzing, and whoever has texts and no disk.

use super::{FileError, Files};
use std::collections::BTreeMap;

/// Files by name. Paths are resolved as on a disk, with `/` between their parts.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    roots: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Texts {
    /// The files of a policy in load order.
    pub fn new<Name: Into<String>, Text: Into<Vec<u8>>>(
        files: impl IntoIterator<Item = (Name, Text)>,
    ) -> Self {
        let mut texts = Texts::default();
        for (name, text) in files {
            let name = name.into();
            texts.roots.push(name.clone());
            texts.files.insert(name, text.into());
        }
        texts
    }

    /// Adds a file that counts only where another one names it.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.into(), bytes.into());
        self
    }
}

impl Files for Texts {
    fn roots(&mut self) -> Result<Vec<String>, FileError> {
        Ok(self.roots.clone())
    }

    fn resolve(&mut self, from: &str, path: &str) -> String {
        let folder = match path.starts_with('/') {
            true => "",
            false => from.rsplit_once('/').map_or("", |(folder, _)| folder),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in folder.split('/').chain(path.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    fn read(&mut self, name: &str) -> Result<Vec<u8>, FileError> {
        self.files.get(name).cloned().ok_or_else(|| FileError {
            path: name.to_owned(),
            reason: "there is no such file".to_owned(),
        })
    }
}
