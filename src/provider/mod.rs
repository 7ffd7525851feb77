//! Calls to providers. One interface for all of them: a request in, status, headers and a stream of bytes out; what is
//! silent, slow, cut or refused is judged by the caller.

mod backend;
mod upstreams;

pub use backend::{Backend, ByteStream, CallError, CallFuture, CutError, UpstreamRequest, UpstreamResponse};
pub use upstreams::Upstreams;
