//! Calls to providers. One interface for all of them: a request in, status, headers and a stream of bytes out; what is
//! silent, slow, cut or refused is judged by the caller.
#![allow(
    clippy::disallowed_methods,
    reason = "secrets are read from environment and files here, and simulated answers carry the time"
)]

mod address;
mod backend;
mod body;
mod check;
mod clients;
mod counted;
mod file_age;
mod fresh;
mod headers;
mod http;
mod http1;
mod place;
mod secret;
mod simulated;
mod trust;
mod upstreams;

pub use backend::{Backend, ByteStream, CallError, CallFuture, CutError, UpstreamRequest, UpstreamResponse};
pub use body::RequestBody;
pub use clients::Clients;
pub use file_age::FileAge;
pub use secret::{Secret, SecretError};
pub use trust::{Roots, certificates};
pub use upstreams::{UnusableProvider, Upstreams};

#[cfg(test)]
mod tests;
