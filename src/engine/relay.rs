//! Streams: held until the commit, then passed on event by event in their original bytes.

use super::answer::BrokenAnswer;
use super::attempt::Attempting;
use super::client::{Client, Gone};
use super::failure::{ErrorAnswer, Failure, shown, terminal_event};
use super::headers::is_encoded;
use super::journal::Lane;
use super::report::Outcome;
use super::stream::{Meaning, StreamState};
use crate::model::{Commit, FailureClass};
use crate::provider::{ByteStream, CutError, UpstreamResponse};
use crate::wire::errors::is_error_event;
use crate::wire::events::{Event, EventReader};
use crate::wire::exchange::Exchange;
use crate::wire::openai::{ErrorFields, class_of_error};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use http::{HeaderMap, StatusCode};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// When every choice has ended, `[DONE]` and token counts may still follow, but not for long.
const AFTER_FINISH: Duration = Duration::from_secs(1);

/// What ended a wait.
enum Wake {
    Piece(Bytes),
    /// The body's regular end.
    End,
    Cut(CutError),
    /// It is time to commit.
    Commit,
    /// Every choice has ended, and nothing follows.
    Quiet,
    Late(FailureClass),
}

/// How a stream broke.
struct Break {
    class: FailureClass,
    reason: String,
    /// The provider's own event of the error.
    told: Option<Box<(Event, ErrorFields)>>,
}

impl Break {
    fn new(class: FailureClass, reason: impl Into<String>) -> Self {
        Break {
            class,
            reason: reason.into(),
            told: None,
        }
    }
}

/// What follows from a piece of the stream.
enum Flow {
    Goes,
    Over,
    Gone,
}

/// A stream on its way.
struct Relay<'r, 'a> {
    attempting: &'r Attempting<'a>,
    client: &'r mut Client,
    lane: Lane<'r>,
    status: StatusCode,
    headers: HeaderMap,
    /// Whether the bytes are encoded, so that nothing can be read of them.
    opaque: bool,
    reader: EventReader,
    state: StreamState,
    exchange: Exchange,
    /// Bytes for the client: all of them before the commit, those of the newest piece after it.
    out: Vec<u8>,
    last_piece: Option<Instant>,
    commit_at: Option<Instant>,
}

/// Relays a stream; counts that stand alone are kept from the client where `hides_usage`. A failure is one that nothing of has reached the client.
pub(super) async fn relay(
    attempting: &Attempting<'_>,
    exchange: Exchange,
    response: UpstreamResponse,
    hides_usage: bool,
    client: &mut Client,
    lane: Lane<'_>,
) -> Result<Outcome, Failure> {
    let call = attempting.call;
    let mut relay = Relay {
        attempting,
        client,
        lane,
        status: response.status,
        opaque: is_encoded(&response.headers),
        headers: response.headers,
        reader: EventReader::new(),
        state: StreamState::new(exchange, &call.scanned, &call.body, hides_usage),
        exchange,
        out: Vec::new(),
        last_piece: None,
        commit_at: None,
    };
    relay.run(response.body).await
}

impl Relay<'_, '_> {
    async fn run(&mut self, mut body: ByteStream) -> Result<Outcome, Failure> {
        loop {
            let flow = match self.wait(&mut body).await {
                Wake::Piece(piece) => {
                    let flow = self.piece(&piece).await;
                    // Counted from here, so that a client that takes its time is no silence of the provider.
                    self.last_piece = Some(Instant::now());
                    flow
                }
                Wake::Commit => self.commit_and_send().await,
                Wake::Quiet => Ok(Flow::Over),
                Wake::End => self.end(),
                Wake::Cut(_) if self.state.finished() => Ok(Flow::Over),
                Wake::Cut(cut) => Err(Break::new(FailureClass::Truncated, cut.reason)),
                Wake::Late(class) => Err(Break::new(class, "silence within a stream")),
            };
            match flow {
                Ok(Flow::Goes) => {}
                Ok(Flow::Over) => {
                    // Where the end of the body is there too, its connection can be used again.
                    let _ = body.next().now_or_never();
                    // Ends are in places of their own: while the stream goes on, nobody needs the room for them.
                    return Box::pin(self.complete()).await;
                }
                Ok(Flow::Gone) => return Ok(Outcome::ClientClosed),
                Err(broken) => return Box::pin(self.broken(broken)).await,
            }
        }
    }

    /// Waits for the next piece, for the commit, or for a deadline.
    async fn wait(&self, body: &mut ByteStream) -> Wake {
        let deadline = self.attempting.limits.event(self.last_piece, self.state.content);
        let commit = self.commit_at.filter(|_| !self.client.committed());
        let quiet = self
            .last_piece
            .filter(|_| self.state.finished())
            .map(|last| last + AFTER_FINISH);
        let first = [
            (quiet, Wake::Quiet),
            (commit, Wake::Commit),
            (deadline.at, Wake::Late(deadline.class)),
        ]
        .into_iter()
        .filter_map(|(at, wake)| Some((at?, wake)))
        .min_by_key(|(at, _)| *at);
        let piece = match first {
            Some((at, wake)) => match timeout_at(at, body.next()).await {
                Ok(piece) => piece,
                Err(_) => return wake,
            },
            None => body.next().await,
        };
        match piece {
            Some(Ok(piece)) => Wake::Piece(piece),
            Some(Err(cut)) => Wake::Cut(cut),
            None => Wake::End,
        }
    }

    async fn piece(&mut self, piece: &[u8]) -> Result<Flow, Break> {
        if self.opaque {
            self.out.extend_from_slice(piece);
            self.state.content = true;
            self.note_content();
        } else {
            let mut events = Vec::new();
            let read = self.reader.push(piece, &mut events);
            for event in events {
                self.event(event)?;
                if self.state.done() {
                    // The line feed may still be on its way.
                    if self.out.ends_with(b"\r\n\r") {
                        self.out.push(b'\n');
                    }
                    return Ok(Flow::Over);
                }
            }
            read.map_err(|long| Break::new(FailureClass::Truncated, long.to_string()))?;
        }
        self.send_if_due().await
    }

    /// Takes in one event, before or after the commit.
    fn event(&mut self, event: Event) -> Result<(), Break> {
        match self.state.read(&event, &mut self.out) {
            Meaning::Pass => {
                if self.state.content {
                    self.note_content();
                }
                Ok(())
            }
            Meaning::NotJson if self.client.committed() => {
                let comment = self.state.leave_out();
                self.out.extend_from_slice(comment);
                Ok(())
            }
            Meaning::NotJson => Err(Break::new(
                FailureClass::Truncated,
                "an event of the stream is not JSON",
            )),
            Meaning::Error(error) => Err(Break {
                class: class_of_error(&error),
                reason: format!("an error in the stream, {}", shown(&error)),
                told: Some(Box::new((event, error))),
            }),
        }
    }

    /// Notes the first content: its time, and when it may reach the client.
    fn note_content(&mut self) {
        if self.lane.has_first_token() {
            return;
        }
        let now = Instant::now();
        self.commit_at = match self.attempting.commit {
            Commit::FirstContent => Some(now),
            Commit::After(wait) => now.checked_add(wait),
            Commit::Complete => None,
        };
        let took = self.lane.first_token();
        self.client.claim();
        self.attempting.permit.content();
        if let (Some(state), Some(took)) = (self.attempting.state(), took) {
            state.observe_first_content(took, now);
        }
    }

    /// Sends what is there, where the commit is past or due.
    async fn send_if_due(&mut self) -> Result<Flow, Break> {
        if self.client.committed() {
            return self.send().await;
        }
        let due = self.commit_at.is_some_and(|at| at <= Instant::now());
        if self.out.len() > self.attempting.hold {
            self.lane.hold_exceeded();
        } else if !due {
            return Ok(Flow::Goes);
        }
        self.commit_and_send().await
    }

    async fn commit_and_send(&mut self) -> Result<Flow, Break> {
        let head = self.attempting.head(self.status, &self.headers, true, self.lane);
        if self.client.commit(head) == Err(Gone) {
            return Ok(Flow::Gone);
        }
        self.lane.committed(Some(self.attempting.target));
        // Nobody asks for them any more, and they hold the buffer that they were read into.
        self.headers = HeaderMap::new();
        self.send().await
    }

    async fn send(&mut self) -> Result<Flow, Break> {
        let piece = Bytes::from(std::mem::take(&mut self.out));
        match self
            .attempting
            .limits
            .total()
            .bound(self.client.send(piece))
            .await
        {
            Ok(Ok(())) => Ok(Flow::Goes),
            Ok(Err(Gone)) => Ok(Flow::Gone),
            Err(late) => Err(Break::new(late, "the client took too long")),
        }
    }

    /// The body has ended: good where the stream has said so, or has ended every choice.
    fn end(&mut self) -> Result<Flow, Break> {
        if self.opaque {
            return Ok(Flow::Over);
        }
        if let Some(mut event) = std::mem::take(&mut self.reader).finish() {
            event.bytes.extend_from_slice(b"\n\n");
            if StreamState::is_readable(&event) {
                self.event(event)?;
            }
        }
        if self.state.done() || self.state.finished() {
            return Ok(Flow::Over);
        }
        Err(Break::new(
            FailureClass::Truncated,
            "the stream ended without an end",
        ))
    }

    /// The stream is over; where nothing of it has reached the client, it must have had content.
    async fn complete(&mut self) -> Result<Outcome, Failure> {
        self.state.finish(&mut self.out);
        if !self.client.committed() && !self.state.content {
            return Err(self.empty());
        }
        self.lane.usage(self.state.usage);
        let sent = if self.client.committed() {
            self.send().await
        } else {
            self.commit_and_send().await
        };
        match sent {
            Ok(Flow::Gone) => Ok(Outcome::ClientClosed),
            Ok(_) => {
                self.lane.end(None);
                Ok(if self.state.damaged {
                    Outcome::Damaged
                } else {
                    Outcome::Ok
                })
            }
            Err(broken) => self.broken(broken).await,
        }
    }

    /// Whether the provider's own event of an error is one that the client understands and may see.
    fn may_be_shown(&self, class: FailureClass, event: &Event) -> bool {
        let secret = matches!(class, FailureClass::Auth | FailureClass::Quota);
        let form = self.exchange.client.error_form();
        !secret && !self.exchange.translates() && is_error_event(event, form)
    }

    fn empty(&mut self) -> Failure {
        let (class, reason) = if self.state.filtered {
            (FailureClass::ContentFilter, "ended by the provider's filter")
        } else {
            (FailureClass::Empty, "a stream without content")
        };
        Failure {
            answer: Some(Box::new(ErrorAnswer {
                status: self.status,
                headers: std::mem::take(&mut self.headers),
                body: Bytes::from(std::mem::take(&mut self.out)),
                is_stream: true,
            })),
            ..Failure::new(class, reason)
        }
    }

    /// A broken stream is rescued before the commit, and shown as broken after it.
    async fn broken(&mut self, broken: Break) -> Result<Outcome, Failure> {
        if !self.client.committed() {
            return Err(match broken.told {
                Some(told) => {
                    let (event, error) = *told;
                    let body = self.attempting.without_key(event.data.unwrap_or_default().into());
                    Failure::disguised(self.exchange, broken.class, &error, &self.headers, body)
                }
                None => Failure::new(broken.class, broken.reason),
            });
        }
        self.lane.usage(self.state.usage);
        // What came before the break goes first; where the client takes nothing any more, there is only the end left.
        if let Ok(Flow::Gone) = self.send().await {
            return Ok(Outcome::ClientClosed);
        }
        let form = self.exchange.client.error_form();
        self.client.send_last(match broken.told {
            Some(told) if self.may_be_shown(broken.class, &told.0) => {
                Ok(self.attempting.without_key(told.0.bytes.into()))
            }
            // Within encoded bytes no event can be written.
            _ if self.opaque => Err(BrokenAnswer),
            _ => Ok(terminal_event(broken.class, form)),
        });
        self.lane.end(Some((broken.class, broken.reason)));
        Ok(Outcome::Truncated)
    }
}
