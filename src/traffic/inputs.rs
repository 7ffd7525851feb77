//! The inputs that the paths of a command line stand for: files, folders of them, globs, standard input.

use super::disk::Disk;
use super::globs::{in_folder, is_glob, matched};
use super::source::{ReadError, Source};
use std::path::{Path, PathBuf};

/// The inputs that paths stand for, in their order: a file for itself, `-` for standard input, a directory for its
/// `*.jsonl*`, `*.csv*` and `*.parquet*` files in byte order of their names (no sub-directories, no name with a leading
/// dot), a glob for the files that it matches, in order too. A file whose name looks like a glob is that file.
///
/// # Errors
/// A directory or a glob that stands for no file, or cannot be read.
pub fn sources(paths: &[String]) -> Result<Vec<Source>, ReadError> {
    let mut found = Vec::new();
    for path in paths {
        if path == "-" {
            found.push(Source::input());
        } else {
            let files = files(path).map_err(|reason| ReadError {
                path: path.clone(),
                reason,
            })?;
            found.extend(files.into_iter().map(Source::file));
        }
    }
    Ok(found)
}

/// The files that a path stands for.
fn files(path: &str) -> Result<Vec<PathBuf>, String> {
    let plain = Path::new(path);
    if plain.is_dir() {
        let files = in_folder(&Disk, &plain.to_owned())?;
        return match files.is_empty() {
            true => Err("the directory holds no `*.jsonl*`, `*.csv*` or `*.parquet*` file".to_owned()),
            false => Ok(files),
        };
    }
    match is_glob(path) && !plain.exists() {
        true => matched(&Disk, path),
        false => Ok(vec![plain.to_owned()]),
    }
}
