//! Memory that input is read into, handed from block to block: that of a block that was worked on holds a later one. New
//! memory would have to be cleared each time, and its pages fetched from the system.

use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the largest buffer that is kept.
const LARGEST_KEPT: usize = 1 << 20;

/// Buffers that nobody uses at the moment. There are never more than blocks under way at once.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

impl Buffers {
    /// A buffer of at least so many bytes, whatever they are.
    pub(super) fn take(&self, bytes: usize) -> Vec<u8> {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut buffer = spare.unwrap_or_default();
        if buffer.len() < bytes {
            buffer.resize(bytes, 0);
        }
        buffer
    }

    /// The bytes of `buffer` up to `end`; the buffer comes back when they are dropped.
    pub(super) fn lend(&self, buffer: Vec<u8>, end: usize) -> Lent {
        Lent {
            start: 0,
            end: end.min(buffer.len()),
            buffer,
            home: self.clone(),
        }
    }
}

/// Bytes in a buffer that is lent.
#[derive(Debug, Default)]
pub struct Lent {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    home: Buffers,
}

impl Lent {
    /// Leaves out the first bytes.
    pub(super) fn pass(&mut self, bytes: usize) {
        self.start = self.end.min(self.start + bytes);
    }
}

impl Deref for Lent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        // One that grew for a long line would keep its size for good.
        if !buffer.is_empty() && buffer.len() <= LARGEST_KEPT {
            self.home
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(buffer);
        }
    }
}
