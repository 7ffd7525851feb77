//! Notifications of the file system: they only say that it is worth looking.

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// Watches the directories that the files of a policy stand in.
pub(super) struct Notices {
    watcher: Option<RecommendedWatcher>,
    directories: BTreeSet<PathBuf>,
}

impl Notices {
    /// A watcher that sends a token when something was written, moved or removed. Where the system offers none, the
    /// poll alone sees changes.
    pub(super) fn new(wake: mpsc::Sender<()>) -> Self {
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let is_read_only = matches!(&event, Ok(event) if matches!(event.kind, EventKind::Access(_)));
            if !is_read_only {
                // A full queue holds a token already.
                let _ = wake.try_send(());
            }
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "policy files are only polled: the system does not notify of changes");
        }
        Notices {
            watcher: watcher.ok(),
            directories: BTreeSet::new(),
        }
    }

    /// Watches the directories of these files, and those that named links lead to. A directory that was replaced by
    /// another of its name is watched anew.
    pub(super) fn follow<'a>(&mut self, named: &'a [PathBuf], files: impl Iterator<Item = &'a str>) {
        let Some(watcher) = &mut self.watcher else {
            return;
        };
        for directory in &self.directories {
            let _ = watcher.unwatch(directory);
        }
        self.directories.clear();
        let named = named.iter().map(PathBuf::as_path);
        let wanted: BTreeSet<PathBuf> = named
            .chain(files.map(Path::new))
            .flat_map(directories_of)
            .collect();
        for directory in wanted {
            match watcher.watch(&directory, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.directories.insert(directory);
                }
                Err(error) => {
                    tracing::debug!(directory = %directory.display(), %error, "a directory is only polled");
                }
            }
        }
    }
}

/// The directories in which something happens when the file or directory at `path` changes: its own and that of the
/// place a link leads to; a directory counts itself.
fn directories_of(path: &Path) -> Vec<PathBuf> {
    let place = std::fs::canonicalize(path).ok();
    let mut found = Vec::new();
    for path in [Some(path.to_path_buf()), place].into_iter().flatten() {
        if path.is_dir() {
            found.push(path.clone());
        }
        match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => found.push(PathBuf::from(".")),
            Some(parent) => found.push(parent.to_path_buf()),
            None => {}
        }
    }
    found
}
