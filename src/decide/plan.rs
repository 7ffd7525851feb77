//! The plan: targets in order, and where to go after a failure.

use crate::model::{ClassSet, FailureClass, ModelId, Policy};
use smallvec::SmallVec;
use std::time::Duration;

/// Targets in the order of their first places, and after which failures each may be tried. The plans of most routes take
/// no memory of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// All targets, each once; at least one. The first is tried first.
    pub targets: SmallVec<[ModelId; 8]>,
    /// The target expression (without targets where all of its own left the plan), then each fallback clause that
    /// still has a target, in written order.
    pub groups: SmallVec<[Group; 3]>,
    /// Where the first attempt is hedged.
    pub hedge: Option<Hedging>,
    /// Where a copy of the request goes, whose answer nobody gets.
    pub shadow: Option<ModelId>,
}

/// A second attempt beside the first one, where that has had no content in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hedging {
    /// The position of its target in [`Plan::targets`]; never 0.
    pub second: usize,
    /// How long the first attempt has for its first content.
    pub after: Duration,
}

/// The targets of one clause and the failures that lead to it. A group names every target that its clause has, those
/// of earlier groups too: after a failure that only this clause lists, they are still its targets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The failures after which an untried target of the group may be tried.
    pub on: ClassSet,
    /// Positions in [`Plan::targets`], first choice first.
    pub targets: SmallVec<[usize; 4]>,
}

impl Plan {
    /// Where to go after a failure of `class` at the target at `current`, once its retries are spent: the first group
    /// that lists the class and has an untried target, and in it the first of these; `None` where the client gets the
    /// error. `tried` holds a truth for each target, those left out are untried.
    ///
    /// `timeout.total` cannot be rescued. After `context-length` a target is passed over where its window and that of
    /// the failed one are both known and it is not the larger.
    pub fn next(
        &self,
        policy: &Policy,
        tried: &[bool],
        current: usize,
        class: FailureClass,
    ) -> Option<usize> {
        if class == FailureClass::TimeoutTotal {
            return None;
        }
        let window = |at: usize| policy.model(*self.targets.get(at)?)?.context;
        let failed = window(current);
        let fits = |at: usize| match (failed, window(at)) {
            (Some(failed), Some(candidate)) if class == FailureClass::ContextLength => candidate > failed,
            _ => true,
        };
        self.groups
            .iter()
            .filter(|group| group.on.contains(class))
            .flat_map(|group| group.targets.iter().copied())
            .find(|at| *at != current && !tried.get(*at).copied().unwrap_or(false) && fits(*at))
    }
}
