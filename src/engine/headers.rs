//! Which of an upstream's headers reach the client.

use http::header::{CONTENT_ENCODING, HeaderMap, HeaderName};

/// Headers that pass.
const PASSING: [&str; 6] = [
    "content-type",
    "content-encoding",
    "retry-after",
    "retry-after-ms",
    "x-should-retry",
    "ratelimit",
];

/// Headers with these beginnings pass too.
const PASSING_PREFIXES: [&str; 3] = ["x-ratelimit-", "ratelimit-", "anthropic-ratelimit-"];

/// Where upstreams tell their id of a request.
const ID_HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("apim-request-id"),
];

/// Longest id of a request that is passed on.
const MAX_ID_BYTES: usize = 256;

/// Those of the upstream's headers that pass.
pub(super) fn downstream(upstream: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in upstream {
        let text = name.as_str();
        let passes =
            PASSING.contains(&text) || PASSING_PREFIXES.iter().any(|prefix| text.starts_with(prefix));
        if passes {
            headers.append(name.clone(), value.clone());
        }
    }
    headers
}

/// The upstream's id of the request.
pub(super) fn upstream_id(upstream: &HeaderMap) -> Option<String> {
    ID_HEADERS
        .iter()
        .find_map(|name| upstream.get(name)?.to_str().ok())
        .filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES)
        .map(str::to_owned)
}

/// Whether the body is encoded, so that nothing can be read of it.
pub(super) fn is_encoded(upstream: &HeaderMap) -> bool {
    upstream
        .get(CONTENT_ENCODING)
        .is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}
