//! Step 1: all guards are read; a `deny` ends the decision.

use super::decision::Refusal;
use super::tracer::Tracer;
use crate::model::{Denial, Guard, GuardEffect, GuardId, Policy};
use crate::tree::{Request, Tree};
use smallvec::SmallVec;

/// What the guards say of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// Every guard that matched, in policy order.
    pub(super) matched: SmallVec<[GuardId; 8]>,
    /// Those of them that require something of targets.
    pub(super) requiring: SmallVec<[GuardId; 8]>,
    /// The smallest cap on completion tokens that they set.
    pub(super) max_tokens: Option<i64>,
    /// The refusal, where one of them denies.
    pub(super) denial: Option<Refusal>,
}

/// All guards with their ids, in policy order.
pub(super) fn all(policy: &Policy) -> impl Iterator<Item = (GuardId, &Guard)> {
    (0u32..)
        .zip(&policy.guards)
        .map(|(index, guard)| (GuardId(index), guard))
}

/// Reads all guards.
pub(super) fn read<'a, T: Tracer>(tree: &'a Tree, request: &Request<'a>, tracer: &mut T) -> Reading {
    let mut reading = Reading {
        matched: SmallVec::new(),
        requiring: SmallVec::new(),
        max_tokens: None,
        denial: None,
    };
    if T::READS_EVERY_RULE {
        for (id, guard) in all(tree.policy()) {
            let matched = tree.guard_matches(id, request.facts());
            tracer.guard(id, matched);
            if matched {
                reading.add(id, guard);
            }
        }
        return reading;
    }
    for id in tree.matching_guards(request) {
        if let Some(guard) = tree.policy().guard(id) {
            reading.add(id, guard);
        }
    }
    reading
}

impl Reading {
    fn add(&mut self, id: GuardId, guard: &Guard) {
        self.matched.push(id);
        for effect in &guard.effects {
            match effect {
                GuardEffect::Deny(denial) => self.deny(id, denial),
                GuardEffect::Require(_) => {
                    if self.requiring.last() != Some(&id) {
                        self.requiring.push(id);
                    }
                }
                GuardEffect::MaxTokensAtMost(cap) => {
                    self.max_tokens = Some(self.max_tokens.map_or(*cap, |smallest| smallest.min(*cap)));
                }
                // No part of the decision: what is recorded of it is asked of the policy, with the guards that matched.
                GuardEffect::NoContent => {}
            }
        }
    }

    /// The first denial gives status and text, all that deny are named.
    fn deny(&mut self, id: GuardId, denial: &Denial) {
        match &mut self.denial {
            Some(Refusal::DeniedByGuards { guards, .. }) => {
                if guards.last() != Some(&id) {
                    guards.push(id);
                }
            }
            _ => {
                self.denial = Some(Refusal::DeniedByGuards {
                    guards: vec![id],
                    status: denial.status,
                    message: denial.message.clone(),
                });
            }
        }
    }
}
