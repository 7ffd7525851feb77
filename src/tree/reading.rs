//! Rules read by the index: the same outcome as reading them from top to bottom, without doing so.

use super::Tree;
use super::index::Request;
use super::names::Names;
use crate::facts::Facts;
use crate::model::{AssumeId, GuardId, Named, Policy, RouteId};

impl Tree {
    /// A request's facts, made ready to be held against this tree's rules. It is good for one decision.
    #[inline]
    pub fn request<'a>(&'a self, facts: &'a Facts) -> Request<'a> {
        self.index.request(facts)
    }

    /// The guards that match, in policy order: those for which [`Tree::guard_matches`] is true.
    pub fn matching_guards<'a>(&'a self, request: &Request<'a>) -> impl Iterator<Item = GuardId> + use<> {
        let when = |guard: u32| self.guards.get(guard as usize)?.when.as_ref();
        self.index.matching_guards(request, when).into_iter().map(GuardId)
    }

    /// The first route for which [`Tree::route_matches`] is true.
    pub fn first_route<'a>(&'a self, request: &Request<'a>) -> Option<RouteId> {
        let when = |route: u32| self.routes.get(route as usize)?.as_ref();
        self.index.first_route(request, when).map(RouteId)
    }

    /// Whether a request keeps to an assumption, as [`Tree::assume_holds`] has it.
    pub fn keeps_to<'a>(&'a self, assume: AssumeId, request: &Request<'a>) -> bool {
        let assume = self.assumes.get(assume.0 as usize);
        assume.is_some_and(|that| request.scope().decide(that, false))
    }

    /// The model or pool of this name, as [`Policy::find_named`] has it.
    pub fn find_named(&self, name: &str) -> Option<Named> {
        self.catalog.find(name)
    }

    /// Bytes of memory that the index takes beside the literals that it knows.
    pub fn index_bytes(&self) -> usize {
        self.index.bytes()
    }
}

/// Models and pools by name.
#[derive(Debug)]
pub(super) struct Catalog {
    names: Names,
    /// What each name stands for.
    named: Box<[Option<Named>]>,
}

impl Catalog {
    /// Those of a policy.
    pub(super) fn of(policy: &Policy) -> Catalog {
        let names = Names::new(policy.all_named().map(|named| policy.name_of(named)));
        let mut all = vec![None; names.texts().len()];
        for named in policy.all_named() {
            let number = names.find(policy.name_of(named)) as usize;
            if let Some(slot @ None) = number.checked_sub(1).and_then(|at| all.get_mut(at)) {
                *slot = Some(named);
            }
        }
        Catalog {
            names,
            named: all.into(),
        }
    }

    fn find(&self, name: &str) -> Option<Named> {
        let number = self.names.find(name) as usize;
        self.named.get(number.checked_sub(1)?).copied().flatten()
    }
}
