//! What the index finds is what reading every rule finds: guards, route and plan.

use crate::indexed::check;

/// Bytes for a policy of some hundred rules and for the facts of its requests.
const BYTES: usize = 8_000;

/// Requests that are decided under each policy.
const REQUESTS: usize = 60;

/// Pseudo-random bytes (SplitMix64), the same for the same seed.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let words = std::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    });
    words.flat_map(u64::to_le_bytes).take(BYTES).collect()
}

/// `POINTSMAN_INDEX_PAIRS` asks for another number of pairs of policy and facts.
#[test]
fn on_random_policies_and_facts() {
    let wanted = std::env::var("POINTSMAN_INDEX_PAIRS").ok();
    let wanted: usize = wanted.and_then(|pairs| pairs.parse().ok()).unwrap_or(12_000);
    let mut pairs = 0;
    for seed in 0.. {
        pairs += check(&bytes(seed), REQUESTS);
        if pairs >= wanted {
            break;
        }
    }
    println!("{pairs} pairs");
}
