//! The bounds on the phases of one attempt.

use super::call::Call;
use crate::model::{FailureClass, ModelId, RouteAction};
use futures_util::FutureExt;
use futures_util::future::Either;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The time to a connection where no policy says anything; the defaults always do.
const CONNECT: Duration = Duration::from_secs(5);

/// When each phase of an attempt is over at the latest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    headers: Option<Instant>,
    first_token: Option<Instant>,
    idle: Option<Duration>,
    total: Option<Instant>,
}

/// A moment, and the failure that it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) at: Option<Instant>,
    pub(super) class: FailureClass,
}

impl Deadline {
    fn earlier(self, at: Option<Instant>, class: FailureClass) -> Deadline {
        match (self.at, at) {
            (_, None) => self,
            (Some(mine), Some(other)) if mine <= other => self,
            _ => Deadline { at, class },
        }
    }

    /// The work's result, or the class of the failure where the deadline came first.
    pub(super) fn bound<T>(
        self,
        work: impl Future<Output = T>,
    ) -> impl Future<Output = Result<T, FailureClass>> {
        // An `async fn` would keep room for the work twice.
        match self.at {
            Some(at) => Either::Left(timeout_at(at, work).map(move |done| done.map_err(|_| self.class))),
            None => Either::Right(work.map(Ok)),
        }
    }
}

impl Limits {
    /// The bounds on an attempt that starts now. A whole answer's headers come when all of it has been made: they have
    /// the total's time unless route or model say otherwise, and there is no first token.
    pub(super) fn new(call: &Call, target: ModelId, started: Instant) -> Self {
        let policy = call.tree.policy();
        let timeouts = policy.timeouts(call.route, target);
        let headers = if call.scanned.stream {
            timeouts.headers
        } else {
            own_headers(call, target)
        };
        let first_token = timeouts.first_token.filter(|_| call.scanned.stream);
        Limits {
            connect: timeouts.connect.unwrap_or(CONNECT),
            headers: after(started, headers),
            first_token: after(started, first_token),
            idle: timeouts.idle,
            total: after(call.arrived, timeouts.total),
        }
    }

    fn total_deadline(&self) -> Deadline {
        Deadline {
            at: self.total,
            class: FailureClass::TimeoutTotal,
        }
    }

    /// Until the headers must be there. No content comes before them, so that the first token's time counts too.
    pub(super) fn headers(&self) -> Deadline {
        self.total_deadline()
            .earlier(self.headers, FailureClass::TimeoutHeaders)
            .earlier(self.first_token, FailureClass::TimeoutFirstToken)
    }

    /// Until the next piece of a whole body must be there, the last one (or the headers) having come at `last`.
    pub(super) fn piece(&self, last: Instant) -> Deadline {
        self.total_deadline()
            .earlier(after(last, self.idle), FailureClass::TimeoutIdle)
    }

    /// Until the next piece of a stream must be there: `last` is when the one before came, `content` whether any
    /// content has.
    pub(super) fn event(&self, last: Option<Instant>, content: bool) -> Deadline {
        let first_token = self.first_token.filter(|_| !content);
        let idle = match (last, first_token) {
            (Some(last), _) => after(last, self.idle),
            // A stream without a first token's bound, as an answer to a request for a whole one.
            (None, None) => after(Instant::now(), self.idle),
            (None, Some(_)) => None,
        };
        self.total_deadline()
            .earlier(first_token, FailureClass::TimeoutFirstToken)
            .earlier(idle, FailureClass::TimeoutIdle)
    }

    /// Until the last byte must be sent.
    pub(super) fn total(&self) -> Deadline {
        self.total_deadline()
    }

    /// The time that is left of the request's.
    pub(super) fn remaining(&self) -> Duration {
        self.total.map_or(Duration::MAX, |total| {
            total.saturating_duration_since(Instant::now())
        })
    }
}

fn after(start: Instant, duration: Option<Duration>) -> Option<Instant> {
    duration.and_then(|duration| start.checked_add(duration))
}

/// `headers` as route or model say.
fn own_headers(call: &Call, target: ModelId) -> Option<Duration> {
    let policy = call.tree.policy();
    let by_route = policy.route(call.route).and_then(|route| match &route.action {
        RouteAction::Send(routing) => routing.timeouts.headers,
        RouteAction::Deny(_) => None,
    });
    let model = policy.model(target).map(|model| model.timeouts);
    by_route.or(model.unwrap_or_default().headers)
}
