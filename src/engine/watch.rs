//! Who watches what a client gets, where its record is to hold that.

use super::client::Head;
use super::headers::is_encoded;
use crate::wire::said::Transcript;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An answer that is written along as it goes to its client. Clones watch the same one.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Mutex<Transcript>>);

impl Watch {
    /// Writes along into this transcript.
    pub fn new(transcript: Transcript) -> Self {
        Watch(Arc::new(Mutex::new(transcript)))
    }

    /// Never waited for: an answer goes out from one task, and is read when that has ended.
    fn transcript(&self) -> MutexGuard<'_, Transcript> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the client has got up to now; nothing of it is left here.
    pub fn end(&self) -> Transcript {
        let mut transcript = self.transcript();
        let nothing = transcript.fresh();
        std::mem::replace(&mut transcript, nothing)
    }

    pub(super) fn begin(&self, head: &Head) {
        let mut transcript = self.transcript();
        transcript.begin(head.is_stream, is_encoded(&head.headers));
        if let Some(body) = head.body.as_ref().and_then(|body| body.as_whole()) {
            transcript.take(body);
        }
    }

    pub(super) fn take(&self, piece: &[u8]) {
        self.transcript().take(piece);
    }
}
