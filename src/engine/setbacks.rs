//! What a request has met on its way, and what the client is told where nothing is left to try.

use super::call::Call;
use super::client::{Client, Gone};
use super::failure::{Failure, all_open, give_up};
use super::journal::Journal;
use super::report::Outcome;
use crate::model::FailureClass;
use crate::targets::Open;
use std::time::Duration;

/// Failures and open breakers up to now.
#[derive(Debug, Default)]
pub(super) struct Setbacks {
    /// The position of the first target that was tried, and its last failure.
    first: Option<(usize, Failure)>,
    /// Until the first of the targets passed over may be tried again.
    wait: Option<Duration>,
}

impl Setbacks {
    /// A target was passed over.
    pub(super) fn open(&mut self, open: Open) {
        self.wait = Some(self.wait.map_or(open.wait, |wait| wait.min(open.wait)));
    }

    /// An attempt at the target at this position of the plan failed.
    pub(super) fn failed(&mut self, position: usize, failure: Failure) {
        match &mut self.first {
            Some((first, _)) if *first != position => {}
            first => *first = Some((position, failure)),
        }
    }

    /// The client gets the failure of the first target that was tried; where none was, how long to wait.
    pub(super) fn give_up(self, call: &Call, client: &mut Client, journal: &Journal) -> Outcome {
        let form = call.scanned.endpoint.error_form();
        let head = match (self.first, self.wait) {
            (Some((first, failure)), _) => {
                give_up(failure, call.plan.targets.get(first).copied(), journal, form)
            }
            (None, Some(wait)) => all_open(wait, journal, form),
            (None, None) => {
                let failure = Failure::new(FailureClass::Connect, "the plan has no target");
                give_up(failure, None, journal, form)
            }
        };
        match client.commit(head) {
            Ok(()) => Outcome::Failed,
            Err(Gone) => Outcome::ClientClosed,
        }
    }
}
