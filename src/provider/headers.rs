//! Which headers go upstream.

use crate::facts::{is_connection_header, is_credential_header};
use ::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Client headers that pass to every provider.
const PASSING: [&str; 10] = [
    "accept",
    "content-type",
    "content-encoding",
    "user-agent",
    "idempotency-key",
    "openai-beta",
    "anthropic-version",
    "anthropic-beta",
    "traceparent",
    "tracestate",
];

/// Client headers with this beginning pass too.
const PASSING_PREFIX: &str = "x-stainless-";

/// Those of the client's headers that pass, then the provider's own in their place.
pub(super) fn upstream(
    client: &HeaderMap,
    forward: &[HeaderName],
    own: &[(HeaderName, HeaderValue)],
) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(own.len() + PASSING.len());
    for (name, value) in client {
        let text = name.as_str();
        let passes = PASSING.contains(&text) || text.starts_with(PASSING_PREFIX) || forward.contains(name);
        // These never pass, whatever `forward` names.
        if passes && !is_credential_header(text) && !is_connection_header(text) {
            headers.append(name.clone(), value.clone());
        }
    }
    for (name, value) in own {
        headers.insert(name.clone(), value.clone());
    }
    headers
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    headers
}
