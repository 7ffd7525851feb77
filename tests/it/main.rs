//! The integration tests, one module a step.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests stand in the world, and a panic is how they fail"
)]

mod cli;
mod diagnostics;
mod expressions;
mod gateway;
mod house;
mod native_equals_interpreter;
mod reload;
