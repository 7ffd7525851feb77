//! The way through a plan.

use super::answer::{Answer, AnswerBody};
use super::call::Call;
use super::report::{Outcome, Report};
use http::{HeaderMap, StatusCode};

/// Carries out a plan. The report is called exactly once, when the last byte has gone or the client has.
pub async fn carry_out(call: Call, report: impl FnOnce(Report) + Send + 'static) -> Answer {
    let (_, pieces) = tokio::sync::mpsc::channel(1);
    report(Report {
        attempts: Vec::new(),
        outcome: Outcome::Failed,
        usage: None,
        target: None,
        first_byte: None,
        hold_exceeded: false,
    });
    Answer {
        status: StatusCode::BAD_GATEWAY,
        headers: HeaderMap::new(),
        body: AnswerBody::pieces(pieces),
        is_stream: false,
        target: call.plan.targets.first().copied(),
        attempts: 0,
        failures: Vec::new(),
        upstream_id: None,
    }
}
