//! What traffic is read from: a file or standard input; opened, and decompressed by what it holds rather than by what it is
//! called.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use super::blocks::{Blocks, Format};
use super::columnar::PARQUET;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that begin a gzip member.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes that begin a zstd frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Largest window of a zstd frame, as a power of two: what bounds the memory that a file can ask for.
const ZSTD_WINDOW: u32 = 25;

/// Bytes of compressed input read at a time.
const INPUT_BUFFER: usize = 128 * 1024;

/// Input that cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What was to be read, as people know it.
    pub path: String,
    /// Why it could not be.
    pub reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read `{}`: {}", self.path, self.reason)
    }
}

impl std::error::Error for ReadError {}

/// One input of records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    path: Option<PathBuf>,
}

/// A system's error as part of a sentence: in lower case, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

impl Source {
    /// Standard input.
    pub(super) fn input() -> Self {
        Source {
            name: "standard input".to_owned(),
            path: None,
        }
    }

    /// A file.
    pub(super) fn file(path: PathBuf) -> Self {
        Source {
            name: path.display().to_string(),
            path: Some(path),
        }
    }

    /// The input's name as shown in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the input as it lies on the disk; `None` where that is not known.
    pub fn size(&self) -> Option<u64> {
        let path = self.path.as_ref()?;
        std::fs::metadata(path).ok().map(|data| data.len())
    }

    /// Whether the input gives the same bytes when it is opened again: a file does, a pipe does not.
    pub fn can_be_read_again(&self) -> bool {
        let path = self.path.as_ref();
        path.is_some_and(|path| std::fs::metadata(path).is_ok_and(|data| data.is_file()))
    }

    /// Whether the input can be opened, as far as that can be told without reading it.
    pub fn check(&self) -> Result<(), ReadError> {
        match &self.path {
            Some(path) => File::open(path).map(drop).map_err(|error| self.error(&error)),
            None => Ok(()),
        }
    }

    fn error(&self, error: &io::Error) -> ReadError {
        ReadError {
            path: self.name.clone(),
            reason: reason(error),
        }
    }

    /// The input as a file of columns, where its first bytes say that it is one.
    pub(super) fn columnar(&self) -> Result<Option<File>, ReadError> {
        self.try_columnar().map_err(|error| self.error(&error))
    }

    fn try_columnar(&self) -> io::Result<Option<File>> {
        let Some(path) = &self.path else { return Ok(None) };
        let mut file = File::open(path)?;
        // A pipe cannot be read from its end, nor again from its beginning.
        if !file.metadata()?.is_file() {
            return Ok(None);
        }
        let mut head = Vec::with_capacity(PARQUET.len());
        Read::by_ref(&mut file)
            .take(PARQUET.len() as u64)
            .read_to_end(&mut head)?;
        file.seek(SeekFrom::Start(0))?;
        Ok((head == PARQUET).then_some(file))
    }

    /// Opens the input and reads its first block. `progress` grows by the bytes read, before decompression.
    pub fn open(&self, progress: &Arc<AtomicU64>) -> Result<Blocks, ReadError> {
        self.try_open(progress).map_err(|error| self.error(&error))
    }

    fn try_open(&self, progress: &Arc<AtomicU64>) -> io::Result<Blocks> {
        let raw: Box<dyn Read + Send> = match &self.path {
            Some(path) => Box::new(File::open(path)?),
            None => Box::new(io::stdin()),
        };
        let counted = Counted {
            raw,
            progress: Arc::clone(progress),
        };
        let blocks = Blocks::new(decompressed(counted)?, format_by_name(&self.name))?;
        if blocks.begin_with(&PARQUET) {
            let reason =
                "it holds Parquet that is packed as a whole: unpack it, its pages are packed by themselves";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        Ok(blocks)
    }
}

/// The format that a name tells, compression's ending aside; `None` leaves it to the content.
fn format_by_name(name: &str) -> Option<Format> {
    let name = name.to_ascii_lowercase();
    let name = [".gz", ".zst", ".zstd"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(&name);
    if name.ends_with(".csv") {
        Some(Format::Csv)
    } else if [".jsonl", ".ndjson", ".json"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        Some(Format::JsonLines)
    } else {
        None
    }
}

/// The bytes behind the compression that the first bytes tell of.
fn decompressed(mut raw: Counted) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::with_capacity(ZSTD.len());
    raw.by_ref().take(ZSTD.len() as u64).read_to_end(&mut head)?;
    if head == PARQUET {
        let reason = "it holds Parquet, which is read from its end, and a pipe has none: give the file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let is_gzip = head.starts_with(&GZIP);
    let is_zstd = head.starts_with(&ZSTD);
    let whole = Cursor::new(head).chain(raw);
    if is_gzip {
        let buffered = BufReader::with_capacity(INPUT_BUFFER, whole);
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(buffered)));
    }
    if is_zstd {
        let buffered = BufReader::with_capacity(INPUT_BUFFER, whole);
        let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered)?;
        decoder.window_log_max(ZSTD_WINDOW)?;
        return Ok(Box::new(decoder));
    }
    Ok(Box::new(whole))
}

/// Raw input that tells how much of it was read.
struct Counted {
    raw: Box<dyn Read + Send>,
    progress: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.progress.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
