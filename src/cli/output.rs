//! Standard output and standard error. A reader that has gone away is no error of the command.

use super::exit::Exit;
use crate::diagnostic::{Diagnostic, render_human};
use crate::source::SourceMap;
use std::io::{IsTerminal, Write};

/// Writes one line to standard output.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// Writes text to standard output as it is.
pub(super) fn text(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
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

/// Writes one line an error to standard error.
pub(super) fn complain<E: std::fmt::Display>(errors: impl IntoIterator<Item = E>) {
    let mut stderr = std::io::stderr().lock();
    for error in errors {
        let _ = writeln!(stderr, "error: {error}");
    }
}

/// Writes diagnostics to standard error, in colour where that is a terminal.
pub(super) fn diagnostics(diagnostics: &[Diagnostic], sources: &SourceMap) {
    let text = render_human(diagnostics, sources, colour(&std::io::stderr()));
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Whether to write in colour: to a terminal whose user has not said no.
pub(super) fn colour(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
