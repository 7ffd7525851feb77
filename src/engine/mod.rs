//! One plan carried out: attempts, retries and fallbacks, the commit point, cancellation.
//!
//! A task for each request makes the attempts and feeds a bounded channel to the client. Until the commit nothing
//! reaches the client and every failure is rescued, as far as the plan goes; after it a broken answer is shown as
//! broken. A client that goes away ends the task, and with it the call upstream, wherever it stands.
#![allow(
    clippy::disallowed_methods,
    reason = "an HTTP date in `retry-after` is held against the clock, and translated answers carry the time"
)]

mod answer;
mod attempt;
mod backoff;
mod call;
mod carry;
mod client;
mod clock;
mod failure;
mod headers;
mod hedge;
mod journal;
mod limits;
mod refused;
mod relay;
mod report;
mod run;
mod setbacks;
mod shadow;
mod stream;
mod watch;
mod whole;

pub use answer::{Answer, AnswerBody, BrokenAnswer};
pub use call::Call;
pub use carry::carry_out;
pub use report::{Attempt, Outcome, Report, Setback};
pub use shadow::mirror;
pub use watch::Watch;

#[cfg(test)]
mod tests;
