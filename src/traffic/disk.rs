//! Folders and files of the disk, for globs.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use super::globs::{Entries, Entry, Folders, bounded};
use super::source::reason;
use std::io;
use std::path::{Path, PathBuf};

/// Deepest folders within folders that are looked into: what a path can name at most.
const DEEPEST: usize = 256;

/// The disk.
pub(super) struct Disk;

impl Folders for Disk {
    type Folder = PathBuf;
    type File = PathBuf;

    fn folder(&self, path: &str) -> PathBuf {
        PathBuf::from(path)
    }

    /// A link stands for what it points to; one that points nowhere is passed over.
    fn entries(&self, folder: &PathBuf) -> Result<Entries<Self>, String> {
        let named = |path: PathBuf| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match (path.is_dir(), path.is_file()) {
                (true, _) => Some(Entry::Folder(name, path)),
                (_, true) => Some(Entry::File(name, path)),
                _ => None,
            }
        };
        Ok(listed(folder)?.into_iter().filter_map(named).collect())
    }

    /// Links to folders are not followed: they can lead in circles, and to files that stand there already.
    fn below(&self, folder: &PathBuf) -> Result<Vec<(String, PathBuf)>, String> {
        let mut found = Vec::new();
        let mut folders = vec![(folder.clone(), String::new(), 0)];
        while let Some((folder, prefix, depth)) = folders.pop() {
            for path in listed(&folder)? {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let from_here = format!("{prefix}{name}");
                if path.is_file() {
                    found.push((from_here, path));
                } else if path.is_dir() && !path.is_symlink() && depth < DEEPEST {
                    folders.push((path, format!("{from_here}/"), depth + 1));
                }
            }
            bounded(&found)?;
        }
        Ok(found)
    }
}

/// The paths of what stands in a folder; none where it does not exist.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let read = || -> io::Result<Vec<PathBuf>> {
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let entries = std::fs::read_dir(here)?;
        entries.map(|entry| Ok(folder.join(entry?.file_name()))).collect()
    };
    match read() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        read => read.map_err(|error| format!("`{}`: {}", folder.display(), reason(&error))),
    }
}
