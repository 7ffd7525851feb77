//! Rendezvous hashing (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996), as pools keep what
//! belongs together on one member.
//!
//! Each member has a score for a key, which depends on no other member; the highest comes first. A member that goes
//! takes only its own keys with it, about one in N, and each of them to the member that was its second.

use super::draw::first_eight;
use crate::model::{ModelId, Named, Policy, Pool};
use sha2::{Digest, Sha256};
use smallvec::SmallVec;
use std::cmp::Reverse;

/// All members of a pool by their scores for the key, the highest first. A score is the first 8 bytes (big endian) of
/// SHA-256(pool name, 0x00, each part of the key and 0x00 behind it, member name).
pub fn rendezvous(policy: &Policy, pool: &Pool, key: &[&[u8]]) -> SmallVec<[ModelId; 8]> {
    let mut common = Sha256::new().chain_update(&pool.name).chain_update([0]);
    for part in key {
        common.update(part);
        common.update([0]);
    }
    let score = |id: ModelId| {
        let name = policy.name_of(Named::Model(id));
        first_eight(&common.clone().chain_update(name).finalize())
    };
    let members = pool.members.iter();
    let mut members: Vec<(Reverse<u64>, ModelId)> =
        members.map(|(id, _)| (Reverse(score(*id)), *id)).collect();
    members.sort_by_key(|(score, _)| *score);
    members.into_iter().map(|(_, id)| id).collect()
}
