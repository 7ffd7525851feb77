//! Standard output and standard error. A reader that has gone away is no error of the command, a full disk is.

use super::exit::Exit;
use crate::diagnostic::{Diagnostic, one_line, render_human};
use crate::source::SourceMap;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::OnceLock;

/// Why standard output could not be written, the first time that it could not.
static FAILURE: OnceLock<String> = OnceLock::new();

/// Writes one line to standard output.
pub(super) fn line(text: &str) {
    write(&format!("{text}\n"));
}

/// Writes text to standard output as it is.
pub(super) fn text(text: &str) {
    write(text);
}

fn write(text: &str) {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
    {
        let _ = FAILURE.set(error.to_string());
    }
}

/// How the command ends: as it says, unless its output was lost.
pub(super) fn settled(exit: Exit) -> Exit {
    match FAILURE.get() {
        Some(reason) => usage([format!("standard output cannot be written: {reason}")]),
        None => exit,
    }
}

/// Writes one JSON value and a line end to standard output.
pub(super) fn json(value: &serde_json::Value) {
    line(&format!("{value:#}"));
}

/// Says what was wrong with the usage or the input, one line each.
pub(super) fn usage<E: std::fmt::Display>(errors: impl IntoIterator<Item = E>) -> Exit {
    complain(errors);
    Exit::Usage
}

/// Writes one line to standard error, whatever it repeats of the input.
pub(super) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", one_line(text));
}

/// Writes one line an error to standard error, whatever it repeats of the input.
pub(super) fn complain<E: std::fmt::Display>(errors: impl IntoIterator<Item = E>) {
    let mut stderr = io::stderr().lock();
    for error in errors {
        let _ = writeln!(stderr, "error: {}", one_line(&error.to_string()));
    }
}

/// Writes diagnostics to standard error, in colour where that is a terminal.
pub(super) fn diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) {
    let text = render_human(diagnostics, sources, colour(&io::stderr()));
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether to write in colour: to a terminal whose user has not said no.
pub(super) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
