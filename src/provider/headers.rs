//! Which headers go upstream.

use crate::facts::{is_connection_header, is_credential_header};
use crate::wire::endpoint::Endpoint;
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

/// Which version of Anthropic's interface is spoken; requests must name one.
const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");

/// The version where the client names none.
const DEFAULT_VERSION: &str = "2023-06-01";

/// Client headers with this beginning pass too.
const PASSING_PREFIX: &str = "x-stainless-";

/// Those of the client's headers that pass, then the provider's own in their place, then what the endpoint asks for.
pub(super) fn upstream(
    endpoint: Endpoint,
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
    if matches!(endpoint, Endpoint::Messages | Endpoint::CountTokens) {
        headers
            .entry(ANTHROPIC_VERSION)
            .or_insert(HeaderValue::from_static(DEFAULT_VERSION));
    }
    headers
        .entry(header::CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/json"));
    headers
}
