//! Step 2: the first route that matches.

use super::tracer::Tracer;
use crate::model::{Policy, Route, RouteId};
use crate::tree::{Request, Tree};

/// All routes with their ids, in policy order.
pub(super) fn all(policy: &Policy) -> impl Iterator<Item = (RouteId, &Route)> {
    (0u32..)
        .zip(&policy.routes)
        .map(|(index, route)| (RouteId(index), route))
}

/// The first route whose condition holds; a checked policy always has one.
pub(super) fn first<'t, T: Tracer>(tree: &'t Tree, request: &Request<'t>, tracer: &mut T) -> Option<RouteId> {
    if T::READS_EVERY_RULE {
        let mut all = all(tree.policy()).map(|(id, _)| id);
        return all.find(|id| {
            let matched = tree.route_matches(*id, request.facts());
            tracer.route(*id, matched);
            matched
        });
    }
    tree.first_route(request)
}
