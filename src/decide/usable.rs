//! The names that a caller may use: those of models and pools that no guard takes from it.

use super::guards;
use super::tracer::Unseen;
use crate::facts::Facts;
use crate::model::ModelId;
use crate::tree::Tree;

/// Most names that are suggested for one that is unknown.
const MOST_NEAR_NAMES: usize = 3;

/// The names by which a caller of these facts may call models and pools, models first, in policy order. A model is
/// left out where a guard denies the caller or a `require` is false for it, a pool where that holds for all its
/// members. Globs are no names and are left out.
pub fn usable_names(tree: &Tree, facts: &Facts) -> Vec<String> {
    let policy = tree.policy();
    let reading = guards::read(tree, facts, &mut Unseen);
    if reading.denial.is_some() {
        return Vec::new();
    }
    let allowed = |model: &ModelId| {
        reading
            .requiring
            .iter()
            .all(|guard| tree.guard_allows(*guard, facts, *model))
    };
    policy
        .all_named()
        .filter(|named| policy.members(*named).iter().any(allowed))
        .flat_map(|named| policy.served_names(named).0)
        .cloned()
        .collect()
}

/// The names nearest to one that is unknown, nearest first, at most three: of those that share at least half of
/// their letters in place.
pub fn near_names(name: &str, usable: &[String]) -> Vec<String> {
    let longest = |other: &str| name.chars().count().max(other.chars().count());
    let mut near: Vec<(usize, &String)> = usable
        .iter()
        .map(|usable| (strsim::damerau_levenshtein(name, usable), usable))
        .filter(|(distance, usable)| distance * 2 <= longest(usable))
        .collect();
    near.sort();
    near.dedup();
    near.into_iter()
        .take(MOST_NEAR_NAMES)
        .map(|(_, usable)| usable.clone())
        .collect()
}
