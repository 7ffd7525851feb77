//! Which headers go upstream.

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

/// Headers that never pass, whatever `forward` names: credentials, and what belongs to one connection.
const NEVER: [&str; 14] = [
    "authorization",
    "proxy-authorization",
    "x-api-key",
    "api-key",
    "cookie",
    "host",
    "content-length",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

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
        if passes && !NEVER.contains(&text) {
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
