//! Step 2: the first route that matches.

use super::tracer::Tracer;
use crate::facts::Facts;
use crate::model::{Policy, Route, RouteId};
use crate::tree::Tree;

/// All routes with their ids, in policy order.
pub(super) fn all(policy: &Policy) -> impl Iterator<Item = (RouteId, &Route)> {
    (0u32..)
        .zip(&policy.routes)
        .map(|(index, route)| (RouteId(index), route))
}

/// The first route whose condition holds; a checked policy always has one.
pub(super) fn first<'t>(
    tree: &'t Tree,
    facts: &Facts,
    tracer: &mut impl Tracer,
) -> Option<(RouteId, &'t Route)> {
    all(tree.policy()).find(|(id, _)| {
        let matched = tree.route_matches(*id, facts);
        tracer.route(*id, matched);
        matched
    })
}
