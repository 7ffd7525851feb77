//! The task of one request, and the race between its work and its client.

use super::answer::{Answer, AnswerBody};
use super::call::Call;
use super::client::{Client, Head};
use super::journal::Journal;
use super::report::{Outcome, Report};
use super::run;
use crate::wire::errors::{ErrorForm, ErrorShape};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use tokio::sync::{mpsc, oneshot};

/// Pieces of an answer that wait for the client to take them.
pub(super) const WAITING_PIECES: usize = 16;

/// Carries out a plan. The report is called exactly once: when the last byte has been handed over, just before the body
/// ends, or when the client has gone. Dropping the future or the answer's body means that the client has gone.
pub async fn carry_out(call: Call, report: impl FnOnce(Report) + Send + 'static) -> Answer {
    let (head_sender, head) = oneshot::channel();
    let (pieces_sender, pieces) = mpsc::channel(WAITING_PIECES + 1);
    let first = call.plan.targets.first().copied();
    let form = call.scanned.endpoint.error_form();
    tokio::spawn(async move {
        let journal = Journal::new(call.arrived);
        let mut client = Client::new(head_sender, pieces_sender.clone());
        let outcome = tokio::select! {
            biased;
            outcome = run::run(&call, &mut client, &journal) => outcome,
            () = pieces_sender.closed() => Outcome::ClientClosed,
        };
        report(journal.finish(outcome));
    });
    match head.await {
        Ok(head) => head.answer(pieces),
        Err(_) => Head {
            target: first,
            ..internal_error(form)
        }
        .answer(pieces),
    }
}

/// The answer where the task ended without one; only a defect of the program leads here.
fn internal_error(form: ErrorForm) -> Head {
    let error = ErrorShape {
        status: 500,
        message: "the request could not be carried out",
        kind: "internal_error",
        code: Some("internal_error"),
        param: None,
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Head {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        headers,
        body: Some(AnswerBody::whole(error.body(form))),
        is_stream: false,
        target: None,
        attempts: 0,
        failures: Vec::new(),
        upstream_id: None,
    }
}
