//! A provider that does what a test says.

use crate::provider::{Backend, CallError, CallFuture, CutError, UpstreamRequest, UpstreamResponse};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What one call does.
#[derive(Clone, Debug)]
pub(super) enum Play {
    /// There is no connection.
    Refuse,
    /// No headers, ever.
    Silent,
    /// Headers after a while, then a body.
    Answer(Duration, u16, Vec<(&'static str, String)>, Vec<Step>),
}

/// One step of a body.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Bytes(Bytes),
    Wait(Duration),
    Cut,
    Hang,
}

/// A provider that plays one play a call; a call too many is a failed test.
#[derive(Default)]
pub(super) struct Fake {
    plays: Mutex<VecDeque<Play>>,
    pub(super) calls: Mutex<Vec<UpstreamRequest>>,
    pub(super) live: Arc<AtomicUsize>,
}

/// Counts calls that are under way.
struct Live(Arc<AtomicUsize>);

impl Drop for Live {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fake {
    pub(super) fn new(plays: Vec<Play>) -> Self {
        Fake {
            plays: Mutex::new(plays.into()),
            ..Fake::default()
        }
    }

    pub(super) fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }
}

impl Backend for Fake {
    fn call(&self, request: UpstreamRequest) -> CallFuture {
        self.calls.lock().unwrap().push(request);
        let play = self
            .plays
            .lock()
            .unwrap()
            .pop_front()
            .expect("no call more than the plays");
        self.live.fetch_add(1, Ordering::SeqCst);
        perform(play, Live(Arc::clone(&self.live))).boxed()
    }
}

async fn perform(play: Play, live: Live) -> Result<UpstreamResponse, CallError> {
    let (after, status, headers, steps) = match play {
        Play::Refuse => {
            return Err(CallError {
                reason: "refused".to_owned(),
            });
        }
        Play::Silent => return std::future::pending().await,
        Play::Answer(after, status, headers, steps) => (after, status, headers, steps),
    };
    if !after.is_zero() {
        tokio::time::sleep(after).await;
    }
    let headers: HeaderMap = headers
        .into_iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::try_from(value).unwrap(),
            )
        })
        .collect();
    let body = stream::iter(steps).filter_map(move |step| {
        let _ = &live;
        async move {
            match step {
                Step::Bytes(bytes) => Some(Ok(bytes)),
                Step::Cut => Some(Err(CutError {
                    reason: "reset".to_owned(),
                })),
                Step::Hang => std::future::pending().await,
                Step::Wait(time) => {
                    tokio::time::sleep(time).await;
                    None
                }
            }
        }
    });
    Ok(UpstreamResponse {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: body.boxed(),
    })
}

/// Bytes of a body.
pub(super) fn bytes(text: impl Into<Bytes>) -> Step {
    Step::Bytes(text.into())
}

/// A wait of milliseconds.
pub(super) fn wait(milliseconds: u64) -> Step {
    Step::Wait(Duration::from_millis(milliseconds))
}

/// An answer with a JSON body.
pub(super) fn json(status: u16, body: &str) -> Play {
    answer(status, "application/json", vec![bytes(body.to_owned())])
}

/// An answer whose headers come at once.
pub(super) fn answer(status: u16, content_type: &str, steps: Vec<Step>) -> Play {
    let headers = vec![("content-type", content_type.to_owned())];
    Play::Answer(Duration::ZERO, status, headers, steps)
}

/// A stream of status 200.
pub(super) fn events(steps: Vec<Step>) -> Play {
    answer(200, "text/event-stream", steps)
}

/// A play with one more header.
pub(super) fn with(play: Play, name: &'static str, value: &str) -> Play {
    match play {
        Play::Answer(after, status, mut headers, steps) => {
            headers.push((name, value.to_owned()));
            Play::Answer(after, status, headers, steps)
        }
        other => other,
    }
}

/// The chunk that says who speaks.
pub(super) fn role() -> Step {
    bytes("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n")
}

/// A chunk with text.
pub(super) fn text(text: &str) -> Step {
    bytes(format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n"
    ))
}

/// The chunk that ends the choice.
pub(super) fn finish() -> Step {
    bytes("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n")
}

/// The end of a stream.
pub(super) fn done() -> Step {
    bytes("data: [DONE]\n\n")
}

/// A good stream that says this.
pub(super) fn good_stream(says: &str) -> Play {
    events(vec![role(), text(says), finish(), done()])
}

/// A good whole answer that says this.
pub(super) fn good_answer(says: &str) -> Play {
    json(
        200,
        &format!(
            "{{\"choices\":[{{\"message\":{{\"content\":\"{says}\"}},\"finish_reason\":\"stop\"}}],\
             \"usage\":{{\"prompt_tokens\":7,\"completion_tokens\":2}}}}"
        ),
    )
}
