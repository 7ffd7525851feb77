//! Calls in the clear, as to servers in one's own network: HTTP/1.1, each connection driven by the very task whose call
//! it carries. No other task has to be woken for a call's bytes, neither on their way out nor back.

mod connection;
mod pool;

use super::body::RequestBody;
use super::place::PlainPlace;
use ::http::header::{HOST, HeaderMap};
use ::http::{Method, Request, Response, Uri};
use connection::{AnswerBody, Connection};
use hyper_util::client::legacy::connect::HttpConnector;
use pool::Pool;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tower_service::Service;

/// How often a silent connection is probed.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// The client for calls in the clear.
#[derive(Clone, Debug)]
pub(super) struct PlainClient {
    connector: HttpConnector,
    pool: Arc<Pool>,
}

impl Default for PlainClient {
    fn default() -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_keepalive(Some(KEEP_ALIVE));
        PlainClient {
            connector,
            pool: Arc::default(),
        }
    }
}

/// A call as it is sent.
pub(super) struct PlainCall<'c> {
    place: &'c PlainPlace,
    headers: HeaderMap,
    body: &'c RequestBody,
}

impl<'c> PlainCall<'c> {
    /// The call of a place with these headers.
    pub(super) fn new(place: &'c PlainPlace, mut headers: HeaderMap, body: &'c RequestBody) -> Self {
        headers.insert(HOST, place.host.clone());
        PlainCall { place, headers, body }
    }

    fn request(&self) -> Request<RequestBody> {
        let mut request = Request::new(self.body.clone());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.place.path.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl PlainClient {
    /// Makes a call. A connection that lay idle may have been closed by the provider in the very moment, which is no
    /// failure of the provider: the call gets a fresh one.
    ///
    /// # Errors
    /// No connection in time, or one that was lost before the first byte of the answer.
    pub(super) async fn call(
        &self,
        call: &PlainCall<'_>,
        connect_timeout: Duration,
    ) -> Result<Response<AnswerBody>, String> {
        if let Some(connection) = self.pool.take(&call.place.origin)
            && let Ok(response) = self.exchange(connection, call).await
        {
            return Ok(response);
        }
        let fresh = timeout(connect_timeout, self.connect(&call.place.server)).await;
        let fresh = fresh.map_err(|_| "the connection was not open in time".to_owned())??;
        self.exchange(fresh, call).await.map_err(|error| causes(&error))
    }

    async fn exchange(
        &self,
        connection: Connection,
        call: &PlainCall<'_>,
    ) -> Result<Response<AnswerBody>, hyper::Error> {
        let home = (Arc::clone(&self.pool), Arc::clone(&call.place.origin));
        connection.exchange(call.request(), home).await
    }

    async fn connect(&self, uri: &Uri) -> Result<Connection, String> {
        let mut connector = self.connector.clone();
        let stream = connector.call(uri.clone()).await;
        let stream = stream.map_err(|error| causes(&error))?;
        Connection::open(stream).await.map_err(|error| causes(&error))
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
