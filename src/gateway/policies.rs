//! The policies of the process: the one that is served and, with `--shadow`, the one that decides beside it. The two can
//! change places while requests run; each request keeps those that it began with.

use super::prepare::Prepared;
use crate::reload::{Handle, Holder, Loaded};
use arc_swap::ArcSwap;
use std::sync::Arc;

/// A policy's files as they are followed: what they hold, and the loop that keeps it so.
#[derive(Clone, Debug)]
pub struct Followed {
    /// The policy that was loaded last.
    pub holder: Arc<Holder<Prepared>>,
    /// Asks for it to be loaded anew.
    pub reload: Handle<Prepared>,
}

/// Which of the followed policies is served.
#[derive(Debug)]
struct Roles {
    served: Followed,
    candidate: Option<Followed>,
    /// What the served policy's own count of loads lacks to the number of policies that were served; below 0 where it
    /// was loaded more often while it was not served.
    earlier: i64,
}

impl Roles {
    fn generation(&self) -> u64 {
        let loads = signed(self.served.holder.current().generation);
        u64::try_from(self.earlier + loads).unwrap_or(1)
    }
}

/// A count of loads, of which no process sees as many as fit.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The policy that is served, and the one that decides beside it.
#[derive(Debug)]
pub struct Policies {
    roles: ArcSwap<Roles>,
}

/// The policies that one request begins with.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) served: Arc<Loaded<Prepared>>,
    pub(super) candidate: Arc<Loaded<Prepared>>,
}

impl Pair {
    /// Whether these are the same loads of the same policies.
    pub(super) fn is(&self, other: &Pair) -> bool {
        Arc::ptr_eq(&self.served, &other.served) && Arc::ptr_eq(&self.candidate, &other.candidate)
    }
}

impl Policies {
    /// A policy to serve, and one to decide beside it.
    pub fn new(served: Followed, candidate: Option<Followed>) -> Self {
        Policies {
            roles: ArcSwap::from_pointee(Roles {
                served,
                candidate,
                earlier: 0,
            }),
        }
    }

    /// What is served now.
    pub fn served(&self) -> Arc<Loaded<Prepared>> {
        self.roles.load().served.holder.current()
    }

    /// The policy that is served, as it is followed.
    pub fn followed(&self) -> Followed {
        self.roles.load().served.clone()
    }

    /// The policy that decides beside it, as it is followed.
    pub fn candidate(&self) -> Option<Followed> {
        self.roles.load().candidate.clone()
    }

    /// What is served and what decides beside it, where something does.
    pub(super) fn pair(&self) -> Option<Pair> {
        let roles = self.roles.load();
        Some(Pair {
            served: roles.served.holder.current(),
            candidate: roles.candidate.as_ref()?.holder.current(),
        })
    }

    /// How many policies have been served, the current one included.
    pub fn generation(&self) -> u64 {
        self.roles.load().generation()
    }

    /// Serves the policy that decided beside the served one, from the next request on; the two change places, their
    /// files included. `None` where there is no such policy.
    pub fn promote(&self) -> Option<Arc<Loaded<Prepared>>> {
        let mut promoted = None;
        self.roles.rcu(|roles| {
            let Some(candidate) = &roles.candidate else {
                return Arc::clone(roles);
            };
            let next = candidate.holder.current();
            let generation = roles.generation() + 1;
            let swapped = Roles {
                served: candidate.clone(),
                candidate: Some(roles.served.clone()),
                earlier: signed(generation) - signed(next.generation),
            };
            promoted = Some(next);
            Arc::new(swapped)
        });
        promoted
    }
}
