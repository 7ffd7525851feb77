//! What became of a request's copy, as metrics and records have it.

use super::finish::{attempt, name_of, usage};
use super::shadows::Copied;
use crate::model::{ModelId, Policy};
use crate::record::{RecordedAttempt, RecordedShadow, cost};
use std::borrow::Cow;

/// The class that a copy is counted as.
pub(super) fn class(copied: &Copied) -> &'static str {
    let Copied::Made(report) = copied else {
        return "busy";
    };
    match report.attempts.first() {
        None => "open",
        Some(attempt) if attempt.cancelled => "cancelled",
        Some(attempt) => attempt.class.map_or("ok", |class| class.name()),
    }
}

/// The copy as it stands in a record.
pub(super) fn recorded<'p>(policy: &'p Policy, target: ModelId, copied: &Copied) -> RecordedShadow<'p> {
    let made = match copied {
        Copied::Made(report) => report.attempts.first().map(|made| (report, made)),
        Copied::Busy => None,
    };
    let Some((report, made)) = made else {
        return RecordedShadow {
            attempt: not_made(policy, target),
            passed_over: Some(Cow::Borrowed(class(copied))),
            usage: None,
            cost_usd: None,
        };
    };
    let usage = usage(report);
    let price = policy.model(target).and_then(|model| model.price.as_ref());
    RecordedShadow {
        attempt: attempt(policy, made),
        passed_over: None,
        usage,
        cost_usd: cost(price, usage.as_ref()),
    }
}

fn not_made(policy: &Policy, target: ModelId) -> RecordedAttempt<'_> {
    RecordedAttempt {
        target: Cow::Borrowed(name_of(policy, target)),
        status: None,
        class: None,
        first_token_ms: None,
        ms: None,
        cancelled: false,
    }
}
