//! What is known of every request before it is looked into: its id, when it came, and the policy that it keeps.

use super::prepare::Prepared;
use crate::facts::Timestamp;
use crate::quantity::HexDigits;
use crate::reload::{Loaded, now};
use http::{HeaderMap, HeaderValue};
use std::sync::Arc;
use tokio::time::Instant;

/// The header that carries a request's id, in both directions.
pub(super) const REQUEST_ID: &str = "x-request-id";

/// Longest id that is taken over from a client.
const MAX_ID: usize = 128;

/// A request's id, its arrival and its policy.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) id: String,
    pub(super) arrived: Instant,
    pub(super) now: Timestamp,
    pub(super) loaded: Arc<Loaded<Prepared>>,
}

impl Context {
    /// The context of a request that arrives now.
    pub(super) fn new(headers: &HeaderMap, loaded: Arc<Loaded<Prepared>>) -> Self {
        Context {
            id: headers.get(REQUEST_ID).and_then(client_id).unwrap_or_else(new_id),
            arrived: Instant::now(),
            now: now(),
            loaded,
        }
    }
}

/// The client's id, where it is one that can stand anywhere.
fn client_id(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    ((1..=MAX_ID).contains(&text.len()) && text.bytes().all(plain)).then(|| text.to_owned())
}

/// A new id of a request.
pub(super) fn new_id() -> String {
    let [first, second] = [fastrand::u64(..), fastrand::u64(..)].map(HexDigits::of);
    ["req-", first.as_str(), second.as_str()].concat()
}
