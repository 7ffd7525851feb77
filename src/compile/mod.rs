//! The one door: texts in; tree and warnings out, or diagnostics.

use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;
use crate::tree::Tree;

/// Where the bytes of policy files and tables come from. The disk stands behind it where a policy is served, a map of
/// texts in tests; a load reads each file once.
pub trait Files {
    /// The files that the operator named (of a directory, its `*.policy` files), in load order.
    fn roots(&mut self) -> Result<Vec<String>, FileError>;

    /// The name by which `path`, written in the file `from`, is known: the same for every way to write it.
    fn resolve(&mut self, from: &str, path: &str) -> String;

    /// All bytes of a file.
    fn read(&mut self, name: &str) -> Result<Vec<u8>, FileError>;
}

/// A file or directory that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// What was to be read, as people know it.
    pub path: String,
    /// Why it could not be.
    pub reason: String,
}

/// A policy that loads.
#[derive(Debug)]
pub struct Compiled {
    /// The evaluation tree; it holds the policy and its texts.
    pub tree: Tree,
    /// Warnings and infos, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// A policy that does not load: at least one of the diagnostics is an error.
#[derive(Debug)]
pub struct Rejected {
    /// Everything found, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: SourceMap,
}
