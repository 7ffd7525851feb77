//! Rules read by the index: the same outcome as reading them from top to bottom, without doing so.

use super::Tree;
use super::index::Request;
use crate::facts::Facts;
use crate::model::{AssumeId, GuardId, RouteId};

impl Tree {
    /// A request's facts, made ready to be held against this tree's rules. It is good for one decision.
    pub fn request<'a>(&'a self, facts: &'a Facts) -> Request<'a> {
        self.index.request(facts)
    }

    /// The guards that match, in policy order: those for which [`Tree::guard_matches`] is true.
    pub fn matching_guards(&self, request: &Request<'_>) -> impl Iterator<Item = GuardId> + use<> {
        let when = |guard: u32| self.guards.get(guard as usize)?.when.as_ref();
        self.index.matching_guards(request, when).into_iter().map(GuardId)
    }

    /// The first route for which [`Tree::route_matches`] is true.
    pub fn first_route(&self, request: &Request<'_>) -> Option<RouteId> {
        let when = |route: u32| self.routes.get(route as usize)?.as_ref();
        self.index.first_route(request, when).map(RouteId)
    }

    /// Whether a request keeps to an assumption, as [`Tree::assume_holds`] has it.
    pub fn keeps_to(&self, assume: AssumeId, request: &Request<'_>) -> bool {
        let assume = self.assumes.get(assume.0 as usize);
        assume.is_some_and(|that| request.scope().decide(that, false))
    }

    /// Bytes of memory that the index takes beside the literals that it knows.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }
}
