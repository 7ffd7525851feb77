//! Whatever the bytes, what proofs say of the policy drawn from them is what trying all its requests shows.
#![no_main]

#[path = "../../tests/it/brute_force/mod.rs"]
mod brute_force;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tally: brute_force::Tally = brute_force::check(bytes);
    assert_eq!(tally.policies + tally.too_large, 1);
});
