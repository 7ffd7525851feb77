//! The client's end: a head once, then pieces.

use super::answer::{Answer, AnswerBody, BrokenAnswer, Piece};
use super::report::Setback;
use crate::model::ModelId;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use tokio::sync::{mpsc, oneshot};

/// All of an answer but a body that is still to come.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    /// The body where it is whole.
    pub(super) body: Option<AnswerBody>,
    pub(super) is_stream: bool,
    pub(super) target: Option<ModelId>,
    pub(super) attempts: usize,
    pub(super) failures: Vec<(ModelId, Setback)>,
    pub(super) upstream_id: Option<String>,
}

impl Head {
    /// The answer; its body comes through the channel where it is not whole.
    pub(super) fn answer(self, pieces: mpsc::Receiver<Piece>) -> Answer {
        Answer {
            status: self.status,
            headers: self.headers,
            body: self.body.unwrap_or_else(|| AnswerBody::pieces(pieces)),
            is_stream: self.is_stream,
            target: self.target,
            attempts: self.attempts,
            failures: self.failures,
            upstream_id: self.upstream_id,
        }
    }
}

/// The client has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gone;

/// What the task of a request sends to its client.
pub(super) struct Client {
    head: Option<oneshot::Sender<Head>>,
    pieces: mpsc::Sender<Piece>,
    /// A place for the last piece, so that a client that takes nothing can still be told that the answer broke.
    last: Option<mpsc::OwnedPermit<Piece>>,
}

impl Client {
    pub(super) fn new(head: oneshot::Sender<Head>, pieces: mpsc::Sender<Piece>) -> Self {
        Client {
            head: Some(head),
            last: pieces.clone().try_reserve_owned().ok(),
            pieces,
        }
    }

    /// Whether the head has been sent: nothing can be rescued any more.
    pub(super) fn committed(&self) -> bool {
        self.head.is_none()
    }

    /// Sends the head. A second one is not sent.
    pub(super) fn commit(&mut self, head: Head) -> Result<(), Gone> {
        match self.head.take() {
            Some(sender) => sender.send(head).map_err(|_| Gone),
            None => Ok(()),
        }
    }

    /// Sends a piece, waiting until the client takes it.
    pub(super) async fn send(&self, piece: Bytes) -> Result<(), Gone> {
        if piece.is_empty() {
            return Ok(());
        }
        self.pieces.send(Ok(piece)).await.map_err(|_| Gone)
    }

    /// Sends the last piece without waiting.
    pub(super) fn send_last(&mut self, piece: Result<Bytes, BrokenAnswer>) {
        if let Some(last) = self.last.take() {
            last.send(piece);
        }
    }
}
