//! Targets in order, where the members of a pool may stand in any.

use super::case::Case;
use super::course::Course;
use crate::model::{ModelId, Named, Pick, Policy};

/// Groups of targets, one behind the other; within a group any order.
pub(super) type Groups = Vec<Vec<ModelId>>;

/// The targets that are left in a plan, in its order: the members of a pool that picks are one group.
pub(super) fn left(case: &Case<'_>, course: &Course, left: &[ModelId]) -> Groups {
    let planned = left;
    let mut left = planned.to_vec();
    let mut groups = Groups::new();
    for choice in course.choices(case) {
        if picks(case.policy(), choice) {
            let members = case.policy().members(choice);
            let (group, rest): (Vec<_>, Vec<_>) = left.iter().partition(|model| members.contains(model));
            groups.push(group);
            left = rest;
        }
    }
    groups.retain(|group| !group.is_empty());
    let singles = left.into_iter().map(|model| vec![model]);
    groups.extend(singles);
    let place = |group: &Vec<ModelId>| planned.iter().position(|model| group.contains(model));
    groups.sort_by_key(place);
    groups
}

fn picks(policy: &Policy, named: Named) -> bool {
    match named {
        Named::Model(_) => false,
        Named::Pool(pool) => policy.pool(pool).is_some_and(|pool| pool.pick != Pick::First),
    }
}

/// What a written list stands for: a pool is a group of its members, without those that have answered or were tried
/// (`gone`) and those that the list has before; a name that nothing is left of is a group of its own, empty.
pub(super) fn written(policy: &Policy, list: &[Named], gone: &[ModelId]) -> Groups {
    let mut groups = Groups::new();
    for named in list {
        let group = match named {
            Named::Model(model) => vec![*model],
            Named::Pool(_) => {
                let mut members = policy.members(*named);
                members.retain(|model| !gone.contains(model) && !groups.iter().flatten().any(|m| m == model));
                members
            }
        };
        groups.push(group);
    }
    groups
}

/// Whether some order of one is an order of the other.
pub(super) fn agree(one: &Groups, other: &Groups) -> bool {
    let (mut one, mut other) = (one.clone(), other.clone());
    let (mut at, mut at_other) = (0, 0);
    while let (Some(first), Some(second)) = (one.get_mut(at), other.get_mut(at_other)) {
        let shared: Vec<ModelId> = first
            .iter()
            .copied()
            .filter(|model| second.contains(model))
            .collect();
        if shared.is_empty() {
            return false;
        }
        first.retain(|model| !shared.contains(model));
        second.retain(|model| !shared.contains(model));
        at += usize::from(first.is_empty());
        at_other += usize::from(second.is_empty());
    }
    at == one.len() && at_other == other.len()
}
