//! Everything that proofs say of random small policies is what trying all their requests shows.
//!
//! The cases are the same on every machine. `PROOF_CASES=10000` compares more of them than a usual run does.

use crate::brute_force::{Tally, check};
use std::panic::catch_unwind;

/// Bytes that one policy is drawn from at most.
const MOST_BYTES: usize = 192;

/// Cases that a usual run compares.
const USUAL_CASES: u64 = 600;

/// Tests that share the cases, so that they run beside each other.
const SHARES: u64 = 2;

/// The bytes of a case.
pub(crate) fn bytes(case: u64) -> Vec<u8> {
    // Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
    let mut state = case.wrapping_mul(0x2545_F491_4F6C_DD1D);
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    };
    (0..MOST_BYTES / 8).flat_map(|_| next().to_le_bytes()).collect()
}

fn compare(share: u64) {
    let wanted = std::env::var("PROOF_CASES").ok();
    let cases = wanted.map_or(USUAL_CASES, |cases| {
        cases.parse().expect("PROOF_CASES is a number")
    });
    let mut tally = Tally::default();
    let mut apart = Vec::new();
    for case in (share..cases).step_by(SHARES as usize) {
        match catch_unwind(|| check(&bytes(case))) {
            Ok(compared) => tally += compared,
            Err(_) => apart.push(case),
        }
    }
    println!("{tally:?}");
    assert!(apart.is_empty(), "cases that do not agree: {apart:?}");
    assert!(
        tally.too_large * 20 < tally.policies,
        "nearly all are tried: {tally:?}"
    );
    assert!(
        tally.unknown * 50 < tally.verdicts,
        "little is unknown: {tally:?}"
    );
    assert!(
        tally.undrawn * 20 < tally.found,
        "nearly all that is found is shown: {tally:?}"
    );
    assert!(tally.found * 10 > tally.verdicts, "much is found: {tally:?}");
}

#[test]
fn in_even_cases() {
    compare(0);
}

#[test]
fn in_odd_cases() {
    compare(1);
}
