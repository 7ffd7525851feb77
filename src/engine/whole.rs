//! Whole answers: held until they are complete, unless they are longer than what may be held.

use super::answer::{AnswerBody, BrokenAnswer};
use super::attempt::Attempting;
use super::client::{Client, Gone};
use super::clock;
use super::failure::{ErrorAnswer, Failure};
use super::headers::is_encoded;
use super::journal::Lane;
use super::report::Outcome;
use crate::model::FailureClass;
use crate::provider::{ByteStream, UpstreamResponse};
use crate::wire::answer::{Whole, WholeAnswer, read_answer};
use crate::wire::exchange::Exchange;
use crate::wire::openai::{Usage, class_of_error};
use crate::wire::translate;
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

/// A body as far as it was read.
enum Read {
    /// To its end.
    Complete(Vec<u8>),
    /// As much as may be held, and more is to come.
    Full(Vec<u8>),
}

/// Reads a whole answer and passes it on where it is good.
pub(super) async fn whole(
    attempting: &Attempting<'_>,
    exchange: Exchange,
    response: UpstreamResponse,
    client: &mut Client,
    lane: Lane<'_>,
    started: Instant,
) -> Result<Outcome, Failure> {
    let UpstreamResponse {
        status,
        headers,
        mut body,
    } = response;
    let bytes = match read(attempting, &mut body).await? {
        Read::Complete(bytes) => Bytes::from(bytes),
        Read::Full(_) if exchange.translates() => {
            return Err(Failure::new(
                FailureClass::Server,
                "an answer too long to be translated",
            ));
        }
        Read::Full(bytes) => {
            lane.hold_exceeded();
            lane.committed(Some(attempting.target));
            let head = attempting.head(status, &headers, false, lane);
            let passed = match client.commit(head) {
                Ok(()) => Box::pin(pass_on(attempting, Bytes::from(bytes), body, client)).await,
                Err(Gone) => Ok(Outcome::ClientClosed),
            };
            return Ok(passed.unwrap_or_else(|failure| break_off(failure, client, lane)));
        }
    };
    let answer = judge(attempting, exchange, status, &headers, &bytes)?;
    let bytes = in_clients_form(attempting, exchange, bytes, answer.usage)?;
    if let Some(state) = attempting.state() {
        let now = Instant::now();
        state.observe_first_content(now.saturating_duration_since(started), now);
    }
    lane.usage(answer.usage);
    let mut head = attempting.head(status, &headers, false, lane);
    head.body = Some(AnswerBody::whole(bytes));
    if client.commit(head) == Err(Gone) {
        return Ok(Outcome::ClientClosed);
    }
    lane.committed(Some(attempting.target));
    lane.end(None);
    Ok(Outcome::Ok)
}

async fn read(attempting: &Attempting<'_>, body: &mut ByteStream) -> Result<Read, Failure> {
    let mut bytes = Vec::new();
    loop {
        match next(attempting, body).await? {
            Some(piece) => bytes.extend_from_slice(&piece),
            None => return Ok(Read::Complete(bytes)),
        }
        if bytes.len() > attempting.hold {
            return Ok(Read::Full(bytes));
        }
    }
}

async fn next(attempting: &Attempting<'_>, body: &mut ByteStream) -> Result<Option<Bytes>, Failure> {
    let deadline = attempting.limits.piece(Instant::now());
    match deadline.bound(body.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(Some(Err(cut))) => Err(Failure::new(FailureClass::Truncated, cut.reason)),
        Err(late) => Err(Failure::new(late, "silence within a whole answer")),
    }
}

/// Passes on what was held and what is still to come.
async fn pass_on(
    attempting: &Attempting<'_>,
    held: Bytes,
    mut body: ByteStream,
    client: &Client,
) -> Result<Outcome, Failure> {
    let mut piece = held;
    loop {
        match attempting.limits.total().bound(client.send(piece)).await {
            Ok(Ok(())) => {}
            Ok(Err(Gone)) => return Ok(Outcome::ClientClosed),
            Err(late) => return Err(Failure::new(late, "the client took too long")),
        }
        match next(attempting, &mut body).await? {
            Some(next) => piece = next,
            None => return Ok(Outcome::Ok),
        }
    }
}

/// Nothing in a whole answer can say that it broke: the connection does.
fn break_off(failure: Failure, client: &mut Client, lane: Lane<'_>) -> Outcome {
    client.send_last(Err(BrokenAnswer));
    lane.end(Some((failure.class, failure.reason)));
    Outcome::Truncated
}

/// The answer as the client's protocol has it.
fn in_clients_form(
    attempting: &Attempting<'_>,
    exchange: Exchange,
    body: Bytes,
    usage: Option<Usage>,
) -> Result<Bytes, Failure> {
    if !exchange.translates() {
        return Ok(body);
    }
    translate::answer(exchange, &attempting.call.body, &body, usage, clock::seconds())
        .map(Bytes::from)
        .ok_or_else(|| Failure::new(FailureClass::Server, "an answer that cannot be translated"))
}

/// Tells a good answer from those that only have a good status.
fn judge(
    attempting: &Attempting<'_>,
    exchange: Exchange,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<WholeAnswer, Failure> {
    if is_encoded(headers) {
        return Ok(WholeAnswer::default());
    }
    match read_answer(exchange.upstream, body) {
        Whole::Answer(answer) if answer.content => Ok(answer),
        Whole::Answer(answer) => {
            let (class, reason) = if answer.filtered {
                (FailureClass::ContentFilter, "ended by the provider's filter")
            } else {
                (FailureClass::Empty, "an answer without content")
            };
            let body = in_clients_form(attempting, exchange, body.clone(), answer.usage)?;
            Err(Failure {
                answer: Some(Box::new(ErrorAnswer {
                    status,
                    headers: headers.clone(),
                    body,
                    is_stream: false,
                })),
                ..Failure::new(class, reason)
            })
        }
        Whole::Error(error) => Err(Failure::disguised(
            exchange,
            class_of_error(&error),
            &error,
            headers,
            attempting.without_key(body.clone()),
        )),
        Whole::Cut => Err(Failure::new(
            FailureClass::Truncated,
            "JSON that ends before its end",
        )),
        Whole::NotJson => Err(Failure::new(
            FailureClass::Server,
            "a successful answer that is not JSON",
        )),
    }
}
