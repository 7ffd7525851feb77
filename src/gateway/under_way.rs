//! What is under way on a connection, and when one may be left while the process stops. HTTP/2 has the client confirm
//! that a connection ends, and a client that reads only while it waits for an answer does not.

use axum::body::{Body, Bytes};
use axum::response::Response;
use http::Version;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::sleep;

/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// After so many looks in a row that find nothing under way a connection is left: time for a client that reads slowly to
/// take what waits for it.
const QUIET_LOOKS: u32 = 10;

/// The requests of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay(Arc<Requests>);

#[derive(Debug, Default)]
struct Requests {
    /// Whether they are of HTTP/1, where a connection ends with the answer to its last request.
    http1: AtomicBool,
    /// How many of HTTP/2 have no whole answer yet.
    http2: AtomicUsize,
}

/// One request of HTTP/2, until its answer has been taken.
#[derive(Debug)]
pub(super) struct Begun(Arc<Requests>);

impl UnderWay {
    /// Notes a request.
    pub(super) fn begin(&self, version: Version) -> Option<Begun> {
        if version != Version::HTTP_2 {
            self.0.http1.store(true, Ordering::Relaxed);
            return None;
        }
        self.0.http2.fetch_add(1, Ordering::Relaxed);
        Some(Begun(Arc::clone(&self.0)))
    }

    /// Waits until nothing has been under way for a while.
    pub(super) async fn quiet(self) {
        let mut looks = 0;
        while looks < QUIET_LOOKS {
            sleep(LOOK).await;
            let busy = self.0.http1.load(Ordering::Relaxed) || self.0.http2.load(Ordering::Relaxed) > 0;
            looks = if busy { 0 } else { looks + 1 };
        }
    }
}

impl Begun {
    /// The answer, which counts as under way until its body has been taken.
    pub(super) fn until_taken(self, response: Response) -> Response {
        response.map(|body| Body::new(Taken { body, _begun: self }))
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.http2.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that is under way.
struct Taken {
    body: Body,
    _begun: Begun,
}

impl http_body::Body for Taken {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{Instant, timeout};

    /// After how many seconds nothing has been under way for a while; `None` where that is not within a minute.
    async fn quiet_after(under_way: &UnderWay) -> Option<u64> {
        let begun = Instant::now();
        let quiet = timeout(Duration::from_secs(60), under_way.clone().quiet()).await;
        quiet.ok().map(|()| begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_left_when_nothing_is_under_way_any_more() {
        let under_way = UnderWay::default();
        assert_eq!(quiet_after(&under_way).await, Some(10));
        let answer = |text: &'static str| Response::new(Body::from(text));
        let waiting = under_way.begin(Version::HTTP_2);
        assert_eq!(quiet_after(&under_way).await, None, "no answer yet");
        let answered = waiting.unwrap().until_taken(answer("hi"));
        assert_eq!(quiet_after(&under_way).await, None, "nobody has taken the answer");
        let body = axum::body::to_bytes(answered.into_body(), 10).await.unwrap();
        assert_eq!(body, "hi");
        assert_eq!(quiet_after(&under_way).await, Some(10));
        drop(
            under_way
                .begin(Version::HTTP_2)
                .unwrap()
                .until_taken(answer("left")),
        );
        assert_eq!(quiet_after(&under_way).await, Some(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_of_http_1_ends_by_itself() {
        let under_way = UnderWay::default();
        assert!(under_way.begin(Version::HTTP_11).is_none());
        assert_eq!(quiet_after(&under_way).await, None);
    }
}
