//! Circuit breakers: when a target that keeps failing is left alone, and for how long.

use super::failure::FailureClass;
use std::time::Duration;

/// What a policy says of a target's circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// There is none: the target is always tried.
    Off,
    /// It opens after failures.
    On(BreakerRule),
}

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerRule {
    /// So many failures in a row open it.
    pub failures: u32,
    /// The first of them is not older than this.
    pub within: Duration,
    /// How long it stays open before one attempt probes the target.
    pub open: Duration,
}

impl Breaker {
    /// What holds where a policy says nothing: `5 in 30s open 10s`.
    pub const DEFAULT: Breaker = Breaker::On(BreakerRule {
        failures: 5,
        within: Duration::from_secs(30),
        open: Duration::from_secs(10),
    });
}

impl FailureClass {
    /// Whether breakers count the failure: it says that the target is not well, whatever the request.
    pub fn trips_breaker(self) -> bool {
        match self {
            FailureClass::Connect
            | FailureClass::TimeoutHeaders
            | FailureClass::TimeoutFirstToken
            | FailureClass::TimeoutIdle
            | FailureClass::TimeoutTotal
            | FailureClass::Overload
            | FailureClass::Server
            | FailureClass::Empty
            | FailureClass::Truncated => true,
            FailureClass::RateLimit
            | FailureClass::Quota
            | FailureClass::Auth
            | FailureClass::ContextLength
            | FailureClass::ContentFilter
            | FailureClass::BadRequest => false,
        }
    }
}
