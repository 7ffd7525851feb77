//! The bytes of an object, fetched range by range: each is a request of its own, sent again by itself where it breaks off, so
//! that an object of any size can be read slowly without a connection that must last as long.

use super::bucket::Object;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::io::{self, Read};
use tokio::task::JoinHandle;

/// Bytes of a range.
const RANGE: u64 = 4 << 20;

/// Ranges that are fetched ahead of the one that is read: with it, what bounds the memory.
const AHEAD: usize = 3;

/// A reader of an object.
pub(crate) struct Ranges {
    object: Object,
    /// The ranges that are being fetched, in order, with how many bytes each has to have.
    coming: VecDeque<(u64, JoinHandle<object_store::Result<Bytes>>)>,
    /// Where the first range begins that was not asked for yet.
    next: u64,
    /// What is left of the range that is read.
    rest: Bytes,
}

impl Ranges {
    /// A reader whose first range is being fetched already.
    pub(super) fn begun(object: Object) -> Self {
        let mut ranges = Ranges {
            object,
            coming: VecDeque::new(),
            next: 0,
            rest: Bytes::new(),
        };
        ranges.ask(1);
        ranges
    }

    /// Fetches on until so many ranges are on their way.
    fn ask(&mut self, ranges: usize) {
        while self.coming.len() < ranges && self.next < self.object.size() {
            let end = self.object.size().min(self.next.saturating_add(RANGE));
            let part = self.object.fetch(self.next..end);
            self.coming.push_back((end - self.next, part));
            self.next = end;
        }
    }

    /// The next range; empty behind the last one.
    fn fetched(&mut self) -> io::Result<Bytes> {
        self.ask(AHEAD);
        let Some((wanted, part)) = self.coming.pop_front() else {
            return Ok(Bytes::new());
        };
        let bytes = self.object.wait(part).map_err(io::Error::other)?;
        if bytes.len() as u64 != wanted {
            let short = format!("{} bytes came instead of {wanted}", bytes.len());
            return Err(io::Error::other(short));
        }
        self.ask(AHEAD);
        Ok(bytes)
    }
}

impl Read for Ranges {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.fetched()?;
        }
        let length = buffer.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

impl Drop for Ranges {
    /// What nobody will read is not fetched.
    fn drop(&mut self) {
        for (_, part) in &self.coming {
            part.abort();
        }
    }
}
