//! What takes longer than a keystroke may: done on a thread of its own, given up when the text has changed.

use super::home::Home;
use super::lens::{Counts, Traffic, count};
use crate::tree::Tree;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// A policy that loads, to be looked at more closely.
#[derive(Debug)]
pub(super) struct Job {
    /// Which policy it is.
    pub(super) home: Home,
    /// Which state of it.
    pub(super) generation: u64,
    /// Its tree.
    pub(super) tree: Arc<Tree>,
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
    /// Requests that reach the rules, or why they cannot be counted.
    Counts(Result<Counts, String>),
}

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Background {
    jobs: Sender<Job>,
}

impl Background {
    /// Starts the thread; `tell` is given everything that is found.
    pub(super) fn start(tell: impl Fn(Outcome) + Send + 'static) -> io::Result<Self> {
        let (jobs, taken) = channel();
        std::thread::Builder::new()
            .name("background".to_owned())
            .spawn(move || work(&taken, &tell))?;
        Ok(Background { jobs })
    }

    /// Has a policy looked at.
    pub(super) fn take(&self, job: Job) {
        // Where the thread is gone there is nobody to look, and nothing depends on it.
        let _ = self.jobs.send(job);
    }
}

fn work(jobs: &Receiver<Job>, tell: &impl Fn(Outcome)) {
    while let Ok(first) = jobs.recv() {
        // Of each policy only the latest state counts.
        let latest: BTreeMap<Home, Job> = std::iter::once(first)
            .chain(jobs.try_iter())
            .map(|job| (job.home.clone(), job))
            .collect();
        for job in latest.into_values() {
            look(&job, tell);
        }
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
    let Some(traffic) = &job.traffic else { return };
    match count(&job.tree, traffic, &is_stale) {
        Ok(Some(counts)) => tell(Found::Counts(Ok(counts))),
        Ok(None) => {}
        Err(reason) => tell(Found::Counts(Err(reason))),
    }
}
