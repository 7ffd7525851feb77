//! Counts of tokens for providers that make none: the estimate, or the count of the policy's tokeniser, as an answer.

use super::backend::{UpstreamRequest, UpstreamResponse};
use crate::wire::translate::token_count;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

/// The answer to a call that asks for a count. Nobody is called for it.
pub(super) fn answer(request: &UpstreamRequest) -> UpstreamResponse {
    let body = Bytes::from(token_count(request.tokens));
    let json = HeaderValue::from_static("application/json");
    UpstreamResponse {
        status: StatusCode::OK,
        headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
        body: stream::iter([Ok(body)]).boxed(),
    }
}
