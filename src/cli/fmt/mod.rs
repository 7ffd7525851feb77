//! `fmt`: policy files in canonical form, or what would change. Of a directory its policy files are formatted; files
//! that a policy names with `use` only where they are named here too.

mod replace;

use super::exit::Exit;
use super::{Format, FormatArguments, PolicyArguments, input, output, policy};
use crate::compile::Files;
use crate::diagnostic::{Diagnostic, Severity, render_json};
use crate::format::{FormatError, format};
use crate::reload::disk::DiskFiles;
use crate::source::SourceMap;
use clap::Args;
use replace::{Replacement, replace_all};
use serde_json::{Value, json};
use similar::TextDiff;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longest search for a short difference; what is shown then is right, but longer than it needs to be.
const DIFF_TIME: Duration = Duration::from_secs(5);

/// Unchanged lines shown around each difference.
const DIFF_CONTEXT: usize = 3;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    policy: PolicyArguments,

    /// Write nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    format: FormatArguments,
}

/// A file that was read, and its canonical form.
struct File {
    /// As people know it.
    name: String,
    /// Where it is; `None` is standard input.
    path: Option<PathBuf>,
    text: String,
    formatted: String,
}

impl File {
    fn changed(&self) -> bool {
        self.text != self.formatted
    }

    /// What changes, as a unified diff; empty where nothing does.
    fn diff(&self) -> String {
        TextDiff::configure()
            .timeout(DIFF_TIME)
            .diff_lines(&self.text, &self.formatted)
            .unified_diff()
            .context_radius(DIFF_CONTEXT)
            .header(&self.name, &format!("{} (formatted)", self.name))
            .to_string()
    }
}

/// What could not be formatted.
#[derive(Default)]
struct Failed {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
    /// Mistakes of the formatter's, each with the file that it would have made it in.
    unfaithful: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    let texts = match read(&arguments.policy.policy) {
        Ok(texts) => texts,
        Err(errors) => return output::usage(errors),
    };
    let as_json = arguments.format.format == Format::Json;
    let files = match format_all(texts) {
        Ok(files) => files,
        Err(failed) => return refuse(&failed, as_json),
    };
    let changed = files.iter().any(File::changed);
    if !arguments.check
        && let Err(errors) = write(&files)
    {
        return output::usage(errors);
    }
    if as_json {
        output::json(&report(&files, arguments.check));
    } else if arguments.check {
        files.iter().for_each(|file| output::text(&file.diff()));
    } else {
        tell(&files);
    }
    if arguments.check && changed {
        Exit::NotFine
    } else {
        Exit::Fine
    }
}

/// The files that the arguments name: where they are, by what name, and their texts.
fn read(arguments: &[PathBuf]) -> Result<Vec<(Option<PathBuf>, String)>, Vec<String>> {
    if arguments.iter().any(|argument| argument == Path::new("-")) {
        return match arguments {
            [_] => Ok(vec![(
                None,
                text("standard input", input::read("-").map_err(|error| vec![error])?)?,
            )]),
            _ => Err(vec!["`-` is standard input and stands alone".to_owned()]),
        };
    }
    let mut disk = DiskFiles::new(arguments);
    let told =
        |error: crate::compile::FileError| format!("`{}` cannot be read: {}", error.path, error.reason);
    let names = disk.roots().map_err(|error| vec![told(error)])?;
    if names.is_empty() {
        let named: Vec<String> = disk.named().iter().map(|name| format!("`{name}`")).collect();
        return Err(vec![format!(
            "there is no `*.policy` file in {}",
            named.join(", ")
        )]);
    }
    let mut texts: Vec<(Option<PathBuf>, String)> = Vec::new();
    let mut places = Vec::new();
    let mut errors = Vec::new();
    for name in names {
        let place = std::fs::canonicalize(&name).unwrap_or_else(|_| PathBuf::from(&name));
        if places.contains(&place) {
            continue;
        }
        places.push(place);
        match disk.read(&name).map_err(told).map(|bytes| text(&name, bytes)) {
            Ok(Ok(text)) => texts.push((Some(PathBuf::from(name)), text)),
            Ok(Err(other)) => errors.extend(other),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(texts) } else { Err(errors) }
}

fn text(name: &str, bytes: Vec<u8>) -> Result<String, Vec<String>> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        vec![format!(
            "`{name}` cannot be read: it is not UTF-8 from byte {at} on"
        )]
    })
}

/// All files in canonical form, or everything that keeps them from it.
fn format_all(texts: Vec<(Option<PathBuf>, String)>) -> Result<Vec<File>, Failed> {
    let mut files = Vec::with_capacity(texts.len());
    let mut failed = Failed::default();
    for (path, text) in texts {
        let name = match &path {
            Some(path) => path.to_string_lossy().into_owned(),
            None => "standard input".to_owned(),
        };
        let id = failed.sources.add(name.as_str(), text.as_str());
        match format(id, &text) {
            Ok(formatted) => files.push(File {
                name,
                path,
                text,
                formatted,
            }),
            Err(FormatError::Syntax(diagnostics)) => failed.diagnostics.extend(diagnostics),
            Err(error) => failed.unfaithful.push(format!(
                "`{name}` is left as it is: {error}; this is a mistake in pointsman, please report it"
            )),
        }
    }
    if failed.diagnostics.is_empty() && failed.unfaithful.is_empty() {
        Ok(files)
    } else {
        Err(failed)
    }
}

/// Says why nothing is formatted.
fn refuse(failed: &Failed, as_json: bool) -> Exit {
    if as_json {
        output::json(&json!({
            "ok": false,
            "files": [],
            "errors": policy::count(&failed.diagnostics, Severity::Error) + failed.unfaithful.len(),
            "diagnostics": render_json(&failed.diagnostics, &failed.sources),
            "messages": failed.unfaithful,
        }));
    } else {
        output::diagnostics(&failed.diagnostics, &failed.sources);
    }
    output::complain(&failed.unfaithful);
    Exit::NotFine
}

/// Writes what changed in place of what was read.
fn write(files: &[File]) -> Result<(), Vec<String>> {
    let replacements: Vec<Replacement<'_>> = files
        .iter()
        .filter(|file| file.changed())
        .filter_map(|file| {
            Some(Replacement {
                path: file.path.as_deref()?,
                old: &file.text,
                new: &file.formatted,
            })
        })
        .collect();
    replace_all(&replacements)
}

/// Says which files were written; what came from standard input goes to standard output.
fn tell(files: &[File]) {
    for file in files {
        if file.path.is_none() {
            output::text(&file.formatted);
        } else if file.changed() {
            output::note(&format!("formatted {}", file.name));
        }
    }
}

fn report(files: &[File], check: bool) -> Value {
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            let mut report = json!({
                "file": file.name,
                "changed": file.changed(),
                "diff": file.diff(),
            });
            if file.path.is_none() {
                report["formatted"] = json!(file.formatted);
            }
            report
        })
        .collect();
    let changed = files.iter().any(|file| file["changed"] == true);
    json!({
        "ok": !(check && changed),
        "files": files,
        "errors": 0,
        "diagnostics": [],
        "messages": [],
    })
}
