//! The policies under `policies/`, which people copy: folders, files, and a policy of texts that can be changed.

use pointsman::compile::Texts;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of each policy, in order of their names.
pub(crate) fn folders() -> Vec<PathBuf> {
    let policies = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    entries(&policies)
        .into_iter()
        .filter(|path| path.is_dir())
        .collect()
}

/// All files of a folder and of those in it, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in entries(folder) {
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Whether a file is one of a policy, and not a table of it.
pub(crate) fn is_policy(path: &str) -> bool {
    path.ends_with(".policy")
}

/// A policy as the texts of its files, by their names within its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Example {
    /// The folder's name.
    pub(crate) name: String,
    /// Policy files and tables.
    pub(crate) files: BTreeMap<String, String>,
}

impl Example {
    /// Reads a policy of `policies/`.
    pub(crate) fn read(folder: &Path) -> Example {
        let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
        let read = |path: PathBuf| (name(&path), fs::read_to_string(&path).unwrap());
        Example {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            files: files(folder).into_iter().map(read).collect(),
        }
    }

    /// The texts as a load takes them: of a folder only its own policy files count, others where they are named.
    pub(crate) fn texts(&self) -> Texts {
        let (own, other): (Vec<_>, Vec<_>) = self
            .files
            .iter()
            .partition(|(name, _)| is_policy(name) && !name.contains('/'));
        let texts = Texts::new(own.into_iter().map(|(name, text)| (name.clone(), text.clone())));
        other.into_iter().fold(texts, |texts, (name, text)| {
            texts.with(name.clone(), text.clone())
        })
    }
}
