//! The wall clock.

use crate::facts::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The moment it is, cut to milliseconds; the epoch where the machine's clock stands before it.
pub fn now() -> Timestamp {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .and_then(Timestamp::from_milliseconds)
        .unwrap_or(Timestamp::EPOCH)
}
