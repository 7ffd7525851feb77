//! What traffic is read from: a file, an object or standard input; opened, and decompressed by what it holds rather than by what it is
//! called.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use super::blocks::{Blocks, Format};
use super::columnar::PARQUET;
#[cfg(feature = "objects")]
use super::objects::{Fetched, Object, Ranges};
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that begin a gzip member.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes that begin a zstd frame.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Bytes 2 to 4 of what begins a zstd frame to be skipped, which some compressors put before the others; the first is 0x50
/// to 0x5f.
const ZSTD_SKIPPED: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Largest window of a zstd frame, as a power of two: what bounds the memory that a file can ask for.
const ZSTD_WINDOW: u32 = 25;

/// Bytes of compressed input read at a time.
const INPUT_BUFFER: usize = 128 * 1024;

/// Said of a file of columns where lines are wanted.
const NO_LINES: &str = "it is Parquet, and has no lines";

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
    origin: Origin,
}

/// Where an input is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    Input,
    File(PathBuf),
    #[cfg(feature = "objects")]
    Object(Object),
}

/// An input that is about to be read.
pub(super) enum Begun {
    /// One that is at hand.
    AtHand,
    /// An object whose first bytes are on their way.
    #[cfg(feature = "objects")]
    Object(Ranges),
}

/// An input that was opened.
pub(super) enum Opened {
    /// Lines.
    Blocks(Blocks),
    /// A file of columns.
    Columns(File),
}

/// Whether there is one file at both paths.
pub fn is_same_file(one: &Path, other: &Path) -> bool {
    let found = |path: &Path| path.canonicalize().ok();
    found(one).is_some_and(|one| found(other) == Some(one))
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
            origin: Origin::Input,
        }
    }

    /// A file.
    pub(super) fn file(path: PathBuf) -> Self {
        Source {
            name: path.display().to_string(),
            origin: Origin::File(path),
        }
    }

    /// An object.
    #[cfg(feature = "objects")]
    pub(super) fn object(object: Object) -> Self {
        Source {
            name: object.name(),
            origin: Origin::Object(object),
        }
    }

    /// The input's name as shown in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the input as it lies on the disk; `None` where that is not known.
    pub fn size(&self) -> Option<u64> {
        match &self.origin {
            Origin::Input => None,
            Origin::File(path) => std::fs::metadata(path).ok().map(|data| data.len()),
            #[cfg(feature = "objects")]
            Origin::Object(object) => Some(object.size()),
        }
    }

    /// Whether the input gives the same bytes when it is opened again: a file does, a pipe does not.
    pub fn can_be_read_again(&self) -> bool {
        match &self.origin {
            Origin::Input => false,
            Origin::File(path) => std::fs::metadata(path).is_ok_and(|data| data.is_file()),
            #[cfg(feature = "objects")]
            Origin::Object(_) => true,
        }
    }

    /// Whether the input is the file at this path, by whatever name.
    pub fn is_file(&self, path: &Path) -> bool {
        matches!(&self.origin, Origin::File(own) if is_same_file(own, path))
    }

    /// Whether the input can be opened, as far as that can be told without reading it.
    pub fn check(&self) -> Result<(), ReadError> {
        match &self.origin {
            Origin::Input => Ok(()),
            Origin::File(path) => File::open(path).map(drop).map_err(|error| self.error(&error)),
            #[cfg(feature = "objects")]
            Origin::Object(_) => Ok(()),
        }
    }

    fn error(&self, error: &io::Error) -> ReadError {
        ReadError {
            path: self.name.clone(),
            reason: reason(error),
        }
    }

    /// Opens the input as lines and reads its first block. `progress` grows by the bytes read, before decompression.
    pub fn open(&self, progress: &Arc<AtomicU64>) -> Result<Blocks, ReadError> {
        let columns = || io::Error::new(io::ErrorKind::InvalidInput, NO_LINES);
        match self.open_as(self.begin(), progress)? {
            Opened::Blocks(blocks) => Ok(blocks),
            Opened::Columns(_) => Err(self.error(&columns())),
        }
    }

    /// Has what takes time before the first byte begin. Nothing is waited for.
    pub(super) fn begin(&self) -> Begun {
        match &self.origin {
            Origin::Input | Origin::File(_) => Begun::AtHand,
            #[cfg(feature = "objects")]
            Origin::Object(object) => Begun::Object(object.begin()),
        }
    }

    /// Opens the input, which was begun, as what its first bytes say that it is.
    pub(super) fn open_as(&self, begun: Begun, progress: &Arc<AtomicU64>) -> Result<Opened, ReadError> {
        self.try_open(begun, progress).map_err(|error| self.error(&error))
    }

    fn try_open(&self, begun: Begun, progress: &Arc<AtomicU64>) -> io::Result<Opened> {
        let raw: Box<dyn Read + Send> = match (&self.origin, begun) {
            (Origin::Input, _) => Box::new(io::stdin()),
            (Origin::File(path), _) => match columnar(path)? {
                Some(file) => return Ok(Opened::Columns(file)),
                None => Box::new(File::open(path)?),
            },
            #[cfg(feature = "objects")]
            (Origin::Object(object), begun) => {
                let ranges = match begun {
                    Begun::Object(ranges) => ranges,
                    Begun::AtHand => object.begin(),
                };
                match ranges.opened()? {
                    Fetched::Columns(file) => return Ok(Opened::Columns(file)),
                    Fetched::Lines(raw) => raw,
                }
            }
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
        Ok(Opened::Blocks(blocks))
    }
}

/// A file, where its first bytes say that it is one of columns.
fn columnar(path: &Path) -> io::Result<Option<File>> {
    let mut file = File::open(path)?;
    // A pipe cannot be read from its end, nor again from its beginning.
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let head = head(&mut file, PARQUET.len())?;
    file.seek(SeekFrom::Start(0))?;
    Ok((head == PARQUET).then_some(file))
}

/// The first bytes of an input, as many as there are of these.
pub(super) fn head(input: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(length);
    input.by_ref().take(length as u64).read_to_end(&mut head)?;
    Ok(head)
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
    let head = head(&mut raw, ZSTD.len())?;
    if head == PARQUET {
        let reason = "it holds Parquet, which is read from its end, and a pipe has none: give the file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    }
    let is_gzip = head.starts_with(&GZIP);
    let is_skipped = matches!(head.as_slice(), [0x50..=0x5f, rest @ ..] if rest == ZSTD_SKIPPED);
    let is_zstd = head.starts_with(&ZSTD) || is_skipped;
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
