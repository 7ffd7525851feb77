//! What conditions are evaluated over beside the request's facts.

use super::target::TargetView;

/// A target in `require`, an attempt at one in an assert's `that`, and nothing elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Subject<'a> {
    /// The target at hand.
    pub(super) target: Option<&'a TargetView>,
    /// The target's place in the plan, 0 for the first.
    pub(super) position: i64,
    /// The names of the targets behind it in the plan.
    pub(super) fallbacks: &'a [String],
}

impl<'a> Subject<'a> {
    /// A target alone.
    pub(super) fn target(target: &'a TargetView) -> Self {
        Subject {
            target: Some(target),
            ..Subject::default()
        }
    }
}
