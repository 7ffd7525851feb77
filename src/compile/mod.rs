//! The one door: texts in; tree and warnings out, or diagnostics.

mod conceal;
mod load;
mod order;
mod texts;

pub use texts::Texts;

use crate::check::{self, Input};
use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::source::SourceMap;
use crate::tree::Tree;
use load::Loaded;

/// Most diagnostics that are handed out; what is beyond is counted.
const MAX_DIAGNOSTICS: usize = 1_000;

/// Where the bytes of policy files and tables come from. The disk stands behind it where a policy is served, a map of
/// texts in tests; a load reads each file once.
pub trait Files {
    /// The files that the operator named (of a directory, its `*.policy` files), in load order.
    fn roots(&mut self) -> Result<Vec<String>, FileError>;

    /// The name by which `path`, written in the file `from`, is known: the same for every way to write it.
    fn resolve(&mut self, from: &str, path: &str) -> String;

    /// All bytes of a file.
    fn read(&mut self, name: &str) -> Result<Vec<u8>, FileError>;

    /// The files and directories that the operator named, as they were written: what is said where they hold no policy.
    fn named(&self) -> Vec<String> {
        Vec::new()
    }
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
    /// The tree, where nothing is wrong but that a final route is missing: so that a request can be shown which no
    /// route takes.
    pub draft: Option<Box<Tree>>,
}

/// Compiles a policy: reads its files, those that they `use` and their tables, parses, checks and builds the tree.
///
/// # Errors
///
/// All that is wrong with the policy, with the texts that it points into.
pub fn compile(files: &mut dyn Files) -> Result<Compiled, Rejected> {
    let loaded = load::load(files);
    let (policy, found) = check::check(Input {
        documents: &loaded.documents,
        tables: &loaded.tables,
        complete: !diagnostic::has_errors(&loaded.diagnostics),
        all_files: loaded.all_files,
    });
    let Loaded {
        mut sources,
        documents,
        hash,
        mut diagnostics,
        ..
    } = loaded;
    diagnostics.extend(found);
    let only_open = diagnostics
        .iter()
        .filter(|found| found.severity() == Severity::Error)
        .all(|found| found.code() == Code::NO_FINAL_ROUTE);
    let Some(policy) = policy.filter(|_| only_open) else {
        conceal::conceal(&diagnostics, &documents, &mut sources);
        return Err(rejected(diagnostics, sources, None));
    };
    // What was written is not looked at any more: the tree may have its room.
    drop(documents);
    match Tree::new(policy, sources.clone(), hash) {
        Ok(tree) if diagnostic::has_errors(&diagnostics) => Err(rejected(diagnostics, sources, Some(tree))),
        Ok(tree) => {
            diagnostics.extend(tree.interpreted().map(interpreted));
            Ok(Compiled {
                tree,
                diagnostics: finished(diagnostics),
            })
        }
        Err(errors) => {
            diagnostics.extend(errors);
            Err(rejected(diagnostics, sources, None))
        }
    }
}

/// Compiles a policy of one file, named `policy`.
///
/// # Errors
///
/// As [`compile`].
pub fn compile_text(text: &str) -> Result<Compiled, Rejected> {
    compile(&mut Texts::new([("policy", text)]))
}

fn rejected(diagnostics: Vec<Diagnostic>, sources: SourceMap, draft: Option<Tree>) -> Rejected {
    Rejected {
        diagnostics: finished(diagnostics),
        sources,
        draft: draft.map(Box::new),
    }
}

fn interpreted(span: crate::source::Span) -> Diagnostic {
    Diagnostic::info(Code::INTERPRETED, "this condition runs in the interpreter").at(
        span,
        "slower than comparisons, `in`, `&&`, `||` and string functions",
    )
}

/// Sorted; of very many only the first, errors before the rest, and their number.
pub(crate) fn finished(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostic::sort(&mut diagnostics);
    let more = diagnostics.len().saturating_sub(MAX_DIAGNOSTICS);
    if more > 0 {
        diagnostics.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity()));
        diagnostics.truncate(MAX_DIAGNOSTICS);
        diagnostics.push(Diagnostic::info(
            Code::TOO_LARGE,
            format!("{more} more findings are not shown"),
        ));
    }
    diagnostics
}

#[cfg(test)]
mod tests;
