//! The names that a caller may use: those of models and pools that no guard takes from it.

use super::guards;
use super::tracer::Unseen;
use crate::facts::{Builtin, Facts, Value};
use crate::model::Named;
use crate::tree::Tree;

/// Most names that are suggested for one that is unknown.
const MOST_NEAR_NAMES: usize = 3;

/// The names by which a caller of these facts may call models and pools, models first, in policy order. A name is left
/// out where a guard denies a request for it, or where a `require` is false for the model, or for all members of the
/// pool. Globs are no names and are left out.
pub fn usable_names(tree: &Tree, facts: &Facts) -> Vec<String> {
    names(tree)
        .filter(|(named, name)| may_use(tree, facts, *named, name))
        .map(|(_, name)| name.clone())
        .collect()
}

/// Whether a caller of these facts may call a model or pool by this name, which may be one that fits a glob.
pub fn is_usable(tree: &Tree, facts: &Facts, name: &str) -> bool {
    let named = tree.policy().requested(name);
    named.is_some_and(|named| may_use(tree, facts, named, name))
}

/// The names that a caller of these facts may use and that are nearest to one that is unknown, nearest first, at most
/// three: of those that share at least half of their letters in place.
pub fn near_names(tree: &Tree, facts: &Facts, unknown: &str) -> Vec<String> {
    let longest = |other: &str| unknown.chars().count().max(other.chars().count());
    let mut near: Vec<(usize, &String, Named)> = names(tree)
        .map(|(named, name)| (strsim::damerau_levenshtein(unknown, name), name, named))
        .filter(|(distance, name, _)| distance * 2 <= longest(name))
        .collect();
    near.sort_by_key(|(distance, name, _)| (*distance, *name));
    near.dedup_by_key(|(_, name, _)| *name);
    near.into_iter()
        .filter(|(_, name, named)| may_use(tree, facts, *named, name))
        .take(MOST_NEAR_NAMES)
        .map(|(_, name, _)| name.clone())
        .collect()
}

fn names(tree: &Tree) -> impl Iterator<Item = (Named, &String)> {
    let policy = tree.policy();
    policy.all_named().flat_map(|named| {
        let (exact, _globs) = policy.served_names(named);
        exact.iter().map(move |name| (named, name))
    })
}

/// Whether guards leave a request for this name a target: they are read as for a request that names it.
fn may_use(tree: &Tree, facts: &Facts, named: Named, name: &str) -> bool {
    let policy = tree.policy();
    let mut facts = facts.clone();
    // Both facts are strings, so that nothing is handed back.
    let _ = facts.set(Builtin::Model.into(), Value::String(name.to_owned()));
    let _ = facts.set(
        Builtin::Requested.into(),
        Value::String(policy.name_of(named).to_owned()),
    );
    let reading = guards::read(tree, &tree.request(&facts), &mut Unseen);
    reading.denial.is_none()
        && policy.members(named).iter().any(|model| {
            reading
                .requiring
                .iter()
                .all(|guard| tree.guard_allows(*guard, &facts, *model))
        })
}
