//! The one pointer to what is served, and what became of the loads.

use super::clock;
use super::load::Ready;
use crate::compile::Rejected;
use crate::diagnostic::{Diagnostic, Severity, render_human, render_json};
use crate::facts::Timestamp;
use crate::tree::Tree;
use arc_swap::ArcSwap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// A policy as it is served. Requests keep the one that they began with.
#[derive(Debug)]
pub struct Loaded<P> {
    /// The evaluation tree.
    pub tree: Arc<Tree>,
    /// What was built beside it.
    pub prepared: P,
    /// Counts the policies served, from 1.
    pub generation: u64,
    /// When it was loaded.
    pub loaded_at: Timestamp,
    /// How many warnings it has.
    pub warnings: usize,
    /// Names of asserts and routes that could not be told in time.
    pub unproved: Vec<String>,
}

/// A load that failed and left the policy before it in force.
#[derive(Clone, Debug)]
pub struct FailedLoad {
    /// When it failed.
    pub at: Timestamp,
    /// What was wrong, as data.
    pub diagnostics: serde_json::Value,
    /// What was wrong, for people.
    pub text: String,
    /// Whether the files are still those that failed: nothing has been loaded since.
    pub current: bool,
}

/// Holds what is served. Readers take a snapshot without a lock; there is one writer.
#[derive(Debug)]
pub struct Holder<P> {
    current: ArcSwap<Loaded<P>>,
    failed: Mutex<Option<FailedLoad>>,
    good: AtomicU64,
    bad: AtomicU64,
}

impl<P> Holder<P> {
    /// Holds a first policy.
    pub fn new(ready: Ready<P>) -> Self {
        Holder {
            current: ArcSwap::from_pointee(loaded(ready, 1)),
            failed: Mutex::new(None),
            good: AtomicU64::new(0),
            bad: AtomicU64::new(0),
        }
    }

    /// What is served now.
    pub fn current(&self) -> Arc<Loaded<P>> {
        self.current.load_full()
    }

    /// The last load that failed, if one did.
    pub fn last_failure(&self) -> Option<FailedLoad> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many loads after the first one were served, and how many failed.
    pub fn counts(&self) -> (u64, u64) {
        (
            self.good.load(Ordering::Relaxed),
            self.bad.load(Ordering::Relaxed),
        )
    }

    /// Serves a policy from the next request on.
    pub(super) fn swap(&self, ready: Ready<P>) -> Arc<Loaded<P>> {
        let next = Arc::new(loaded(ready, self.current().generation + 1));
        self.current.store(Arc::clone(&next));
        self.good.fetch_add(1, Ordering::Relaxed);
        if let Some(failed) = self
            .failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_mut()
        {
            failed.current = false;
        }
        next
    }

    /// Notes a load that failed; what is served stays.
    pub(super) fn fail(&self, rejected: &Rejected) -> FailedLoad {
        let failed = FailedLoad {
            at: clock::now(),
            diagnostics: render_json(&rejected.diagnostics, &rejected.sources),
            text: render_human(&rejected.diagnostics, &rejected.sources, false),
            current: true,
        };
        self.bad.fetch_add(1, Ordering::Relaxed);
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(failed.clone());
        failed
    }
}

fn loaded<P>(ready: Ready<P>, generation: u64) -> Loaded<P> {
    Loaded {
        tree: ready.tree,
        prepared: ready.prepared,
        generation,
        loaded_at: clock::now(),
        warnings: ready
            .diagnostics
            .iter()
            .map(Diagnostic::severity)
            .filter(|severity| *severity == Severity::Warning)
            .count(),
        unproved: ready.unproved,
    }
}
