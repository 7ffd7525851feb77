//! Where traffic records go, how large and old their files become, and when they are forced onto the disk.

use super::{SettingError, size};
use crate::facts::is_credential_header;
use crate::quantity::parse_duration;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// Sizes of record files that can be asked for.
const FILE_SIZES: RangeInclusive<usize> = 1 << 10..=1 << 40;

/// Ages of record files that can be asked for.
const FILE_AGES: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(7 * 24 * 3600);

/// When records are forced onto the disk: what a failure of the machine can lose. A failure of the process loses what
/// was not flushed, a second of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncRecords {
    /// When the system thinks fit.
    Never,
    /// When a file is ended.
    Close,
    /// Each time that records are flushed too.
    Flush,
}

/// What is typed of the recording.
#[derive(Clone, Debug)]
pub struct RecordFlags {
    /// `--record`: where traffic records go.
    pub directory: Option<PathBuf>,
    /// `--record-headers`: headers held in records beside those that the policy reads.
    pub headers: Vec<String>,
    /// `--record-file-size`: what a file grows to.
    pub file_size: String,
    /// `--record-file-age`: how long a file is written to.
    pub file_age: String,
    /// `--record-sync`: when records are forced onto the disk.
    pub sync: SyncRecords,
}

/// Where traffic records go and what they hold beyond the policy's needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The directory.
    pub directory: PathBuf,
    /// More headers to hold, names in lower case.
    pub headers: Vec<String>,
    /// A file of this many bytes, compressed, is followed by a new one.
    pub file_size: u64,
    /// A file of this age is followed by a new one.
    pub file_age: Duration,
    /// When records are forced onto the disk.
    pub sync: SyncRecords,
}

impl Default for RecordFlags {
    /// As where nothing is typed: nothing is recorded.
    fn default() -> Self {
        RecordFlags {
            directory: None,
            headers: Vec::new(),
            file_size: "64MiB".to_owned(),
            file_age: "1h".to_owned(),
            sync: SyncRecords::Close,
        }
    }
}

impl RecordFlags {
    /// What the flags mean; the first thing that is wrong with them.
    pub(super) fn settle(self) -> Result<Option<Recording>, SettingError> {
        let headers: Vec<String> = self
            .headers
            .iter()
            .map(|name| name.to_ascii_lowercase())
            .collect();
        if let Some(name) = headers.iter().find(|name| is_credential_header(name)) {
            return Err(SettingError::new(
                "--record-headers",
                format!("`{name}` carries credentials, which are never recorded: leave it out"),
            ));
        }
        let (file_size, file_age) = (file_size(&self.file_size)?, file_age(&self.file_age)?);
        match self.directory {
            Some(directory) => Ok(Some(Recording {
                directory,
                headers,
                file_size,
                file_age,
                sync: self.sync,
            })),
            None if headers.is_empty() => Ok(None),
            None => Err(SettingError::new(
                "--record-headers",
                "nothing is recorded: add `--record DIR`",
            )),
        }
    }
}

fn file_size(text: &str) -> Result<u64, SettingError> {
    let wrong = |what: String| SettingError::new("--record-file-size", what);
    match size::parse(text) {
        Some(bytes) if FILE_SIZES.contains(&bytes) => Ok(bytes as u64),
        Some(_) => Err(wrong(format!("`{text}` is out of bounds: give 1KiB to 1024GiB"))),
        None => Err(wrong(size::expected(text))),
    }
}

fn file_age(text: &str) -> Result<Duration, SettingError> {
    let wrong = |what: String| SettingError::new("--record-file-age", what);
    match parse_duration(text) {
        Some(age) if FILE_AGES.contains(&age) => Ok(age),
        Some(_) => Err(wrong(format!("`{text}` is out of bounds: give `1s` to `168h`"))),
        None => Err(wrong(format!(
            "`{text}` is no duration: write a number and `ms`, `s`, `m` or `h`, such as `1h`"
        ))),
    }
}
