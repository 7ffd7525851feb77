//! Whatever the bytes, the policy and the requests drawn from them are decided by the index as by the plain reading.

#![no_main]

#[allow(dead_code, reason = "shared with targets and tests that draw more")]
#[path = "../../tests/it/expressions.rs"]
mod expressions;
#[path = "../../tests/it/indexed.rs"]
mod indexed;
#[path = "../../tests/it/random_policies.rs"]
mod random_policies;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    indexed::check(bytes, 8);
});
