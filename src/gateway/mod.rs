//! The HTTP proxy: observe, decide, carry out, respond, record.
//!
//! A request takes the served policy once, when it arrives, and keeps it to its end. The gateway makes no decision of
//! its own: it builds the facts, asks for a decision, and hands the plan to the engine.
#![allow(
    clippy::disallowed_methods,
    reason = "requests are dated by the clock, and their seeds are drawn at random"
)]

mod admin;
mod body;
mod call;
mod callers;
mod candidate;
mod checks;
mod coding;
mod connection;
mod content;
mod context;
mod copy;
mod detach;
mod finish;
mod metrics;
mod models;
mod observe;
mod policies;
mod prepare;
mod problem;
mod proxy;
mod refusal;
pub mod rehearse;
mod reply;
mod server;
mod shadows;
mod state;
mod tls;
mod tokenizer;
mod under_way;

pub use admin::router as admin_router;
pub use callers::{Caller, Callers, Stranger};
pub use candidate::Candidate;
pub use checks::check_providers;
pub use content::Contents;
pub use metrics::Metrics;
pub use observe::{Head, Observation, Wishes};
pub use policies::{Followed, Policies};
pub use prepare::{Preparation, Prepared, unresolved_secrets};
pub use problem::Problem;
pub use proxy::Proxy;
pub use server::{Answers, Listener, bind, serve};
pub use shadows::Shadows;
pub use state::Gateway;
pub use tls::Tls;

#[cfg(test)]
mod tests;
