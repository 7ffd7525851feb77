//! What a stream keeps of its request, in memory of its own: as it came it is a part of the connection's read buffer, all
//! of which would be kept for as long as the stream takes.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

/// Longer bodies are no part of a read buffer, and are not copied.
const LONGEST_BODY: usize = 16 * 1024;

/// A body by itself.
pub(super) fn body(body: Bytes) -> Bytes {
    match body.len() {
        0..=LONGEST_BODY => Bytes::copy_from_slice(&body),
        _ => body,
    }
}

/// Headers by themselves, all their values in one piece.
pub(super) fn headers(headers: &HeaderMap) -> HeaderMap {
    let mut values = Vec::with_capacity(headers.values().map(HeaderValue::len).sum());
    for value in headers.values() {
        values.extend_from_slice(value.as_bytes());
    }
    let values = Bytes::from(values);
    let mut detached = HeaderMap::with_capacity(headers.len());
    let mut at = 0;
    for (name, value) in headers {
        let end = at + value.len();
        let mut own = HeaderValue::from_maybe_shared(values.slice(at..end)).unwrap_or_else(|_| value.clone());
        own.set_sensitive(value.is_sensitive());
        detached.append(name.clone(), own);
        at = end;
    }
    detached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_bodies_are_the_same_elsewhere() {
        let buffer = Bytes::from_static(b"POST /v1/chat/completions accept: */*");
        let mut came = HeaderMap::new();
        came.insert(
            "accept",
            HeaderValue::from_maybe_shared(buffer.slice(34..)).unwrap(),
        );
        came.append("x-tag", HeaderValue::from_static("one"));
        came.append("x-tag", HeaderValue::from_static("two"));
        let mut secret = HeaderValue::from_static("Bearer key");
        secret.set_sensitive(true);
        came.insert("authorization", secret);
        let kept = headers(&came);
        assert_eq!(kept, came);
        assert_eq!(kept.get_all("x-tag").iter().count(), 2);
        assert!(kept["authorization"].is_sensitive());
        let inside = |value: &[u8]| buffer.as_ptr_range().contains(&value.as_ptr());
        assert!(inside(came["accept"].as_bytes()) && !inside(kept["accept"].as_bytes()));
        let own = body(buffer.slice(..4));
        assert!(own == "POST" && !inside(&own));
    }
}
