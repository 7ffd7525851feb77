//! Which policy an open file is a part of.

use super::places::is_path;
use crate::reload::disk::is_policy_file;
use std::path::{Path, PathBuf};

/// A policy as the editor sees it: directories and files, as `pointsman check` would be given them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    /// The paths; for a text that was never saved, its name.
    pub(super) roots: Vec<PathBuf>,
}

impl Home {
    /// The policy at these paths.
    pub(super) fn at(roots: Vec<PathBuf>) -> Self {
        Home { roots }
    }

    /// The policy that a file is a part of by where it lies: its directory's, or it alone where a directory's policy
    /// would pass it over.
    pub(super) fn of(name: &str) -> Self {
        let path = Path::new(name);
        let file = path
            .file_name()
            .and_then(|file| file.to_str())
            .unwrap_or_default();
        let root = match path.parent() {
            Some(directory) if is_path(name) && is_policy_file(file) => directory,
            _ => path,
        };
        Home::at(vec![root.to_owned()])
    }

    /// The path that stands for the whole policy.
    pub(super) fn name(&self) -> String {
        let first = self.roots.first();
        first.map_or_else(String::new, |root| root.to_string_lossy().into_owned())
    }
}
