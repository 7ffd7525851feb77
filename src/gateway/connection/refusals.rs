//! Answers that the HTTP library gives by itself to what it cannot read: an empty one with a status. The client gets one
//! with the body of an error and an id, as from everything else here.

use crate::gateway::context::{REQUEST_ID, new_id};
use crate::gateway::problem::Problem;
use crate::wire::errors::ErrorForm;
use http::StatusCode;
use std::fmt::Write;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

/// The library's own answers are shorter.
const MAX_LENGTH: usize = 256;

/// An answer in the place of the library's own, as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    answer: Vec<u8>,
    written: usize,
}

impl Refusals {
    /// Whether these bytes are to be written by the answer that stands in their place.
    pub(super) fn concerns(&self, bytes: &[u8]) -> bool {
        !self.answer.is_empty() || status(bytes).is_some()
    }

    /// Puts an answer in the place of these bytes, where they are one of the library's own; false where they are not.
    pub(super) fn take_over(&mut self, bytes: &[u8]) -> bool {
        if self.answer.is_empty() {
            match status(bytes).and_then(problem) {
                Some(problem) => self.answer = answer(&problem),
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
        *self = Refusals::default();
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

fn answer(problem: &Problem) -> Vec<u8> {
    let (status, body) = (problem.status(), problem.body(ErrorForm::OpenAi));
    let mut head = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        head,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{REQUEST_ID}: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        new_id(),
        body.len()
    );
    let mut answer = head.into_bytes();
    answer.extend_from_slice(&body);
    answer
}
