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

#[cfg(feature = "serve")]
mod clock;
pub mod disk;
#[cfg(feature = "serve")]
mod holder;
#[cfg(feature = "serve")]
mod load;
#[cfg(feature = "serve")]
mod notice;
#[cfg(feature = "serve")]
mod patience;
#[cfg(feature = "serve")]
mod watch;

#[cfg(feature = "serve")]
pub use clock::now;
#[cfg(feature = "serve")]
pub use holder::{FailedLoad, Holder, Loaded};
#[cfg(feature = "serve")]
pub use load::{Attempt, Prepare, Ready, Source};
#[cfg(feature = "serve")]
pub use patience::Until;
#[cfg(feature = "serve")]
pub use watch::{Handle, Pace, Reloaded, watch};

#[cfg(test)]
mod tests;
