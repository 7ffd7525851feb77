//! Live state of targets: requests in flight, recent times to the first content, whose turn it is in a pool. It
//! belongs to targets, not to policies: a reload keeps it while provider, URL, protocol and upstream name stay.

mod orders;
mod registry;
mod state;

pub use orders::LiveOrders;
pub use registry::{LiveTargets, Registry};
pub use state::{InFlight, TargetKey, TargetState};

#[cfg(test)]
mod tests;
