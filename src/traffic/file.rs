//! The record file that is being written: created anew, compressed, flushed and rotated by size and age. Time is an
//! argument, so that every rule can be tried without waiting.
#![allow(clippy::disallowed_methods, reason = "record files are the world's")]

use chrono::{DateTime, Utc};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Effort of the compression: a fraction of a microsecond for a record, at about a tenth of its size.
const COMPRESSION_LEVEL: i32 = 3;

/// Most file names tried at one moment, where others write into the directory too.
const MOST_NAMES: u32 = 10_000;

/// When a record file is closed and flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// A file of this many bytes, compressed, is followed by a new one.
    pub bytes: u64,
    /// A file of this age is followed by a new one.
    pub age: Duration,
    /// So often what was written is made readable to others: what a kill can lose.
    pub flush: Duration,
    /// When it is forced onto the disk.
    pub sync: Sync,
}

/// When what was written is forced onto the disk: what a failure of the machine can lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sync {
    /// When the system thinks fit.
    Never,
    /// When a file is ended.
    #[default]
    Close,
    /// Each time that it is flushed too.
    Flush,
}

impl Default for Rotation {
    /// 64 MiB or an hour, flushed each second, on the disk when it is ended.
    fn default() -> Self {
        Rotation {
            bytes: 64 << 20,
            age: Duration::from_secs(3600),
            flush: Duration::from_secs(1),
            sync: Sync::default(),
        }
    }
}

/// The moment at which something is done: by the wall for names, by the steady clock for ages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) wall: DateTime<Utc>,
    pub(super) steady: Instant,
}

/// A file and how many bytes went into it.
struct Counted {
    file: File,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.file.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A record file that takes lines.
pub(super) struct RecordFile {
    encoder: zstd::stream::write::Encoder<'static, Counted>,
    path: PathBuf,
    opened: Instant,
    flushed: Instant,
    lines: u64,
    /// Lines since the last flush, of which nobody can tell whether they are in the file.
    unflushed: u64,
}

impl RecordFile {
    /// Creates `DIR/traffic-<UTC>-<number>.jsonl.zst` with the first number that is free. A file that is there
    /// already, torn or whole, is never touched.
    pub(super) fn create(directory: &Path, now: Now) -> io::Result<Self> {
        let stamp = now.wall.format("%Y%m%dT%H%M%SZ");
        let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
        for number in 0..MOST_NAMES {
            let path = directory.join(format!("traffic-{stamp}-{number:04}.jsonl.zst"));
            match create_new(&path) {
                Ok(file) => return Self::over(file, path, now),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
                Err(error) => return Err(error),
            }
        }
        Err(taken)
    }

    fn over(file: File, path: PathBuf, now: Now) -> io::Result<Self> {
        let mut encoder = zstd::stream::write::Encoder::new(Counted { file, bytes: 0 }, COMPRESSION_LEVEL)?;
        encoder.include_checksum(true)?;
        Ok(RecordFile {
            encoder,
            path,
            opened: now.steady,
            flushed: now.steady,
            lines: 0,
            unflushed: 0,
        })
    }

    /// Adds a line; the line end is put behind it.
    pub(super) fn append(&mut self, line: &[u8]) -> io::Result<()> {
        self.encoder.write_all(line)?;
        self.encoder.write_all(b"\n")?;
        self.lines += 1;
        self.unflushed += 1;
        Ok(())
    }

    /// Flushes where that is due, so that all lines so far can be read even if the process is killed; returns how many
    /// lines more these are.
    pub(super) fn flush_if_due(&mut self, rotation: &Rotation, now: Now) -> io::Result<u64> {
        let due = now.steady.saturating_duration_since(self.flushed) >= rotation.flush;
        if self.unflushed == 0 || !due {
            return Ok(0);
        }
        self.encoder.flush()?;
        if rotation.sync >= Sync::Flush {
            self.encoder.get_ref().file.sync_data()?;
        }
        self.flushed = now.steady;
        Ok(std::mem::take(&mut self.unflushed))
    }

    /// Lines of which nobody can tell whether they are in the file.
    pub(super) fn unflushed(&self) -> u64 {
        self.unflushed
    }

    /// Whether a new file is to follow: this one is full or old. A file without lines is never old.
    pub(super) fn is_over(&self, rotation: &Rotation, now: Now) -> bool {
        let age = now.steady.saturating_duration_since(self.opened);
        self.bytes() >= rotation.bytes || (self.lines > 0 && age >= rotation.age)
    }

    /// Bytes that went into the file so far, compressed.
    pub(super) fn bytes(&self) -> u64 {
        self.encoder.get_ref().bytes
    }

    /// Writes everything out and closes the file; returns its final bytes. A file without lines is removed.
    pub(super) fn finish(self, sync: Sync) -> io::Result<u64> {
        let counted = self.encoder.finish()?;
        if sync >= Sync::Close {
            counted.file.sync_all()?;
        }
        if self.lines == 0 {
            std::fs::remove_file(&self.path)?;
        }
        Ok(counted.bytes)
    }
}

/// Creates a file that is not there yet, readable to its owner and group only.
fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o640);
    }
    options.open(path)
}
