//! The work on one request, who does it, and the race between it and its client.

use super::answer::{Answer, AnswerBody};
use super::call::Call;
use super::client::{Client, Head};
use super::journal::Journal;
use super::report::{Outcome, Report};
use super::run;
use crate::wire::errors::{ErrorForm, ErrorShape};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, CatchUnwind};
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Pieces of an answer that wait for the client to take them.
pub(super) const WAITING_PIECES: usize = 16;

/// Carries out a plan. The report is called exactly once: when the last byte has been handed over, just before the body
/// ends, or when the client has gone. Dropping the future or the answer's body means that the client has gone.
pub fn carry_out<R>(call: Call, report: R) -> impl Future<Output = Answer> + Send
where
    R: FnOnce(Report) + Send + 'static,
{
    let (head_sender, head) = oneshot::channel();
    let (pieces_sender, pieces) = mpsc::channel(WAITING_PIECES + 1);
    let first = call.plan.targets.first().copied();
    let form = call.scanned.endpoint.error_form();
    let work = Work::new(async move {
        let journal = Journal::new(call.arrived);
        let mut client = Client::new(head_sender, pieces_sender.clone(), call.watch.clone());
        let outcome = tokio::select! {
            biased;
            outcome = run::run(&call, &mut client, &journal) => outcome,
            () = pieces_sender.closed() => Outcome::ClientClosed,
        };
        report(journal.finish(outcome));
    });
    async move {
        let head = work.until(head).await.unwrap_or_else(|| Head {
            target: first,
            ..internal_error(form)
        });
        head.answer(pieces)
    }
}

/// The work on one request. The task that waits for the head does it itself, so that nobody has to be woken for an answer
/// that comes whole. What is left when the head is there, or when nobody waits for it any more, a task of its own does.
struct Work(Option<CatchUnwind<AssertUnwindSafe<BoxFuture<'static, ()>>>>);

impl Work {
    fn new(work: impl Future<Output = ()> + Send + 'static) -> Self {
        // A defect in it ends this request alone, not the connection and what else it carries. The box comes first: the
        // work is large, and each wrapper would move it.
        Work(Some(AssertUnwindSafe(work.boxed()).catch_unwind()))
    }

    /// Works until the head is there; `None` where the work has ended without one.
    async fn until(mut self, mut head: oneshot::Receiver<Head>) -> Option<Head> {
        poll_fn(|context| {
            if let Some(work) = &mut self.0
                && Pin::new(work).poll(context).is_ready()
            {
                self.0 = None;
            }
            Pin::new(&mut head).poll(context).map(Result::ok)
        })
        .await
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(work.map(drop));
        }
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
