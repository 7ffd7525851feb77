//! One end of a transition: where a decision sends a request first, or who refuses it.

use crate::record::RecordedDecision;
use serde::{Deserialize, Serialize};

/// Where a request goes first, or who refuses it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct End {
    /// The route that matched; `None` where a guard denied, or a foreign record does not tell.
    pub route: Option<String>,
    /// The first target; `None` where there is none.
    pub target: Option<String>,
    /// The guard or route that denied, or the assumption that was broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied: Option<String>,
    /// The code of a refusal that is no denial, such as `no_eligible_target`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl End {
    pub(super) fn of(decision: &RecordedDecision<'_>) -> Self {
        let owned = |name: &Option<std::borrow::Cow<'_, str>>| name.as_deref().map(str::to_owned);
        // What has neither a route nor a target was denied by a guard, if the record does not say so.
        let silent = decision.route.is_none() && decision.targets.is_empty() && decision.error.is_none();
        let guard = decision.guards.first().filter(|_| silent);
        End {
            route: owned(&decision.route),
            target: decision.targets.first().map(|target| target.to_string()),
            denied: owned(&decision.denied).or_else(|| guard.map(|guard| guard.to_string())),
            error: owned(&decision.error),
        }
    }
}
