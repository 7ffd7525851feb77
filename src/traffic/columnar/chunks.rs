//! A file of which several threads read different parts at once.
#![allow(clippy::disallowed_methods, reason = "traffic files are the world's")]

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, PoisonError};

/// An open file. Where its cursor is, is nobody's to rely on.
pub(super) struct Chunks {
    file: Arc<Mutex<File>>,
    length: u64,
}

/// The bytes of a file from somewhere on.
pub(super) struct Chunk {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Chunks {
    pub(super) fn new(file: File) -> io::Result<Self> {
        Ok(Chunks {
            length: file.metadata()?.len(),
            file: Arc::new(Mutex::new(file)),
        })
    }

    fn from(&self, at: u64) -> Chunk {
        Chunk {
            file: Arc::clone(&self.file),
            at,
        }
    }
}

impl Read for Chunk {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Chunk>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(BufReader::new(self.from(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // A length comes from the file: no more is set aside than there is.
        let most = self.length.saturating_sub(start).min(length as u64);
        let mut bytes = Vec::with_capacity(usize::try_from(most).unwrap_or_default());
        self.from(start).take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            let missing = format!("it ends {} bytes early", length - bytes.len());
            return Err(ParquetError::EOF(missing));
        }
        Ok(bytes.into())
    }
}
