//! Decisions and traces in words and in JSON.

mod why;

pub use why::{error_code, why};
