//! Copies of requests under way: begun beside the request and never waited for by it, bounded in number and in the bytes
//! that they keep, cut off when the drain is over.

use crate::engine::{Call, Report, mirror};
use crate::model::ModelId;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Most copies under way; a request that finds no place has none.
const MAX_COPIES: u32 = 256;

/// Most KiB of request bodies that copies keep, all together.
const MAX_KIB: u32 = 128 * 1024;

/// How long copies that are cut off have to be recorded.
const RECORD_PATIENCE: Duration = Duration::from_secs(5);

/// The copies of all requests.
#[derive(Debug)]
pub struct Shadows {
    places: Arc<Semaphore>,
    kib: Arc<Semaphore>,
    cut_off: CancellationToken,
}

/// The copy of one request.
#[derive(Debug)]
pub(super) struct Shadow {
    /// Where it goes.
    pub(super) target: ModelId,
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    made: JoinHandle<Report>,
    /// Dropped, it breaks the copy off.
    breaks_off: DropGuard,
    _bounds: [OwnedSemaphorePermit; 2],
}

/// What became of a copy.
#[derive(Debug)]
pub(super) enum Copied {
    /// It was sent, or its target's breaker was open.
    Made(Report),
    /// There was no place for it.
    Busy,
}

impl Default for Shadows {
    fn default() -> Self {
        Shadows {
            places: Arc::new(Semaphore::new(MAX_COPIES as usize)),
            kib: Arc::new(Semaphore::new(MAX_KIB as usize)),
            cut_off: CancellationToken::new(),
        }
    }
}

impl Shadows {
    /// Sends a copy of a request on its way, where there is a place for it.
    pub(super) fn begin(&self, call: &Call, target: ModelId) -> Shadow {
        let kib = u32::try_from(call.body.len().div_ceil(1024)).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.places).try_acquire_owned();
        let body = Arc::clone(&self.kib).try_acquire_many_owned(kib);
        let under_way = place.ok().zip(body.ok()).map(|(place, body)| {
            let (call, ended) = (call.clone(), self.cut_off.child_token());
            let breaks_off = ended.clone().drop_guard();
            UnderWay {
                made: tokio::spawn(async move { mirror(&call, target, ended.cancelled()).await }),
                breaks_off,
                _bounds: [place, body],
            }
        });
        Shadow { target, under_way }
    }

    /// Number of copies that are under way or still to be recorded.
    pub fn under_way(&self) -> usize {
        (MAX_COPIES as usize).saturating_sub(self.places.available_permits())
    }

    /// Waits until all copies have ended and are recorded; those that are left when `patience` ends are cut off.
    pub async fn end(&self, patience: impl Future<Output = ()>) {
        let ended = || self.places.acquire_many(MAX_COPIES);
        tokio::select! {
            biased;
            _ = ended() => {}
            () = patience => {
                self.cut_off.cancel();
                let _ = tokio::time::timeout(RECORD_PATIENCE, ended()).await;
            }
        }
    }
}

impl Shadow {
    /// Waits for the end of the copy; one whose client has gone is broken off. `tell` hears what became of it while it still
    /// has its place.
    pub(super) async fn end(self, client_left: bool, tell: impl FnOnce(&Copied)) {
        let Some(under_way) = self.under_way else {
            return tell(&Copied::Busy);
        };
        if client_left {
            drop(under_way.breaks_off);
        } else {
            // Kept: to the copy's own end.
            let _kept = under_way.breaks_off.disarm();
        }
        if let Ok(report) = under_way.made.await {
            tell(&Copied::Made(report));
        }
    }
}
