//! What programs of the interpreter came to for one request: each runs once, however many conditions it is a part of.

use std::cell::RefCell;

/// The outcomes known so far.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// By the programs' numbers: what came of one that has run, `Some(None)` where it failed. Nothing is allocated
    /// before the first has run.
    outcomes: RefCell<Vec<Option<Option<bool>>>>,
}

impl Memo {
    /// The outcome of the program of this number, which runs if it has not before; `None` where it failed.
    pub(super) fn outcome(&self, program: u32, run: impl FnOnce() -> Option<bool>) -> Option<bool> {
        let at = program as usize;
        if let Some(Some(outcome)) = self.outcomes.borrow().get(at) {
            return *outcome;
        }
        let outcome = run();
        let mut outcomes = self.outcomes.borrow_mut();
        if outcomes.len() <= at {
            outcomes.resize(at + 1, None);
        }
        if let Some(slot) = outcomes.get_mut(at) {
            *slot = Some(outcome);
        }
        outcome
    }
}
