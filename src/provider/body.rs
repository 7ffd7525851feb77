//! The body of a call: pieces of the client's, which are never copied where they are long, and what stands between them.

use crate::wire::splice::{Edit, Part, parts, splice};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Bodies up to this length are put together in one piece, which is written with one system call.
const COPIED: usize = 64 * 1024;

/// Most bytes that are handed over at a time, so that a connection that copies what it writes copies no whole body.
const MAX_FRAME: usize = 256 * 1024;

/// The body of a call. A copy of it shares its bytes.
#[derive(Clone, Debug, Default)]
pub struct RequestBody(VecDeque<Bytes>);

impl From<Bytes> for RequestBody {
    fn from(bytes: Bytes) -> Self {
        RequestBody(VecDeque::from([bytes]))
    }
}

impl RequestBody {
    /// A client's body with these changes.
    pub fn spliced(body: &Bytes, edits: Vec<Edit>) -> Self {
        if edits.is_empty() {
            return body.clone().into();
        }
        if body.len() <= COPIED {
            return Bytes::from(splice(body, edits)).into();
        }
        let piece = |part| match part {
            Part::Kept(range) => body.slice(range),
            Part::New(text) => Bytes::from(text),
        };
        RequestBody(parts(body.len(), edits).into_iter().map(piece).collect())
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it, where it is in one piece.
    pub fn single(&self) -> Option<Bytes> {
        match self.0.len() {
            0 => Some(Bytes::new()),
            1 => self.0.front().cloned(),
            _ => None,
        }
    }

    /// All of it in one piece, put together where it is not.
    pub fn to_bytes(&self) -> Bytes {
        self.single()
            .unwrap_or_else(|| self.0.iter().flatten().copied().collect())
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while self.0.front().is_some_and(Bytes::is_empty) {
            self.0.pop_front();
        }
        let Some(first) = self.0.front_mut() else {
            return Poll::Ready(None);
        };
        let frame = first.split_to(first.len().min(MAX_FRAME));
        Poll::Ready(Some(Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.len() as u64)
    }
}
