//! Numbers drawn from a request's seed and from what keeps a caller on one arm: the same on every replica and in
//! every replay.

use sha2::{Digest, Sha256};

/// Hundredths of a percent that splits and shadows draw among.
const WHOLE: u64 = 10_000;

/// The split draw, 0 to 9,999: the first 8 bytes (big endian) of SHA-256(route name, 0x00, tenant, 0x00, key) modulo
/// 10,000.
pub(super) fn split_draw(route: &str, tenant: &str, key: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(route)
        .chain_update([0])
        .chain_update(tenant)
        .chain_update([0])
        .chain_update(key)
        .finalize();
    first_eight(&digest) % WHOLE
}

/// The draw of a route's shadow under a seed, 0 to 9,999: the first 8 bytes (big endian) of SHA-256(seed as 8 bytes big
/// endian, 0x00, route name) modulo 10,000. No name of a pool begins so, and no split is drawn from it.
pub(super) fn shadow_draw(seed: u64, route: &str) -> u64 {
    let digest = Sha256::new()
        .chain_update(seed.to_be_bytes())
        .chain_update([0])
        .chain_update(route)
        .finalize();
    first_eight(&digest) % WHOLE
}

/// The first 8 bytes as a number, big endian.
pub(super) fn first_eight(digest: &[u8]) -> u64 {
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A stream of pseudo-random numbers (SplitMix64).
#[derive(Clone, Debug)]
pub(super) struct Stream(u64);

impl Stream {
    /// The stream of one pool under a seed. It begins at SHA-256(seed as 8 bytes big endian, pool name), so that a
    /// pool's order depends on no other pool.
    pub(super) fn of_pool(seed: u64, pool: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(seed.to_be_bytes())
            .chain_update(pool)
            .finalize();
        Stream(first_eight(&digest))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1; 0 where `bound` is 0. Its bias is below `bound` / 2⁶⁴.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or_default()
    }
}
