//! The client's end: a head once, then pieces.

use super::answer::{Answer, AnswerBody, BrokenAnswer, Piece};
use super::journal::Side;
use super::report::Setback;
use super::watch::Watch;
use crate::model::ModelId;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// Longest piece that waits for the client: what a client that reads slowly makes the program hold is bounded in bytes by
/// this and the number of pieces.
const LONGEST_PIECE: usize = 16 * 1024;

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
    /// What only one attempt can have; of several that race each other the first with content takes it.
    end: Option<End>,
    pieces: mpsc::Sender<Piece>,
    race: Option<(Arc<Race>, Side)>,
    watch: Option<Watch>,
}

/// The head, and a place for the last piece, so that a client that takes nothing can still be told that the answer broke.
struct End {
    head: Option<oneshot::Sender<Head>>,
    last: Option<mpsc::OwnedPermit<Piece>>,
}

/// What two attempts race for.
pub(super) struct Race(Mutex<(Option<End>, Option<Side>)>);

impl Race {
    /// The attempt that had content first.
    pub(super) fn winner(&self) -> Option<Side> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Client {
    pub(super) fn new(
        head: oneshot::Sender<Head>,
        pieces: mpsc::Sender<Piece>,
        watch: Option<Watch>,
    ) -> Self {
        Client {
            end: Some(End {
                head: Some(head),
                last: pieces.clone().try_reserve_owned().ok(),
            }),
            pieces,
            race: None,
            watch,
        }
    }

    /// Two ends of this one for two attempts that race each other, until [`Self::rejoin`].
    pub(super) fn race(&mut self) -> (Arc<Race>, [Client; 2]) {
        let race = Arc::new(Race(Mutex::new((self.end.take(), None))));
        let lane = |side| Client {
            end: None,
            pieces: self.pieces.clone(),
            race: Some((Arc::clone(&race), side)),
            watch: self.watch.clone(),
        };
        let lanes = [Side::First, Side::Second].map(lane);
        (race, lanes)
    }

    /// Takes back what two attempts have raced for, whoever has it.
    pub(super) fn rejoin(&mut self, race: &Race, lanes: [Client; 2]) {
        let unclaimed = race.0.lock().unwrap_or_else(PoisonError::into_inner).0.take();
        let claimed = lanes.into_iter().find_map(|lane| lane.end);
        self.end = self.end.take().or(claimed).or(unclaimed);
    }

    /// Wins the race, where there is one and nobody has won it.
    pub(super) fn claim(&mut self) {
        if self.end.is_some() {
            return;
        }
        if let Some((race, side)) = &self.race {
            let mut prize = race.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(end) = prize.0.take() {
                prize.1 = Some(*side);
                self.end = Some(end);
            }
        }
    }

    /// Whether the head has been sent: nothing can be rescued any more.
    pub(super) fn committed(&self) -> bool {
        self.end.as_ref().is_some_and(|end| end.head.is_none())
    }

    /// Sends the head. A second one is not sent; nor is that of an attempt that has lost its race, which ends here.
    pub(super) fn commit(&mut self, head: Head) -> Result<(), Gone> {
        self.claim();
        match self.end.as_mut().ok_or(Gone)?.head.take() {
            Some(sender) => {
                if let Some(watch) = &self.watch {
                    watch.begin(&head);
                }
                let sent = sender.send(head);
                if let (Err(_), Some(watch)) = (&sent, &self.watch) {
                    watch.end();
                }
                sent.map_err(|_| Gone)
            }
            None => Ok(()),
        }
    }

    /// Sends bytes, waiting until the client takes them.
    pub(super) async fn send(&self, mut bytes: Bytes) -> Result<(), Gone> {
        while !bytes.is_empty() {
            let piece = bytes.split_to(bytes.len().min(LONGEST_PIECE));
            let seen = self.watch.as_ref().map(|watch| (watch, piece.clone()));
            self.pieces.send(Ok(piece)).await.map_err(|_| Gone)?;
            if let Some((watch, piece)) = seen {
                watch.take(&piece);
            }
        }
        Ok(())
    }

    /// Sends the last piece without waiting.
    pub(super) fn send_last(&mut self, piece: Result<Bytes, BrokenAnswer>) {
        if let Some(last) = self.end.as_mut().and_then(|end| end.last.take()) {
            if let (Some(watch), Ok(piece)) = (&self.watch, &piece) {
                watch.take(piece);
            }
            last.send(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::carry::WAITING_PIECES;
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn what_waits_for_a_client_is_bounded_in_bytes() {
        let (head, _kept) = oneshot::channel();
        let (sender, mut pieces) = mpsc::channel(WAITING_PIECES + 1);
        let client = Client::new(head, sender, None);
        let bytes = Bytes::from(vec![7; 1 << 20]);
        assert_eq!(client.send(bytes).now_or_never(), None);
        let waiting: usize = std::iter::from_fn(|| pieces.try_recv().ok())
            .map(|piece| piece.unwrap().len())
            .sum();
        assert_eq!(waiting, WAITING_PIECES * LONGEST_PIECE);
    }
}
