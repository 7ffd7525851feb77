//! What takes longer than a keystroke may: done on a thread of its own, given up when the text has changed.

use super::home::Home;
use super::lens::{Counts, Traffic, count};
use crate::diagnostic::Diagnostic;
use crate::prove::{self, Patience};
use crate::scenario;
use crate::tree::Tree;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A policy that loads, to be looked at more closely.
#[derive(Debug)]
pub(super) struct Job {
    /// Which policy it is.
    pub(super) home: Home,
    /// Which state of it.
    pub(super) generation: u64,
    /// Its tree.
    pub(super) tree: Arc<Tree>,
    /// What compiling it said.
    pub(super) said: Vec<Diagnostic>,
    /// The traffic to count, where there is any.
    pub(super) traffic: Option<Traffic>,
    /// Set when another state has come.
    pub(super) stale: Arc<AtomicBool>,
}

/// What a closer look brought.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The policy.
    pub(super) home: Home,
    /// The state that it is true of.
    pub(super) generation: u64,
    /// What was found.
    pub(super) found: Found,
}

/// The kinds of findings.
#[derive(Debug)]
pub(super) enum Found {
    /// What the compiler does not look for: what is proved and refuted, tests that fail.
    Findings(Vec<Diagnostic>),
    /// Requests that reach the rules, or why they cannot be counted.
    Counts(Result<Counts, String>),
}

/// The latest state of each policy that waits to be looked at.
type Waiting = Mutex<BTreeMap<Home, Job>>;

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Background {
    waiting: Arc<Waiting>,
    wake: SyncSender<()>,
}

impl Background {
    /// Starts the thread; `tell` is given everything that is found.
    pub(super) fn start(tell: impl Fn(Outcome) + Send + 'static) -> io::Result<Self> {
        let waiting = Arc::new(Waiting::default());
        let (wake, woken) = sync_channel(1);
        let theirs = Arc::clone(&waiting);
        std::thread::Builder::new()
            .name("background".to_owned())
            .spawn(move || work(&theirs, &woken, &tell))?;
        Ok(Background { waiting, wake })
    }

    /// Has a policy looked at, in place of a state of it that still waits.
    pub(super) fn take(&self, job: Job) {
        lock(&self.waiting).insert(job.home.clone(), job);
        // Full: it is about to wake up. Closed: there is nobody to look, and nothing depends on it.
        let _ = self.wake.try_send(());
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, BTreeMap<Home, Job>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn work(waiting: &Waiting, woken: &Receiver<()>, tell: &impl Fn(Outcome)) {
    while woken.recv().is_ok() {
        let jobs = std::mem::take(&mut *lock(waiting));
        for job in jobs.into_values() {
            look(&job, tell);
        }
    }
}

/// Proofs go on while the text is what they are about.
struct WhileFresh<'a>(&'a AtomicBool);

impl Patience for WhileFresh<'_> {
    fn is_over(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn look(job: &Job, tell: &impl Fn(Outcome)) {
    let is_stale = || job.stale.load(Ordering::Relaxed);
    let tell = |found| {
        tell(Outcome {
            home: job.home.clone(),
            generation: job.generation,
            found,
        });
    };
    if is_stale() {
        return;
    }
    let patience = WhileFresh(&job.stale);
    let mut findings = prove::prove(&job.tree, &job.said, &patience).diagnostics;
    if is_stale() {
        return;
    }
    findings.extend(scenario::diagnostics(&job.tree));
    tell(Found::Findings(findings));
    let Some(traffic) = &job.traffic else { return };
    match count(&job.tree, traffic, &is_stale) {
        Ok(Some(counts)) => tell(Found::Counts(Ok(counts))),
        Ok(None) => {}
        Err(reason) => tell(Found::Counts(Err(reason))),
    }
}
