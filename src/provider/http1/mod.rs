//! Calls over HTTP/1.1, in the clear or over TLS, each connection driven by the very task whose call it carries. No other
//! task has to be woken for a call's bytes, neither on their way out nor back, and no call waits for another one's.

mod connection;
mod connector;
mod pool;

use super::body::RequestBody;
use super::place::Http1Place;
use super::trust::Trust;
use ::http::header::{HOST, HeaderMap};
use ::http::{Method, Request, Response};
use connection::{AnswerBody, Connection};
use connector::Connector;
use pool::Pool;
use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The client for HTTP/1.1.
#[derive(Clone, Debug)]
pub(super) struct Http1Client {
    connector: Connector,
    pool: Arc<Pool>,
}

/// A call as it is sent.
pub(super) struct Http1Call<'c> {
    place: &'c Http1Place,
    headers: HeaderMap,
    body: &'c RequestBody,
}

/// Why a call has no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// No connection in time, or one that was lost before the first byte of the answer: the reason in one line.
    Lost(String),
    /// The provider does not speak HTTP/1.1. Nothing of the call was sent.
    OtherProtocol,
}

impl<'c> Http1Call<'c> {
    /// The call of a place with these headers.
    pub(super) fn new(place: &'c Http1Place, mut headers: HeaderMap, body: &'c RequestBody) -> Self {
        headers.insert(HOST, place.host.clone());
        Http1Call { place, headers, body }
    }

    /// The headers that it was made with.
    pub(super) fn into_headers(mut self) -> HeaderMap {
        self.headers.remove(HOST);
        self.headers
    }

    fn request(&self) -> Request<RequestBody> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.place.path.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl Http1Client {
    /// A client that trusts these upstreams. It has no connection yet.
    pub(super) fn new(trust: Arc<Trust>) -> Self {
        Http1Client {
            connector: Connector::new(trust),
            pool: Arc::default(),
        }
    }

    /// Makes a call. A connection that lay idle may have been closed by the provider in the very moment, which is no
    /// failure of the provider: the call gets a fresh one. An answer that is no HTTP would be none there either.
    pub(super) async fn call(
        &self,
        call: &Http1Call<'_>,
        connect_timeout: Duration,
    ) -> Result<Response<AnswerBody>, Unanswered> {
        if let Some(connection) = self.pool.take(&call.place.origin) {
            match self.exchange(connection, call).await {
                Ok(response) => return Ok(response),
                Err(error) if error.is_parse() => return Err(Unanswered::Lost(lost(&error))),
                Err(_) => {}
            }
        }
        // In a box: most calls need no new connection, and keep no room for what opens one.
        let fresh = Box::pin(self.connector.open(call.place, connect_timeout)).await?;
        let response = self.exchange(fresh, call).await;
        response.map_err(|error| Unanswered::Lost(lost(&error)))
    }

    async fn exchange(
        &self,
        connection: Connection,
        call: &Http1Call<'_>,
    ) -> Result<Response<AnswerBody>, hyper::Error> {
        let home = (Arc::clone(&self.pool), Arc::clone(&call.place.origin));
        connection.exchange(call.request(), home).await
    }
}

/// Why there was no answer on a connection.
fn lost(error: &hyper::Error) -> String {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    match cause.map(io::Error::kind) {
        // The library's text is for those who call it.
        Some(io::ErrorKind::UnexpectedEof) => {
            "the connection was closed before the answer, without the `close_notify` of TLS".to_owned()
        }
        _ => causes(error),
    }
}

/// An error and its causes in one line.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
