//! One load: files to a proved tree to whatever is served beside it, or diagnostics.

use super::disk::{DiskFiles, DiskState};
use super::patience::Until;
use crate::compile::Rejected;
use crate::diagnostic::Diagnostic;
use crate::settings::Proving;
use crate::tree::Tree;
use crate::verify;
use std::path::PathBuf;
use std::sync::Arc;

/// Builds what is served beside a tree, such as resolved secrets. May fail, and then the load has failed: the
/// diagnostics say why.
pub trait Prepare: Send + Sync + 'static {
    /// What is built.
    type Prepared: Send + Sync + 'static;

    /// Builds it.
    fn prepare(&self, tree: &Arc<Tree>) -> Result<Self::Prepared, Vec<Diagnostic>>;
}

impl<S: Prepare> Prepare for Arc<S> {
    type Prepared = S::Prepared;

    fn prepare(&self, tree: &Arc<Tree>) -> Result<S::Prepared, Vec<Diagnostic>> {
        self.as_ref().prepare(tree)
    }
}

/// Where the policy is read, how it is proved, and what is built beside its tree.
#[derive(Debug)]
pub struct Source<S> {
    policy: Vec<PathBuf>,
    proving: Proving,
    preparation: S,
}

/// What one load came to, and what it read.
#[derive(Debug)]
pub struct Attempt<P> {
    /// What can be served, or what is wrong.
    pub result: Result<Ready<P>, Rejected>,
    /// The files as they were read.
    pub state: DiskState,
}

/// A policy that can be served.
#[derive(Debug)]
pub struct Ready<P> {
    /// Its tree.
    pub tree: Arc<Tree>,
    /// What was built beside it.
    pub prepared: P,
    /// Its warnings and infos.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of asserts and routes that could not be told in time.
    pub unproved: Vec<String>,
}

impl<S: Prepare> Source<S> {
    /// The policy at these paths: directories and files.
    pub fn new(policy: Vec<PathBuf>, proving: Proving, preparation: S) -> Self {
        Source {
            policy,
            proving,
            preparation,
        }
    }

    /// The paths that the operator named.
    pub fn policy(&self) -> &[PathBuf] {
        &self.policy
    }

    /// Reads, compiles, proves, tests and prepares.
    pub fn load(&self) -> Attempt<S::Prepared> {
        let mut files = DiskFiles::new(&self.policy);
        let Proving { budget, unproved } = self.proving;
        let verified = verify::load(&mut files, &Until::after(budget), unproved);
        let state = files.into_state();
        let result = verified.and_then(|verified| {
            let tree = Arc::new(verified.compiled.tree);
            match self.preparation.prepare(&tree) {
                Ok(prepared) => Ok(Ready {
                    tree,
                    prepared,
                    diagnostics: verified.compiled.diagnostics,
                    unproved: verified.unproved,
                }),
                Err(diagnostics) => Err(Rejected {
                    diagnostics,
                    sources: tree.sources().clone(),
                    draft: None,
                }),
            }
        });
        Attempt { result, state }
    }
}
