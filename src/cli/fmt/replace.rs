//! Files replaced by new texts: all of them or, as far as a file system can promise it, none. Each new text is written
//! beside its file first and takes its place by one rename, so that no reader ever sees half a file.

use crate::traffic;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file and its new text.
pub(super) struct Replacement<'a> {
    /// The file; where it is a link, the file that it points to is replaced.
    pub(super) path: &'a Path,
    /// What was read of it.
    pub(super) old: &'a str,
    /// What it shall hold.
    pub(super) new: &'a str,
}

/// A text that waits beside its file; it is gone where it is dropped before it took its place.
struct Prepared {
    target: PathBuf,
    waiting: PathBuf,
}

impl Drop for Prepared {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.waiting);
    }
}

/// Replaces all files.
///
/// # Errors
///
/// One line for each file that cannot be replaced. Where one could not even be prepared, no file was touched.
pub(super) fn replace_all(replacements: &[Replacement<'_>]) -> Result<(), Vec<String>> {
    let mut prepared = Vec::with_capacity(replacements.len());
    let mut errors = Vec::new();
    for replacement in replacements {
        match prepare(replacement) {
            Ok(waiting) => prepared.push(waiting),
            Err(error) => errors.push(told(replacement.path, &error)),
        }
    }
    if errors.is_empty() {
        for (waiting, replacement) in prepared.iter().zip(replacements) {
            if let Err(error) = fs::rename(&waiting.waiting, &waiting.target) {
                errors.push(told(replacement.path, &error));
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn told(path: &Path, error: &io::Error) -> String {
    let reason = traffic::reason(error);
    format!("`{}` cannot be written: {reason}", path.display())
}

fn prepare(replacement: &Replacement<'_>) -> io::Result<Prepared> {
    let target = fs::canonicalize(replacement.path)?;
    let metadata = fs::metadata(&target)?;
    if metadata.permissions().readonly() {
        return Err(io::Error::other("it is read-only"));
    }
    if fs::read(&target)? != replacement.old.as_bytes() {
        return Err(io::Error::other("it changed while it was formatted"));
    }
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    // The leading dot and the end keep a directory's watchers from taking it for a policy.
    let waiting = target.with_file_name(format!(".{name}.{}.formatted", std::process::id()));
    let mut file = File::create_new(&waiting)?;
    let prepared = Prepared { target, waiting };
    file.write_all(replacement.new.as_bytes())?;
    keep_owner(&file, &metadata);
    file.set_permissions(metadata.permissions())?;
    file.sync_all()?;
    Ok(prepared)
}

/// Gives the new file its predecessor's owner, where the user may do that.
#[cfg(unix)]
fn keep_owner(file: &File, metadata: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}
