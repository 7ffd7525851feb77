//! What every provider's backend does.

use super::body::RequestBody;
use crate::wire::endpoint::Endpoint;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use http::{HeaderMap, StatusCode};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// One call to a provider.
#[derive(Clone, Debug)]
pub struct UpstreamRequest {
    /// The endpoint that is called.
    pub endpoint: Endpoint,
    /// The provider's name of the model.
    pub model: String,
    /// The body in the provider's protocol, the model's name and caps already in place.
    pub body: RequestBody,
    /// All headers of the client; the backend picks those that may pass.
    pub headers: Arc<HeaderMap>,
    /// Whether a stream is asked for.
    pub stream: bool,
    /// Estimated input tokens.
    pub tokens: u64,
    /// The smallest cap on output tokens in the body.
    pub max_tokens: Option<i64>,
    /// What chance in the backend is drawn from.
    pub seed: u64,
    /// Bound on the time to an open connection.
    pub connect_timeout: Duration,
}

/// An answer whose headers are there and whose body is still to come. Dropping it cancels the call.
pub struct UpstreamResponse {
    /// HTTP status.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, piece by piece as it arrives.
    pub body: ByteStream,
}

impl fmt::Debug for UpstreamResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpstreamResponse")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// A body as it arrives. An error ends it.
pub type ByteStream = BoxStream<'static, Result<Bytes, CutError>>;

/// A call under way up to the headers of its answer. Dropping it cancels the call.
pub type CallFuture = BoxFuture<'static, Result<UpstreamResponse, CallError>>;

/// No answer: the connection could not be opened, or was lost before the first byte of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Why, in one line, without any secret.
    pub reason: String,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// The connection was lost within an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutError {
    /// Why, in one line.
    pub reason: String,
}

impl fmt::Display for CutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// A provider that can be called.
pub trait Backend: Send + Sync {
    /// Starts a call.
    fn call(&self, request: UpstreamRequest) -> CallFuture;

    /// Asks whether the provider is well: by a call of this path at its host, which has to be answered with success within
    /// the limit. Where nothing can be asked, it is.
    fn check(&self, _path: &str, _limit: Duration) -> BoxFuture<'static, bool> {
        Box::pin(std::future::ready(true))
    }

    /// The text of an error without the provider's key, which some servers repeat in what they complain of.
    fn without_key(&self, text: Bytes) -> Bytes {
        text
    }
}
