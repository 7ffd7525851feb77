//! One attempt at one target.

use super::call::Call;
use super::client::{Client, Head};
use super::failure::Failure;
use super::headers::{downstream, is_encoded, upstream_id};
use super::journal::Lane;
use super::limits::Limits;
use super::refused::Refused;
use super::relay;
use super::report::Outcome;
use super::whole;
use crate::model::{Commit, FailureClass, Model, ModelId};
use crate::provider::{Backend, RequestBody, UpstreamRequest, UpstreamResponse};
use crate::targets::{Permit, TargetState};
use crate::wire::endpoint::Endpoint;
use crate::wire::exchange::Exchange;
use crate::wire::request::StreamUsage;
use crate::wire::splice::{Changes, upstream_edits};
use crate::wire::translate;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap};
use std::sync::Arc;
use tokio::time::Instant;

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
    fn tell_breaker(&self, outcome: Outcome, lane: Lane<'_>) {
        let failed = match outcome {
            Outcome::Ok | Outcome::Damaged => None,
            Outcome::ClientClosed => return,
            Outcome::Truncated | Outcome::Failed => lane.last_class(),
        };
        if failed != Some(FailureClass::TimeoutTotal) {
            self.tell(failed);
        }
    }

    /// Tells how the attempt ended: its target's breaker, and those who compare the members of pools.
    fn tell(&self, failed: Option<FailureClass>) {
        if self.is_counted_here() {
            return;
        }
        let now = Instant::now();
        self.permit.end(failed, now);
        let is_unwell = failed.is_some_and(FailureClass::trips_breaker);
        if failed.is_none() || is_unwell {
            self.call.targets.result(self.target, is_unwell, now);
        }
    }

    /// Whether tokens are counted here, so that nobody is asked and nothing is learnt of the target.
    fn is_counted_here(&self) -> bool {
        let policy = self.call.tree.policy();
        let provider = || policy.provider(policy.model(self.target)?.provider);
        self.call.scanned.endpoint == Endpoint::CountTokens
            && provider().is_some_and(|provider| !provider.protocol.counts_tokens())
    }

    /// The head of an answer that is passed on.
    pub(super) fn head(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        is_stream: bool,
        lane: Lane<'_>,
    ) -> Head {
        Head {
            status,
            headers: downstream(headers),
            body: None,
            is_stream,
            target: Some(self.target),
            attempts: lane.journal().attempts(),
            failures: lane.journal().failures(),
            upstream_id: upstream_id(headers),
        }
    }

    /// Makes the attempt and tells the target's breaker of its end.
    pub(super) async fn finish(&self, client: &mut Client, lane: Lane<'_>) -> Result<Outcome, Failure> {
        let made = self.make(client, lane).await;
        match &made {
            Ok(outcome) => self.tell_breaker(*outcome, lane),
            Err(failure) => {
                self.tell(Some(failure.class));
                lane.end(Some((failure.class, failure.reason.clone())));
            }
        }
        made
    }

    /// Makes the attempt. A failure is one that nothing of has reached the client.
    async fn make(&self, client: &mut Client, lane: Lane<'_>) -> Result<Outcome, Failure> {
        let started = Instant::now();
        lane.begin(self.target, started);
        let _in_flight = self.state().map(|state| state.begin());
        let exchange = self.exchange()?;
        let (response, asked_usage) = self.accepted(exchange, lane).await?;
        if exchange.translates() && is_encoded(&response.headers) {
            let reason = "an encoded answer, which cannot be translated";
            return Err(Failure::new(FailureClass::Server, reason));
        }
        if is_event_stream(&response.headers, self.call.scanned.stream) {
            let hides_usage = asked_usage && self.call.scanned.stream_usage != StreamUsage::Settled;
            // In a place of its own: an answer that comes whole needs much less room.
            Box::pin(relay::relay(self, exchange, response, hides_usage, client, lane)).await
        } else {
            whole::whole(self, exchange, response, client, lane, started).await
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

    /// A successful answer, and whether the counts at its end were asked for. A server that refuses to be asked for them
    /// is called again without, and is not asked any more.
    async fn accepted(
        &self,
        exchange: Exchange,
        lane: Lane<'_>,
    ) -> Result<(UpstreamResponse, bool), Failure> {
        let mut asks_usage = self.asks_usage(exchange);
        loop {
            let response = self.response(exchange, asks_usage).await?;
            lane.status(response.status.as_u16());
            if response.status.is_success() {
                return Ok((response, asks_usage));
            }
            let refused = Refused::read(response, |body| self.without_key(body)).await;
            if !asks_usage || !refused.names_stream_options() {
                return Err(refused.failure(exchange));
            }
            asks_usage = false;
            if let Some(state) = self.state() {
                state.refuse_stream_usage();
            }
        }
    }

    /// Whether the counts at the end of a stream are asked for, which chat completions do not tell unasked. What they are
    /// translated to has them always.
    fn asks_usage(&self, exchange: Exchange) -> bool {
        let call = self.call;
        let wanted = call.accounts && call.scanned.stream_usage != StreamUsage::Settled;
        call.scanned.stream
            && exchange.upstream == Endpoint::Chat
            && (wanted || exchange.translates())
            && self.state().is_none_or(|state| state.takes_stream_usage())
    }

    async fn response(&self, exchange: Exchange, asks_usage: bool) -> Result<UpstreamResponse, Failure> {
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
            .bound(backend.call(self.request(exchange, model, asks_usage)?))
            .await
        {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(Failure::new(FailureClass::Connect, error.reason)),
            Err(late) => Err(Failure::new(late, "no headers in time")),
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

    fn request(
        &self,
        exchange: Exchange,
        model: &Model,
        asks_usage: bool,
    ) -> Result<UpstreamRequest, Failure> {
        let call = self.call;
        let cap = Some(call.scanned.max_tokens()).filter(|cap| *cap > 0);
        let body = match exchange.translates() {
            true => self.translated(exchange, model, asks_usage)?,
            false => self.spliced(model, asks_usage),
        };
        Ok(UpstreamRequest {
            endpoint: exchange.upstream,
            model: model.upstream_name.clone(),
            body,
            headers: Arc::clone(&call.headers),
            stream: call.scanned.stream,
            tokens: call.scanned.tokens(),
            max_tokens: cap.into_iter().chain(call.max_tokens).min(),
            seed: self.seed,
            connect_timeout: self.limits.connect,
        })
    }

    /// The client's body with what has to change.
    fn spliced(&self, model: &Model, asks_usage: bool) -> RequestBody {
        let changes = Changes {
            model: &model.upstream_name,
            max_tokens: self.call.max_tokens,
            stream_usage: asks_usage,
        };
        RequestBody::spliced(&self.call.body, upstream_edits(&self.call.scanned, changes))
    }

    fn translated(
        &self,
        exchange: Exchange,
        model: &Model,
        asks_usage: bool,
    ) -> Result<RequestBody, Failure> {
        let target = translate::Target {
            model: &model.upstream_name,
            max_output: model.max_output,
            max_tokens: self.call.max_tokens.and_then(|most| u64::try_from(most).ok()),
            stream_usage: asks_usage,
        };
        translate::request(exchange, &self.call.body, target)
            .map(|body| Bytes::from(body).into())
            .ok_or_else(|| Failure::new(FailureClass::BadRequest, "the request cannot be translated"))
    }
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
