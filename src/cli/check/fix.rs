//! `check --fix`: the safe fixes of a policy, carried out on its files.
//!
//! All rounds are made in memory: what one fix uncovers may have a fix of its own. Only a result without more errors
//! than before is written, each file whole or not at all.

use crate::compile::{FileError, Files, compile};
use crate::diagnostic::{Diagnostic, Severity, apply, safe_fixes};
use crate::reload::disk::DiskFiles;
use crate::source::SourceMap;
use crate::traffic::reason;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Most rounds of fixing and checking again.
const MAX_ROUNDS: usize = 32;

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    /// How many fixes were carried out.
    pub(super) applied: usize,
    /// The files that were written.
    pub(super) files: Vec<String>,
    /// Why something was not written, one line each.
    pub(super) problems: Vec<String>,
}

/// Carries the safe fixes of a policy out on its files.
pub(super) fn fix(policy: &[PathBuf]) -> Fixed {
    let mut texts = BTreeMap::new();
    let mut accepted = (0, BTreeMap::new());
    let mut original = BTreeMap::new();
    let mut errors_at_first = None;
    let mut applied = 0;
    let mut is_refused = false;
    for _ in 0..MAX_ROUNDS {
        let mut files = Overlay::new(policy, &texts);
        let (diagnostics, sources) = findings(&mut files);
        let read = files.read;
        if errors_at_first.is_none() {
            original = read.clone();
        }
        let errors = errors(&diagnostics);
        is_refused = errors > *errors_at_first.get_or_insert(errors);
        if !is_refused {
            accepted = (applied, texts.clone());
        }
        let fixes = safe_fixes(&diagnostics);
        if fixes.is_empty() {
            break;
        }
        applied += fixes.len();
        for (id, file) in sources.files() {
            let Some(text) = read.get(file.name()) else {
                continue;
            };
            let fixed = apply(text, id, &fixes);
            if fixed != *text {
                texts.insert(file.name().to_owned(), fixed);
            }
        }
    }
    write_all(accepted, &original, is_refused)
}

fn write_all(
    (applied, texts): (usize, BTreeMap<String, String>),
    original: &BTreeMap<String, String>,
    is_refused: bool,
) -> Fixed {
    let mut fixed = Fixed::default();
    if is_refused {
        let message = "some fixes were not applied: the result would have more errors than before";
        fixed.problems.push(message.to_owned());
    }
    for (name, text) in texts {
        let Some(before) = original.get(&name) else {
            continue;
        };
        match replace(Path::new(&name), before, &text) {
            Ok(()) => fixed.files.push(name),
            Err(reason) => fixed.problems.push(format!("`{name}` was not written: {reason}")),
        }
    }
    if !fixed.files.is_empty() {
        fixed.applied = applied;
    }
    fixed
}

fn findings(files: &mut Overlay<'_>) -> (Vec<Diagnostic>, SourceMap) {
    match compile(files) {
        Ok(compiled) => (compiled.diagnostics, compiled.tree.sources().clone()),
        Err(rejected) => (rejected.diagnostics, rejected.sources),
    }
}

fn errors(diagnostics: &[Diagnostic]) -> usize {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Error);
    errors.count()
}

/// Puts a text in the place of a file, whole or not at all: a file beside it takes its name.
fn replace(path: &Path, before: &str, text: &str) -> Result<(), String> {
    let said = |error: io::Error| reason(&error);
    // A link stays one: the file behind it is replaced.
    let path = std::fs::canonicalize(path).map_err(said)?;
    let now = std::fs::read(&path).map_err(said)?;
    if now != before.as_bytes() {
        return Err("it was changed meanwhile".to_owned());
    }
    let beside = tempfile_beside(&path);
    let written = write_whole(&beside, text, &path).and_then(|()| std::fs::rename(&beside, &path));
    if let Err(error) = written {
        let _ = std::fs::remove_file(&beside);
        return Err(said(error));
    }
    Ok(())
}

fn write_whole(beside: &Path, text: &str, original: &Path) -> io::Result<()> {
    let mut file = std::fs::File::create_new(beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(std::fs::metadata(original)?.permissions())?;
    file.sync_all()
}

/// A name in the same folder that no policy is read from.
fn tempfile_beside(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{name}.{}.fixed", std::process::id()))
}

/// The files on disk with some texts in the place of theirs.
struct Overlay<'a> {
    disk: DiskFiles,
    texts: &'a BTreeMap<String, String>,
    read: BTreeMap<String, String>,
}

impl<'a> Overlay<'a> {
    fn new(policy: &[PathBuf], texts: &'a BTreeMap<String, String>) -> Self {
        Overlay {
            disk: DiskFiles::new(policy),
            texts,
            read: BTreeMap::new(),
        }
    }
}

impl Files for Overlay<'_> {
    fn roots(&mut self) -> Result<Vec<String>, FileError> {
        self.disk.roots()
    }

    fn resolve(&mut self, from: &str, path: &str) -> String {
        self.disk.resolve(from, path)
    }

    fn read(&mut self, name: &str) -> Result<Vec<u8>, FileError> {
        let bytes = match self.texts.get(name) {
            Some(text) => text.clone().into_bytes(),
            None => self.disk.read(name)?,
        };
        if let Ok(text) = std::str::from_utf8(&bytes) {
            self.read.insert(name.to_owned(), text.to_owned());
        }
        Ok(bytes)
    }

    fn named(&self) -> Vec<String> {
        self.disk.named()
    }
}
