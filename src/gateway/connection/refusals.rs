//! Answers that the HTTP library gives by itself to what it cannot read: an empty one with a status. The client gets one
//! with the body of an error and an id, as from everything else here.

use crate::gateway::context::REQUEST_ID;
use crate::gateway::problem::Problem;
use crate::wire::errors::ErrorForm;
use http::{HeaderMap, StatusCode};
use std::fmt;
use std::fmt::Write;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

/// The library's own answers are shorter.
const MAX_LENGTH: usize = 256;

/// Gives the headers that every answer has.
#[derive(Clone)]
pub(in crate::gateway) struct Marks(Arc<dyn Fn() -> HeaderMap + Send + Sync>);

impl Marks {
    /// The headers as they are when an answer is made.
    pub(in crate::gateway) fn new(make: impl Fn() -> HeaderMap + Send + Sync + 'static) -> Self {
        Marks(Arc::new(make))
    }
}

impl fmt::Debug for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Marks")
    }
}

/// An answer in the place of the library's own, as far as it is written.
#[derive(Debug)]
pub(super) struct Refusals {
    marks: Marks,
    answer: Vec<u8>,
    written: usize,
}

impl Refusals {
    /// None yet.
    pub(super) fn new(marks: Marks) -> Self {
        Refusals {
            marks,
            answer: Vec::new(),
            written: 0,
        }
    }

    /// Whether these bytes are to be written by the answer that stands in their place.
    pub(super) fn concerns(&self, bytes: &[u8]) -> bool {
        !self.answer.is_empty() || status(bytes).is_some()
    }

    /// Puts an answer in the place of these bytes, where they are one of the library's own; false where they are not.
    pub(super) fn take_over(&mut self, bytes: &[u8]) -> bool {
        if self.answer.is_empty() {
            match status(bytes).and_then(problem) {
                Some(problem) => self.answer = answer(&problem, &(self.marks.0)()),
                None => return false,
            }
        }
        true
    }

    /// Writes the answer to its end.
    pub(super) fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(rest) = self.answer.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut *stream).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
        }
        (self.answer, self.written) = (Vec::new(), 0);
        Poll::Ready(Ok(()))
    }
}

/// The status of the library's own answer: one without a request's id, which every other has, and without a body.
fn status(bytes: &[u8]) -> Option<StatusCode> {
    let status = bytes.strip_prefix(b"HTTP/1.1 4")?.get(..2)?;
    let has = |text: &[u8]| memchr::memmem::find(bytes, text).is_some();
    let own = bytes.len() <= MAX_LENGTH
        && bytes.ends_with(b"\r\n\r\n")
        && has(b"content-length: 0\r\n")
        && !has(REQUEST_ID.as_bytes());
    let status = [b'4', status[0], status[1]];
    own.then(|| StatusCode::from_bytes(&status).ok()).flatten()
}

fn problem(status: StatusCode) -> Option<Problem> {
    Some(match status {
        StatusCode::BAD_REQUEST => Problem::invalid("the head of the request cannot be read as HTTP", None),
        StatusCode::URI_TOO_LONG => Problem::head_too_large(status, "the path is longer than 65534 bytes"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            Problem::head_too_large(status, "the headers are longer than 64 KiB, or more than 100")
        }
        _ => return None,
    })
}

fn answer(problem: &Problem, marks: &HeaderMap) -> Vec<u8> {
    let (status, body) = (problem.status(), problem.body(ErrorForm::OpenAi));
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n");
    // Writing to a string cannot fail.
    for (name, value) in marks {
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let _ = write!(
        head,
        "connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = head.into_bytes();
    answer.extend_from_slice(&body);
    answer
}
