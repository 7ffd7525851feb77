//! A connection's bytes on their way to and from the HTTP library: heads must come in time and say once how long their
//! bodies are, and what the library refuses by itself gets a body that says why.

mod chunks;
mod heads;
mod refusals;

use heads::Heads;
pub(super) use refusals::Marks;
use refusals::Refusals;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// How long a head may take from its first byte to its last.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a new connection may take to its first byte.
const FIRST_BYTE_TIMEOUT: Duration = Duration::from_secs(75);

/// A connection whose bytes are watched.
#[derive(Debug)]
pub(super) struct Guarded<S> {
    stream: S,
    heads: Heads,
    refusals: Refusals,
    /// When the head that is awaited must be there.
    deadline: Option<Pin<Box<Sleep>>>,
    ambiguous: Ambiguous,
}

/// Whether the newest request says twice how long its body is.
#[derive(Clone, Debug, Default)]
pub(super) struct Ambiguous(Arc<AtomicBool>);

impl Ambiguous {
    /// Whether the request that is asked about now is one; asked once a request.
    pub(super) fn take(&self) -> bool {
        self.0.load(Ordering::Relaxed) && self.0.swap(false, Ordering::Relaxed)
    }
}

impl<S> Guarded<S> {
    /// Watches a new connection; `ambiguous` is told of requests that say twice how long they are, `marks` gives the
    /// headers that every answer has.
    pub(super) fn new(stream: S, ambiguous: Ambiguous, marks: Marks) -> Self {
        Guarded {
            stream,
            heads: Heads::default(),
            refusals: Refusals::new(marks),
            deadline: Some(Box::pin(sleep(FIRST_BYTE_TIMEOUT))),
            ambiguous,
        }
    }

    /// Looks at bytes that have arrived.
    fn arrived(&mut self, bytes: &[u8]) {
        let was_begun = self.heads.is_begun();
        if self.heads.read(bytes) {
            self.ambiguous.0.store(true, Ordering::Relaxed);
        }
        match (self.heads.is_begun(), &mut self.deadline) {
            (false, deadline) => *deadline = None,
            (true, _) if was_begun => {}
            (true, Some(deadline)) => deadline.as_mut().reset(Instant::now() + HEAD_TIMEOUT),
            (true, none) => *none = Some(Box::pin(sleep_until(Instant::now() + HEAD_TIMEOUT))),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(read) => {
                read?;
                let bytes = buffer.filled().get(before..).unwrap_or_default();
                self.arrived(bytes);
                Poll::Ready(Ok(()))
            }
            Poll::Pending => {
                if let Some(deadline) = &mut self.deadline {
                    ready!(deadline.as_mut().poll(context));
                    let late = "the head of a request did not arrive in time";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, late)));
                }
                Poll::Pending
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.refusals.take_over(bytes) {
            ready!(this.refusals.poll_write(&mut this.stream, context))?;
            return Poll::Ready(Ok(bytes.len()));
        }
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first = slices.iter().find(|slice| !slice.is_empty());
        if first.is_some_and(|first| self.refusals.concerns(first)) {
            return self.poll_write(context, first.map_or(&[][..], |first| &first[..]));
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
