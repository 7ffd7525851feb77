//! Files that commands write: whole or not at all.

use super::exit::Exit;
use super::output;
use crate::traffic::reason;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Why a file is not written.
pub(super) enum Unwritten {
    /// It cannot be: why, in one line.
    Because(String),
    /// There is nothing to be written, and it was said why.
    Said(Exit),
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        Unwritten::Because(reason(&error))
    }
}

/// Says that a file is read, so that nothing can be written in its place.
pub(super) fn written_over(name: &str) -> String {
    format!("`{name}` is read, and cannot be written over: give another file to `--output`")
}

/// Writes a file whole or not at all: whoever waits for it never sees half of it.
pub(super) fn write_whole<T>(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<T, Unwritten>,
) -> Result<T, Exit> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let waiting = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let written = || {
        // A device or a pipe cannot be replaced.
        if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
            return write(&mut File::options().write(true).open(path)?);
        }
        let mut file = File::create(&waiting)?;
        let value = write(&mut file)?;
        file.sync_all()?;
        fs::rename(&waiting, path)?;
        Ok(value)
    };
    written().map_err(|unwritten| {
        let _ = fs::remove_file(&waiting);
        match unwritten {
            Unwritten::Because(reason) => {
                output::usage([format!("`{}` cannot be written: {reason}", path.display())])
            }
            Unwritten::Said(exit) => exit,
        }
    })
}
