//! The inputs that the paths of a command line stand for: files, folders of them, globs, objects, standard input.

use super::disk::Disk;
use super::globs::{in_folder, is_glob, matched};
use super::source::{ReadError, Source};
use std::path::{Path, PathBuf};

/// The inputs that paths stand for, in their order: a file for itself, `-` for standard input, a directory for its
/// `*.jsonl*`, `*.csv*` and `*.parquet*` files in byte order of their names (no sub-directories, no name with a leading
/// dot), a glob for the files that it matches, in order too. A file whose name looks like a glob is that file. What begins with
/// `s3://` is the same in a bucket.
///
/// # Errors
/// A directory or a glob that stands for no file, or cannot be read; an object that is not there.
pub fn sources(paths: &[String]) -> Result<Vec<Source>, ReadError> {
    let mut found = Vec::new();
    let mut storage = Storage::default();
    for path in paths {
        let error = |reason| ReadError {
            path: path.clone(),
            reason,
        };
        if path == "-" {
            found.push(Source::input());
        } else if let Some(scheme) = scheme(path) {
            found.extend(storage.sources(scheme, path).map_err(error)?);
        } else {
            let files = files(path).map_err(error)?;
            found.extend(files.into_iter().map(Source::file));
        }
    }
    Ok(found)
}

/// Before `://`, unless there is a file of that name.
fn scheme(path: &str) -> Option<&str> {
    let (scheme, _) = path.split_once("://")?;
    (!Path::new(path).exists()).then_some(scheme)
}

/// Storage that is no disk.
#[derive(Default)]
struct Storage {
    #[cfg(feature = "objects")]
    buckets: super::objects::Buckets,
}

impl Storage {
    fn sources(&mut self, scheme: &str, address: &str) -> Result<Vec<Source>, String> {
        match scheme {
            "s3" => self.objects(address),
            _ => Err(format!("`{scheme}://` is not read: files and `s3://` are")),
        }
    }

    #[cfg(feature = "objects")]
    fn objects(&mut self, address: &str) -> Result<Vec<Source>, String> {
        let objects = self.buckets.objects(address)?;
        Ok(objects.into_iter().map(Source::object).collect())
    }

    #[cfg(not(feature = "objects"))]
    #[allow(clippy::unused_self, reason = "it has buckets where objects are read")]
    fn objects(&mut self, _address: &str) -> Result<Vec<Source>, String> {
        Err("this program was built without the feature `objects`".to_owned())
    }
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
