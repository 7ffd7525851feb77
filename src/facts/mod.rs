//! The register of facts with their types and provenance, and the value that carries a request's facts.

mod admission;
mod demand;
pub mod distinct;
mod header;
pub mod json;
mod moment;
mod register;
mod value;

pub use demand::{Demand, Demands};
pub use header::{is_connection_header, is_credential_header};
pub use moment::utc;
pub use register::{ANONYMOUS, Builtin, Definition, FactId, Origin, Provenance, Register};
pub use value::{Facts, Timestamp, Type, Value};

#[cfg(test)]
mod tests;
