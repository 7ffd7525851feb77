//! Live state of targets: requests in flight, recent times to the first content, circuit breakers, what is ejected, whose turn it is in
//! a pool. It belongs to targets, not to policies: a reload keeps it while provider, URL, protocol and upstream name
//! stay.

mod breaker;
mod budget;
mod checks;
mod health;
mod latency;
mod orders;
mod outlier;
mod pools;
mod registry;
mod state;
mod window;

pub use breaker::{BreakerState, Open, Permit};
pub use budget::RetryBudget;
pub use checks::{CheckState, Standing};
pub use health::Ejected;
pub use orders::{Asking, LiveOrders};
pub use registry::{LiveTargets, Registry};
pub use state::{InFlight, TargetKey, TargetState};

#[cfg(test)]
mod tests;
