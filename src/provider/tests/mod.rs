//! Addresses, places, headers, secrets, and simulated answers on a paused clock.

mod address;
mod body;
mod headers;
mod place;
mod secret;
mod simulated;
