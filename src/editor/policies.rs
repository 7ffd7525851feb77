//! The policies that have a file open, each with what is known of it.

use super::analysis::Analysis;
use super::background::Job;
use super::buffers::Buffers;
use super::home::Home;
use super::lens::{Counts, Traffic};
use super::places::is_path;
use super::positions::Encoding;
use super::report;
use crate::diagnostic::Diagnostic;
use lsp_types as lsp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Findings of one file, to be shown in place of those shown before.
#[derive(Debug)]
pub(super) struct Shown {
    /// The file.
    pub(super) name: String,
    /// All its findings.
    pub(super) findings: Vec<lsp::Diagnostic>,
}

/// One policy.
#[derive(Debug)]
pub(super) struct State {
    home: Home,
    analysis: Option<Analysis>,
    dirty: bool,
    generation: u64,
    stale: Arc<AtomicBool>,
    /// What a closer look found, of this generation.
    more: Vec<Diagnostic>,
    counts: Option<Counts>,
    shown: BTreeMap<String, Vec<lsp::Diagnostic>>,
}

impl State {
    fn new(home: Home) -> Self {
        State {
            home,
            analysis: None,
            dirty: true,
            generation: 0,
            stale: Arc::default(),
            more: Vec::new(),
            counts: None,
            shown: BTreeMap::new(),
        }
    }

    /// The policy as it is now; `None` until it was looked at.
    pub(super) fn analysis(&self) -> Option<&Analysis> {
        self.analysis.as_ref()
    }

    /// What a closer look found.
    pub(super) fn more(&self) -> &[Diagnostic] {
        &self.more
    }

    /// Requests that reach the rules, as last counted.
    pub(super) fn counts(&self) -> Option<&Counts> {
        self.counts.as_ref()
    }

    /// Takes the counts of a generation; whether it is this one.
    pub(super) fn counted(&mut self, generation: u64, counts: Counts) -> bool {
        let is_current = self.generation == generation;
        if is_current {
            self.counts = Some(counts);
        }
        is_current
    }

    /// Takes what a closer look at a generation found; whether it is this one and there is something.
    pub(super) fn found(&mut self, generation: u64, more: Vec<Diagnostic>) -> bool {
        let is_news = self.generation == generation && !more.is_empty();
        if is_news {
            self.more = more;
        }
        is_news
    }

    /// Compiles the policy where something has changed; whether it had.
    fn refresh(&mut self, buffers: &Buffers) -> bool {
        let was_dirty = std::mem::take(&mut self.dirty);
        if was_dirty {
            self.stale.store(true, Ordering::Relaxed);
            self.stale = Arc::default();
            self.generation += 1;
            self.more.clear();
            self.analysis = Some(Analysis::new(&self.home, buffers, self.analysis.take()));
        }
        was_dirty
    }

    /// What is to be shown: all of the open files, of the others what has changed.
    pub(super) fn changes(&mut self, buffers: &Buffers, encoding: Encoding) -> Vec<Shown> {
        let Some(analysis) = &self.analysis else {
            return Vec::new();
        };
        let mut found = report::by_file(analysis, &self.more, encoding);
        for name in self.shown.keys() {
            found.entry(name.clone()).or_default();
        }
        let changed = found.iter().filter(|(name, findings)| {
            let before = self.shown.get(*name);
            buffers.of(name).is_some() || before.is_none_or(Vec::is_empty) != findings.is_empty() || {
                before.is_some_and(|before| before != *findings)
            }
        });
        let changed: Vec<Shown> = changed
            .map(|(name, findings)| Shown {
                name: name.clone(),
                findings: findings.clone(),
            })
            .collect();
        self.shown = found;
        changed
    }

    /// The closer look that is due, where the policy loads.
    fn job(&self, traffic: Option<Traffic>) -> Option<Job> {
        let analysis = self.analysis.as_ref()?;
        let tree = analysis.tree.as_ref()?;
        Some(Job {
            home: self.home.clone(),
            said: analysis.diagnostics.clone(),
            generation: self.generation,
            tree: Arc::clone(tree),
            traffic,
            stale: Arc::clone(&self.stale),
        })
    }

    fn holds(&self, name: &str) -> bool {
        self.analysis
            .as_ref()
            .is_some_and(|analysis| analysis.known_as(name).is_some())
    }
}

/// All policies with an open file.
#[derive(Debug, Default)]
pub(super) struct Policies {
    /// The policy that the editor was told of, if it was.
    configured: Option<Home>,
    states: BTreeMap<Home, State>,
}

impl Policies {
    /// With a policy that counts for its files whatever directories they are in.
    pub(super) fn new(configured: Option<Home>) -> Self {
        Policies {
            configured,
            states: BTreeMap::new(),
        }
    }

    /// The policy that a file is a part of: one that holds it already, the configured one where it lies there, else
    /// its directory's.
    fn home(&self, name: &str) -> Home {
        let holding = self.states.values().find(|state| state.holds(name));
        if let Some(state) = holding {
            return state.home.clone();
        }
        let configured = self.configured.as_ref().filter(|home| {
            let mut roots = home.roots.iter();
            is_path(name) && roots.any(|root| Path::new(name).starts_with(root))
        });
        configured.cloned().unwrap_or_else(|| Home::of(name))
    }

    /// Notes that a file has been opened or has changed.
    pub(super) fn touch(&mut self, name: &str) {
        let home = self.home(name);
        let state = self
            .states
            .entry(home.clone())
            .or_insert_with(|| State::new(home));
        state.dirty = true;
        // A file may be used by other policies, too.
        for state in self.states.values_mut().filter(|state| state.holds(name)) {
            state.dirty = true;
        }
    }

    /// Notes that files on disk may have changed.
    pub(super) fn touch_all(&mut self) {
        for state in self.states.values_mut() {
            state.dirty = true;
        }
    }

    /// Lets go of the policies without any open file; their findings are taken back.
    pub(super) fn sweep(&mut self, buffers: &Buffers) -> Vec<Shown> {
        let open: Vec<Home> = buffers.names().map(|name| self.home(name)).collect();
        let mut taken_back = Vec::new();
        self.states.retain(|home, state| {
            let is_open = open.contains(home);
            if !is_open {
                state.stale.store(true, Ordering::Relaxed);
                let findings = state.shown.iter().filter(|(_, findings)| !findings.is_empty());
                taken_back.extend(findings.map(|(name, _)| Shown {
                    name: name.clone(),
                    findings: Vec::new(),
                }));
            }
            is_open
        });
        taken_back
    }

    /// Compiles what has changed: what is to be shown, and the closer looks that are due.
    pub(super) fn refresh(
        &mut self,
        buffers: &Buffers,
        encoding: Encoding,
        traffic: Option<&Traffic>,
    ) -> (Vec<Shown>, Vec<Job>) {
        let (mut shown, mut jobs) = (Vec::new(), Vec::new());
        for state in self.states.values_mut() {
            if state.refresh(buffers) {
                shown.extend(state.changes(buffers, encoding));
                jobs.extend(state.job(traffic.cloned()));
            }
        }
        (shown, jobs)
    }

    /// Whether something has changed since the last compilation.
    pub(super) fn is_dirty(&self) -> bool {
        self.states.values().any(|state| state.dirty)
    }

    /// The policy of a file.
    pub(super) fn of(&self, name: &str) -> Option<&State> {
        self.states.get(&self.home(name))
    }

    /// The policy of this home.
    pub(super) fn at(&mut self, home: &Home) -> Option<&mut State> {
        self.states.get_mut(home)
    }
}
