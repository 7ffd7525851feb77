//! What was said in a request, on its way into its record: held beside the answer as it goes out, and without what its
//! route leaves out before anything of it waits for the writer.

use super::state::Gateway;
use crate::decide::Decision;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::Watch;
use crate::model::{Policy, Redaction, RouteId};
use crate::record::{LOOKAHEAD, RecordedContent, Redactor};
use crate::wire::endpoint::Endpoint;
use crate::wire::said::{self, Transcript};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Most KiB of texts of requests that have ended and whose records are still to be written, all together. What finds no
/// room is left out of its record, and counted.
const MAX_KIB: u32 = 64 * 1024;

/// The texts that wait for their records to be written, of all requests.
#[derive(Debug)]
pub struct Contents {
    kib: Arc<Semaphore>,
    held: AtomicU64,
    lost: AtomicU64,
}

impl Default for Contents {
    fn default() -> Self {
        Contents {
            kib: Arc::new(Semaphore::new(MAX_KIB as usize)),
            held: AtomicU64::new(0),
            lost: AtomicU64::new(0),
        }
    }
}

impl Contents {
    /// Requests whose texts are in their records, and those whose texts were left out for want of room.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.held.load(Ordering::Relaxed),
            self.lost.load(Ordering::Relaxed),
        )
    }

    fn room(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let kib = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.kib).try_acquire_many_owned(kib).ok();
        let count = if room.is_some() { &self.held } else { &self.lost };
        count.fetch_add(1, Ordering::Relaxed);
        room
    }
}

/// What the records of each route leave out; `None` for routes that record nothing that was said. Routes that leave out the
/// same share what finds it.
pub(super) fn redactors(policy: &Policy, errors: &mut Vec<Diagnostic>) -> Vec<Option<Arc<Redactor>>> {
    let mut known: BTreeMap<&[Redaction], Arc<Redactor>> = BTreeMap::new();
    let routes = (0..).zip(&policy.routes).map(|(index, route)| {
        let content = policy.routing(RouteId(index))?.content.as_ref()?;
        if let Some(redactor) = known.get(content.redact.as_slice()) {
            return Some(Arc::clone(redactor));
        }
        match Redactor::new(content) {
            Ok(redactor) => {
                let redactor = Arc::new(redactor);
                known.insert(&content.redact, Arc::clone(&redactor));
                Some(redactor)
            }
            Err(error) => {
                let message = format!(
                    "what the route `{}` leaves out cannot be found: {error}",
                    route.name
                );
                errors.push(Diagnostic::error(Code::BAD_PATTERN, message).at(route.span, "the route"));
                None
            }
        }
    });
    routes.collect()
}

/// What is said in a request under way.
#[derive(Debug)]
pub(super) struct Saying {
    body: Bytes,
    most: usize,
    redactor: Arc<Redactor>,
    watch: Watch,
}

impl Saying {
    /// Of a request whose records are written, and are to hold what was said.
    pub(super) fn of(
        gateway: &Gateway,
        (policy, redactors): (&Policy, &[Option<Arc<Redactor>>]),
        decision: &Decision,
        (endpoint, body): (Endpoint, &Bytes),
    ) -> Option<Box<Self>> {
        let route = decision.route.filter(|_| gateway.records.is_some())?;
        let redactor = redactors.get(route.0 as usize)?.as_ref()?;
        let most = policy.content(route, &decision.guards)?.most;
        Some(Box::new(Saying {
            body: body.clone(),
            most,
            redactor: Arc::clone(redactor),
            watch: Watch::new(Transcript::new(endpoint, most)),
        }))
    }

    /// Who watches the answer.
    pub(super) fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// What was said, now that the request has ended.
    pub(super) fn end(self, contents: &Contents) -> Said {
        let transcript = self.watch.end();
        let start = self.body.len().min(self.most.saturating_add(LOOKAHEAD));
        let texts = contents.room(start + transcript.held()).map(|room| Texts {
            // In memory of its own: the body may be long.
            start: Bytes::copy_from_slice(self.body.get(..start).unwrap_or_default()),
            bytes: self.body.len() as u64,
            most: self.most,
            transcript,
            redactor: self.redactor,
            room,
        });
        Said(texts.map(Box::new))
    }
}

/// What was said in a request that has ended, as it was; nothing where there was no room for it.
pub(super) struct Said(Option<Box<Texts>>);

struct Texts {
    start: Bytes,
    bytes: u64,
    most: usize,
    transcript: Transcript,
    redactor: Arc<Redactor>,
    room: OwnedSemaphorePermit,
}

/// What was said, without what is left out. It has its room until it is written.
pub(super) struct Recorded {
    content: RecordedContent,
    _room: Option<OwnedSemaphorePermit>,
}

impl Said {
    /// Leaves out what is to be left out, on a thread where no request has to wait for that.
    pub(super) async fn redacted(self) -> Recorded {
        let lost = Recorded {
            content: RecordedContent::Lost,
            _room: None,
        };
        match self.0 {
            Some(texts) => tokio::task::spawn_blocking(|| texts.redacted())
                .await
                .unwrap_or(lost),
            None => lost,
        }
    }
}

impl Texts {
    fn redacted(self) -> Recorded {
        let request = said::body(&self.start, self.bytes, self.most, &self.redactor);
        let answer = self.transcript.recorded(&self.redactor);
        Recorded {
            content: RecordedContent::Said { request, answer },
            _room: Some(self.room),
        }
    }
}

impl Recorded {
    /// A record's line with what was said.
    pub(super) fn within(&self, mut line: String) -> String {
        self.content.add_to(&mut line);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Content;

    /// What is recorded of a request beside so many KiB of room.
    async fn recorded(contents: &Contents) -> (String, Recorded) {
        let content = Content {
            most: 2_000,
            redact: Vec::new(),
        };
        let saying = Saying {
            body: Bytes::from_static(b"{}"),
            most: 2_000,
            redactor: Arc::new(Redactor::new(&content).unwrap()),
            watch: Watch::new(Transcript::new(Endpoint::Chat, 2_000)),
        };
        let recorded = saying.end(contents).redacted().await;
        (recorded.within(r#"{"v":1}"#.to_owned()), recorded)
    }

    #[tokio::test]
    async fn what_finds_no_room_is_lost_and_counted_until_there_is_some() {
        let contents = Contents {
            kib: Arc::new(Semaphore::new(1)),
            ..Contents::default()
        };
        let (first, kept) = recorded(&contents).await;
        assert_eq!(first, r#"{"v":1,"content":{"request":{"text":"{}","bytes":2}}}"#);
        let (second, _) = recorded(&contents).await;
        assert_eq!(second, r#"{"v":1,"content":{"lost":true}}"#);
        drop(kept);
        assert_eq!(recorded(&contents).await.0, first);
        assert_eq!(contents.counts(), (2, 1));
    }
}
