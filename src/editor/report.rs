//! Diagnostics as editors show them, file by file.

use super::analysis::Analysis;
use super::places::uri_of;
use super::positions::{Encoding, Lines};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::Span;
use lsp_types as lsp;
use std::collections::BTreeMap;

/// The name that findings go by.
pub(super) const SOURCE: &str = "pointsman";

/// The findings of every file of a policy, by name; files without any are there, too.
pub(super) fn by_file(
    analysis: &Analysis,
    more: &[Diagnostic],
    encoding: Encoding,
) -> BTreeMap<String, Vec<lsp::Diagnostic>> {
    let converter = Converter::new(analysis, encoding);
    let mut by_file: BTreeMap<String, Vec<lsp::Diagnostic>> = analysis
        .names()
        .map(|name| (name.to_owned(), Vec::new()))
        .collect();
    for diagnostic in analysis.diagnostics.iter().chain(more) {
        let (name, shown) = converter.diagnostic(diagnostic);
        by_file.entry(name).or_default().push(shown);
    }
    by_file
}

/// Places of a policy's spans in the editor.
pub(super) struct Converter<'a> {
    analysis: &'a Analysis,
    lines: BTreeMap<&'a str, Lines<'a>>,
}

impl<'a> Converter<'a> {
    /// For the texts of an analysis.
    pub(super) fn new(analysis: &'a Analysis, encoding: Encoding) -> Self {
        let names = analysis.names();
        Converter {
            analysis,
            lines: names
                .filter_map(|name| Some((name, Lines::new(analysis.text(name)?, encoding))))
                .collect(),
        }
    }

    /// The file and the places of a span.
    pub(super) fn place(&self, span: Span) -> Option<(&'a str, lsp::Range)> {
        let name = self.analysis.name(span.file)?;
        Some((name, self.lines.get(name)?.range(span.range())))
    }

    /// A finding, and the name of the file that it is shown in.
    pub(super) fn diagnostic(&self, found: &Diagnostic) -> (String, lsp::Diagnostic) {
        let place = found.primary().and_then(|label| self.place(label.span));
        // What has no place stands at the head of the policy.
        let (name, range) = place.unwrap_or_else(|| {
            let first = self.analysis.names().next();
            (first.unwrap_or_default(), lsp::Range::default())
        });
        let name = match name {
            "" => self.analysis.home.name(),
            name => name.to_owned(),
        };
        let shown = lsp::Diagnostic {
            range,
            severity: Some(match found.severity() {
                Severity::Error => lsp::DiagnosticSeverity::ERROR,
                Severity::Warning => lsp::DiagnosticSeverity::WARNING,
                Severity::Info => lsp::DiagnosticSeverity::INFORMATION,
            }),
            code: Some(lsp::NumberOrString::String(found.code().id().to_owned())),
            source: Some(SOURCE.to_owned()),
            message: message(found),
            related_information: self.related(found),
            tags: tags(found.code()),
            ..lsp::Diagnostic::default()
        };
        (name, shown)
    }

    fn related(&self, found: &Diagnostic) -> Option<Vec<lsp::DiagnosticRelatedInformation>> {
        let related: Vec<_> = found
            .secondary()
            .iter()
            .filter_map(|label| {
                let (name, range) = self.place(label.span)?;
                Some(lsp::DiagnosticRelatedInformation {
                    location: lsp::Location::new(uri_of(name)?, range),
                    message: label.text.clone(),
                })
            })
            .collect();
        (!related.is_empty()).then_some(related)
    }
}

/// What is wrong, what was found there, and what to do.
fn message(found: &Diagnostic) -> String {
    let mut text = found.message().to_owned();
    if let Some(label) = found.primary().filter(|label| !label.text.is_empty()) {
        text.push_str(&format!(": {}", label.text));
    }
    for help in found.help_lines() {
        text.push_str(&format!("\nhelp: {help}"));
    }
    text
}

/// Code that does nothing is shown faded.
fn tags(code: Code) -> Option<Vec<lsp::DiagnosticTag>> {
    let idle = [Code::UNUSED, Code::UNREACHED_RULE, Code::WITHOUT_EFFECT];
    idle.contains(&code)
        .then(|| vec![lsp::DiagnosticTag::UNNECESSARY])
}
