//! Providers that are called over HTTP.

use super::backend::{Backend, CallError, CallFuture, CutError, UpstreamRequest, UpstreamResponse};
use super::body::RequestBody;
use super::clients::Clients;
use super::counted;
use super::fresh;
use super::headers;
use super::http1::{Http1Call, Unanswered, causes};
use super::place::Places;
use super::secret::Secret;
use super::trust::ClientError;
use crate::wire::endpoint::Endpoint;
use ::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use ::http::{Method, Response, StatusCode};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use http_body::Body;
use http_body_util::BodyDataStream;
use reqwest::{Client, Url};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

/// Shorter keys are not looked for in errors: they are placeholders of servers that ask for none, and words.
const MIN_HIDDEN: usize = 4;

/// Stands in the place of a key.
const CROSSED_OUT: &[u8] = b"***";

/// A provider over HTTP.
#[derive(Clone, Debug)]
pub(super) struct HttpProvider {
    pub(super) clients: Clients,
    /// Whether it is asked for counts of tokens.
    pub(super) counts_tokens: bool,
    pub(super) places: Places,
    pub(super) key: Option<Key>,
    pub(super) forward: Arc<[HeaderName]>,
    pub(super) own: Arc<[(HeaderName, HeaderValue)]>,
}

/// A provider's key and the header that carries it bare; `None` for a bearer token.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) secret: Arc<Secret>,
    pub(super) header: Option<HeaderName>,
}

impl Backend for Arc<HttpProvider> {
    fn call(&self, request: UpstreamRequest) -> CallFuture {
        if request.endpoint == Endpoint::CountTokens && !self.counts_tokens {
            return std::future::ready(Ok(counted::answer(&request))).boxed();
        }
        let provider = Arc::clone(self);
        async move { provider.exchange(request).await }.boxed()
    }

    fn check(&self, path: &str, limit: Duration) -> BoxFuture<'static, bool> {
        let (provider, path) = (Arc::clone(self), path.to_owned());
        async move { provider.probe(&path, limit).await }.boxed()
    }

    fn without_key(&self, text: Bytes) -> Bytes {
        match &self.key {
            Some(key) => without(text, key.secret.text().as_bytes()),
            None => text,
        }
    }
}

impl HttpProvider {
    /// One call. Where the key is refused and its file holds another one by now, the call is repeated with that.
    async fn exchange(&self, request: UpstreamRequest) -> Result<UpstreamResponse, CallError> {
        let mut headers = headers::upstream(request.endpoint, &request.headers, &self.forward, &self.own);
        let Some(key) = &self.key else {
            return self.send(&request, headers).await;
        };
        set_key(&mut headers, key, &key.secret.current().await)?;
        if !key.secret.can_change() {
            return self.send(&request, headers).await;
        }
        let response = self.send(&request, headers.clone()).await?;
        if response.status == StatusCode::UNAUTHORIZED && key.secret.reread().await {
            set_key(&mut headers, key, &key.secret.text())?;
            return self.send(&request, headers).await;
        }
        Ok(response)
    }

    async fn send(
        &self,
        request: &UpstreamRequest,
        mut headers: HeaderMap,
    ) -> Result<UpstreamResponse, CallError> {
        let fails = |reason: String| CallError { reason };
        let place = self.places.of(request.endpoint, &request.model, request.stream);
        let place = place.map_err(fails)?;
        if let Some(http1) = &place.http1 {
            let call = Http1Call::new(http1, headers, &request.body);
            match self.clients.http1().call(&call, request.connect_timeout).await {
                Ok(response) => return Ok(answered(response, |error| causes(&error))),
                Err(Unanswered::Lost(reason)) => return Err(fails(reason)),
                Err(Unanswered::OtherProtocol) => headers = call.into_headers(),
            }
        }
        // In a box: most calls end before, and keep no room for it.
        Box::pin(self.send_as_offered(&place.url, request, headers)).await
    }

    /// A call over what the provider offers, HTTP/2 before HTTP/1.1.
    async fn send_as_offered(
        &self,
        url: &Url,
        request: &UpstreamRequest,
        headers: HeaderMap,
    ) -> Result<UpstreamResponse, CallError> {
        let fails = |reason: String| CallError { reason };
        let unusable = |error: ClientError| fails(error.to_string());
        let call = |client: Client| {
            let call = client.request(Method::POST, url.clone());
            call.headers(headers.clone()).body(body(&request.body)).send()
        };
        let pooled = self.clients.get(request.connect_timeout).map_err(unusable)?;
        let response = match fresh::watched(call(pooled)).await {
            // The provider has closed a connection that lay idle: the call gets a fresh one.
            (Err(error), false) if is_lost(&error) => {
                let fresh = self.clients.fresh(request.connect_timeout).map_err(unusable)?;
                call(fresh).await
            }
            (answered, _) => answered,
        };
        let response = response.map_err(|error| fails(reason(error)))?;
        Ok(answered(Response::<reqwest::Body>::from(response), reason))
    }
}

/// An answer whose head is there; `reason` says why its body was cut.
fn answered<B>(response: Response<B>, reason: fn(B::Error) -> String) -> UpstreamResponse
where
    B: Body<Data = Bytes> + Send + 'static,
{
    let (parts, body) = response.into_parts();
    let body = BodyDataStream::new(body).map_err(move |error| CutError {
        reason: reason(error),
    });
    UpstreamResponse {
        status: parts.status,
        headers: parts.headers,
        body: body
            .try_filter(|piece: &Bytes| std::future::ready(!piece.is_empty()))
            .boxed(),
    }
}

fn body(body: &RequestBody) -> reqwest::Body {
    match body.single() {
        Some(bytes) => bytes.into(),
        None => reqwest::Body::wrap(body.clone()),
    }
}

/// Whether the connection was lost before any answer, be it one that cannot be read.
fn is_lost(error: &reqwest::Error) -> bool {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let mut causes = causes.filter_map(|cause| cause.downcast_ref::<hyper::Error>());
    let is_unreadable = causes.any(hyper::Error::is_parse);
    error.is_request() && !error.is_connect() && !error.is_timeout() && !is_unreadable
}

/// The text with every occurrence of a secret crossed out.
fn without(text: Bytes, secret: &[u8]) -> Bytes {
    let found: Vec<usize> = match secret.len() {
        0..MIN_HIDDEN => return text,
        _ => memchr::memmem::find_iter(&text, secret).collect(),
    };
    if found.is_empty() {
        return text;
    }
    let mut clean = Vec::with_capacity(text.len());
    let mut done = 0;
    for at in found {
        clean.extend_from_slice(text.get(done..at).unwrap_or_default());
        clean.extend_from_slice(CROSSED_OUT);
        done = at + secret.len();
    }
    clean.extend_from_slice(text.get(done..).unwrap_or_default());
    clean.into()
}

pub(super) fn set_key(headers: &mut HeaderMap, key: &Key, secret: &str) -> Result<(), CallError> {
    let (name, text) = match &key.header {
        Some(name) => (name.clone(), secret.to_owned()),
        None => (AUTHORIZATION, format!("Bearer {secret}")),
    };
    let mut value = HeaderValue::try_from(text).map_err(|_| CallError {
        reason: "the provider's key has characters that no header can carry".to_owned(),
    })?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

/// The causes of an error in one line, without the URL, which may hold secrets in its query.
fn reason(error: reqwest::Error) -> String {
    causes(&error.without_url())
}
