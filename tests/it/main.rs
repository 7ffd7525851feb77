//! The integration tests, one module a step.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests stand in the world, and a panic is how they fail"
)]

mod aborts;
mod bodies;
mod breaker;
mod brute_force;
mod cancel;
mod checking;
mod classes;
mod cli;
mod clients;
mod columnar;
mod conditions;
mod conformance;
mod diagnostics;
mod difference;
mod documents;
mod dry_run;
mod estimates;
mod exact_totals;
mod exported;
mod expressions;
mod fault_table;
mod faults;
mod fidelity;
mod formatting;
mod gateway;
mod hardening;
mod health_check;
mod hedge;
mod hot_swap;
mod house;
mod imports;
mod index_equals_linear_reading;
mod indexed;
mod language_server;
mod laws;
mod mutation;
mod native_equals_interpreter;
mod objects;
mod page;
mod parse_equals_crate;
mod parsed_twice;
mod policies;
mod process;
mod proofs_agree_with_brute_force;
mod protocols;
mod quickstart;
mod random_policies;
mod record_files;
mod recorded_content;
mod recorded_day;
mod reload;
mod replay;
mod scenario;
mod shadow;
mod shadow_policy;
mod support;
mod two_ways;
mod upstream_tls;
