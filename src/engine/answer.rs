//! What the client gets.

use super::report::Setback;
use crate::model::ModelId;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body::{Body, Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;

/// The answer for the client, its body whole or still to come.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Those headers of the upstream that pass, and the content type.
    pub headers: HeaderMap,
    /// The body. Dropping it before its end cancels the upstream.
    pub body: AnswerBody,
    /// Whether the body is a stream of events.
    pub is_stream: bool,
    /// The target whose answer or error this is.
    pub target: Option<ModelId>,
    /// How many attempts were made up to now.
    pub attempts: usize,
    /// The attempts that failed and the targets that were passed over, in their order.
    pub failures: Vec<(ModelId, Setback)>,
    /// The upstream's id of the request.
    pub upstream_id: Option<String>,
}

/// The body of an [`Answer`].
#[derive(Debug)]
pub struct AnswerBody(Inner);

#[derive(Debug)]
enum Inner {
    Whole(Bytes),
    Pieces(mpsc::Receiver<Piece>),
}

/// A piece of a body; an error breaks the body off.
pub(super) type Piece = Result<Bytes, BrokenAnswer>;

/// A whole answer that broke after it was committed. Nothing in it could say so, so the connection is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenAnswer;

impl fmt::Display for BrokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the upstream's answer broke off")
    }
}

impl std::error::Error for BrokenAnswer {}

impl AnswerBody {
    /// A body that is there already.
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        AnswerBody(Inner::Whole(bytes.into()))
    }

    /// The body where it is there already.
    pub(super) fn as_whole(&self) -> Option<&Bytes> {
        match &self.0 {
            Inner::Whole(bytes) => Some(bytes),
            Inner::Pieces(_) => None,
        }
    }

    pub(super) fn pieces(receiver: mpsc::Receiver<Piece>) -> Self {
        AnswerBody(Inner::Pieces(receiver))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenAnswer;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenAnswer>>> {
        match &mut self.0 {
            Inner::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Pieces(receiver) => receiver
                .poll_recv(context)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Inner::Whole(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Pieces(_) => SizeHint::default(),
        }
    }
}
