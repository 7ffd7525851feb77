//! The policy that is served: read from disk, compiled aside, swapped as one pointer.
//!
//! The truth is what the files hold: a poll compares their stamps, and their contents where a stamp changed, with what
//! the last load read. Notifications of the file system only make it look at once. A load is taken when the files
//! still hold what it read after a while ([`Pace::settle`]), so that a file caught while it is written is never served.
//!
//! Two steps: preparing may fail and changes nothing; swapping cannot fail.
#![allow(
    clippy::disallowed_methods,
    reason = "policy files are read, and loads are dated by the clock"
)]

mod clock;
pub mod disk;
mod holder;
mod load;
mod notice;
mod patience;
mod watch;

pub use clock::now;
pub use holder::{FailedLoad, Holder, Loaded};
pub use load::{Attempt, Prepare, Ready, Source};
pub use patience::Until;
pub use watch::{Handle, Pace, Reloaded, watch};

#[cfg(test)]
mod tests;
