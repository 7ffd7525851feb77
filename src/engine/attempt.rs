//! One attempt at one target.

use super::backoff::retry_after;
use super::call::Call;
use super::client::{Client, Head};
use super::failure::{ErrorAnswer, Failure, in_clients_form, shown};
use super::headers::{downstream, is_encoded, upstream_id};
use super::journal::Journal;
use super::limits::Limits;
use super::relay;
use super::report::Outcome;
use super::whole;
use crate::model::{Commit, FailureClass, Model, ModelId};
use crate::provider::{Backend, ByteStream, UpstreamRequest, UpstreamResponse};
use crate::targets::{Permit, TargetState};
use crate::wire::exchange::Exchange;
use crate::wire::openai::{ErrorFields, class_of_status};
use crate::wire::splice::upstream_body;
use crate::wire::translate;
use bytes::Bytes;
use futures_util::StreamExt;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout};

/// Most bytes of an error's body that are read; a longer one is not passed on.
const MAX_ERROR_BYTES: usize = 256 * 1024;

/// Longest wait for the body of an error: the status says enough.
const ERROR_BODY_WAIT: Duration = Duration::from_secs(5);

/// What an attempt is made with.
pub(super) struct Attempting<'a> {
    pub(super) call: &'a Call,
    pub(super) target: ModelId,
    pub(super) limits: Limits,
    /// What the target's circuit breaker is told of it through.
    pub(super) permit: Permit,
    pub(super) commit: Commit,
    /// Most bytes held back.
    pub(super) hold: usize,
    /// What chance in the backend is drawn from.
    pub(super) seed: u64,
}

impl Attempting<'_> {
    /// The live state of the target.
    pub(super) fn state(&self) -> Option<&Arc<TargetState>> {
        self.call.targets.state(self.target)
    }

    /// Tells the target's breaker how an attempt ended that nothing can rescue any more. A client that has left says
    /// nothing of the target; nor does the end of the request's time within an answer, which the client's own pace may
    /// have used up.
    pub(super) fn tell_breaker(&self, outcome: Outcome, journal: &Journal) {
        let failed = match outcome {
            Outcome::Ok | Outcome::Damaged => None,
            Outcome::ClientClosed => return,
            Outcome::Truncated | Outcome::Failed => journal.last_class(),
        };
        if failed != Some(FailureClass::TimeoutTotal) {
            self.permit.end(failed, Instant::now());
        }
    }

    /// The head of an answer that is passed on.
    pub(super) fn head(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        is_stream: bool,
        journal: &Journal,
    ) -> Head {
        Head {
            status,
            headers: downstream(headers),
            body: None,
            is_stream,
            target: Some(self.target),
            attempts: journal.attempts(),
            failures: journal.failures(),
            upstream_id: upstream_id(headers),
        }
    }

    /// Makes the attempt. A failure is one that nothing of has reached the client.
    pub(super) async fn make(&self, client: &mut Client, journal: &mut Journal) -> Result<Outcome, Failure> {
        let started = Instant::now();
        journal.begin(self.target, started);
        let _in_flight = self.state().map(|state| state.begin());
        let exchange = self.exchange()?;
        let response = self.response(exchange).await?;
        journal.status(response.status.as_u16());
        if !response.status.is_success() {
            return Err(self.refused(exchange, response).await);
        }
        if exchange.translates() && is_encoded(&response.headers) {
            let reason = "an encoded answer, which cannot be translated";
            return Err(Failure::new(FailureClass::Server, reason));
        }
        if is_event_stream(&response.headers, self.call.scanned.stream) {
            relay::relay(self, exchange, response, client, journal).await
        } else {
            whole::whole(self, exchange, response, client, journal, started).await
        }
    }

    /// The endpoint that was called, and the one that the target's provider has for it.
    fn exchange(&self) -> Result<Exchange, Failure> {
        let policy = self.call.tree.policy();
        let model = policy.model(self.target);
        let provider = model.and_then(|model| policy.provider(model.provider));
        provider
            .and_then(|provider| Exchange::new(self.call.scanned.endpoint, &provider.protocol))
            .ok_or_else(|| {
                Failure::new(
                    FailureClass::BadRequest,
                    "its protocol has nothing like this endpoint",
                )
            })
    }

    async fn response(&self, exchange: Exchange) -> Result<UpstreamResponse, Failure> {
        let policy = self.call.tree.policy();
        let model = policy.model(self.target);
        let backend = model.and_then(|model| self.backend(model));
        let (Some(model), Some(backend)) = (model, backend) else {
            return Err(Failure::new(
                FailureClass::Connect,
                "the target has no provider that can be called",
            ));
        };
        match self
            .limits
            .headers()
            .bound(backend.call(self.request(exchange, model)?))
            .await
        {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Failure::new(FailureClass::Connect, error.reason)),
            Err(late) => Err(Failure::new(late, "no headers in time")),
        }
    }

    /// An answer without success: its body is read as far as it comes soon, and tells the class.
    async fn refused(&self, exchange: Exchange, response: UpstreamResponse) -> Failure {
        let status = response.status;
        let body = timeout(ERROR_BODY_WAIT, error_body(response.body)).await;
        let body = body.ok().flatten().map(|body| self.without_key(body));
        let error = body
            .as_ref()
            .map_or_else(ErrorFields::default, |body| ErrorFields::read(body));
        // A redirect is an error of the provider's URL; it is not passed on as one.
        let is_error = status.is_client_error() || status.is_server_error();
        Failure {
            class: class_of_status(status.as_u16(), &error),
            reason: format!("status {}, {}", status.as_u16(), shown(&error)),
            retry_after: retry_after(status, &response.headers, SystemTime::now()),
            answer: body.filter(|_| is_error).map(|body| {
                Box::new(ErrorAnswer {
                    status,
                    headers: with_type(exchange, response.headers),
                    body: in_clients_form(exchange, &error, status, body),
                    is_stream: false,
                })
            }),
        }
    }

    fn backend(&self, model: &Model) -> Option<&Arc<dyn Backend>> {
        self.call.upstreams.get(model.provider)
    }

    /// The text of an error without the provider's key.
    pub(super) fn without_key(&self, text: Bytes) -> Bytes {
        let model = self.call.tree.policy().model(self.target);
        match model.and_then(|model| self.backend(model)) {
            Some(backend) => backend.without_key(text),
            None => text,
        }
    }

    fn request(&self, exchange: Exchange, model: &Model) -> Result<UpstreamRequest, Failure> {
        let call = self.call;
        let cap = Some(call.scanned.max_tokens()).filter(|cap| *cap > 0);
        let body = match exchange.translates() {
            true => self.translated(exchange, model)?,
            false => match upstream_body(&call.body, &call.scanned, &model.upstream_name, call.max_tokens) {
                Cow::Borrowed(_) => call.body.clone(),
                Cow::Owned(body) => Bytes::from(body),
            },
        };
        Ok(UpstreamRequest {
            endpoint: exchange.upstream,
            model: model.upstream_name.clone(),
            body,
            headers: call.headers.clone(),
            stream: call.scanned.stream,
            tokens: call.scanned.tokens(),
            max_tokens: cap.into_iter().chain(call.max_tokens).min(),
            seed: self.seed,
            connect_timeout: self.limits.connect,
        })
    }

    fn translated(&self, exchange: Exchange, model: &Model) -> Result<Bytes, Failure> {
        let target = translate::Target {
            model: &model.upstream_name,
            max_output: model.max_output,
            max_tokens: self.call.max_tokens.and_then(|most| u64::try_from(most).ok()),
        };
        translate::request(exchange, &self.call.body, target)
            .map(Bytes::from)
            .ok_or_else(|| Failure::new(FailureClass::BadRequest, "the request cannot be translated"))
    }
}

/// The headers of an error, with the type of its body where that was translated.
fn with_type(exchange: Exchange, mut headers: HeaderMap) -> HeaderMap {
    if exchange.translates() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers
}

/// The whole body; `None` where it breaks or is too long.
async fn error_body(mut body: ByteStream) -> Option<Bytes> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        bytes.extend_from_slice(&piece.ok()?);
        if bytes.len() > MAX_ERROR_BYTES {
            return None;
        }
    }
    Some(Bytes::from(bytes))
}

/// Whether the body is a stream of events; without a type, what was asked for.
fn is_event_stream(headers: &HeaderMap, asked_for_stream: bool) -> bool {
    match headers.get(CONTENT_TYPE) {
        Some(content_type) => content_type
            .as_bytes()
            .to_ascii_lowercase()
            .starts_with(b"text/event-stream"),
        None => asked_for_stream,
    }
}
