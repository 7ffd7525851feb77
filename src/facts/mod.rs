//! The register of facts with their types and provenance, and the value that carries a request's facts.

mod admission;
pub mod json;
mod register;
mod value;

pub use register::{Builtin, Definition, FactId, Origin, Provenance, Register, is_credential_header};
pub use value::{Facts, Timestamp, Type, Value};

#[cfg(test)]
mod tests;
