//! Addresses, headers, secrets, and simulated answers on a paused clock.

mod address;
mod body;
mod headers;
mod secret;
mod simulated;
