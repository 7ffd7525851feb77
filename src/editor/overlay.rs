//! The files of a policy with the open texts laid over the disk.

use super::buffers::Buffers;
use super::home::Home;
use crate::compile::{FileError, Files};
use crate::reload::disk::{DiskFiles, is_policy_file};
use std::collections::BTreeMap;
use std::path::Path;

/// Texts first, the disk for the others.
pub(super) struct Overlay<'a> {
    home: &'a Home,
    disk: DiskFiles,
    buffers: &'a Buffers,
    edits: BTreeMap<String, String>,
    read: BTreeMap<String, Vec<u8>>,
}

impl<'a> Overlay<'a> {
    /// The policy of `home` as the editor shows it.
    pub(super) fn new(home: &'a Home, buffers: &'a Buffers) -> Self {
        Overlay {
            home,
            disk: DiskFiles::new(&home.roots),
            buffers,
            edits: BTreeMap::new(),
            read: BTreeMap::new(),
        }
    }

    /// The same, with these texts in place of the files of their names.
    pub(super) fn with_edits(mut self, edits: BTreeMap<String, String>) -> Self {
        self.edits = edits;
        self
    }

    /// What was read, by name.
    pub(super) fn into_read(self) -> BTreeMap<String, Vec<u8>> {
        self.read
    }

    /// The open texts that belong to the policy and are not on disk yet.
    fn unsaved(&self) -> Vec<String> {
        let roots = self.home.roots.iter();
        roots
            .flat_map(|root| self.buffers.within(root))
            .filter(|name| {
                let file = Path::new(name).file_name().and_then(|file| file.to_str());
                file.is_some_and(is_policy_file)
            })
            .map(str::to_owned)
            .collect()
    }
}

impl Files for Overlay<'_> {
    fn roots(&mut self) -> Result<Vec<String>, FileError> {
        let unsaved = self.unsaved();
        let mut names = match self.disk.roots() {
            Ok(names) => names,
            Err(_) if !unsaved.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        // A directory that is not there yet is no file either.
        names.retain(|name| self.buffers.within(Path::new(name)).next().is_none());
        let known = names.len();
        names.extend(unsaved.into_iter().filter(|name| !Path::new(name).exists()));
        // Of one directory the files go in byte order; of several roots the new ones stand last until they are saved.
        if names.len() > known && self.home.roots.len() == 1 {
            names.sort();
        }
        Ok(names)
    }

    fn resolve(&mut self, from: &str, path: &str) -> String {
        self.disk.resolve(from, path)
    }

    fn read(&mut self, name: &str) -> Result<Vec<u8>, FileError> {
        let open = self.buffers.of(name).map(|buffer| buffer.text.as_str());
        let text = self.edits.get(name).map(String::as_str).or(open);
        let bytes = match text {
            Some(text) => text.as_bytes().to_vec(),
            None => self.disk.read(name)?,
        };
        self.read.insert(name.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn named(&self) -> Vec<String> {
        self.disk.named()
    }
}
