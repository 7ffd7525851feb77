//! Secrets that stand in a policy by mistake are not repeated: neither on a terminal nor in a log.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{Document, ItemKind, StatementKind};
use std::collections::BTreeSet;

/// Blots out, in the texts that diagnostics show, what was refused as a secret and what is wrong in a `key` clause,
/// which might be one.
pub(super) fn conceal(diagnostics: &[Diagnostic], documents: &[Document], sources: &mut SourceMap) {
    let errors = diagnostics
        .iter()
        .filter(|found| found.severity() == Severity::Error);
    let wrong: BTreeSet<Span> = errors
        .clone()
        .filter_map(|found| Some(found.primary()?.span))
        .collect();
    let secrets = errors.filter(|found| found.code() == Code::LITERAL_SECRET);
    for span in secrets.filter_map(|found| Some(found.primary()?.span)) {
        sources.blot(span);
    }
    for span in documents.iter().flat_map(key_strings) {
        if wrong.contains(&span) {
            sources.blot(span);
        }
    }
}

/// The strings in `key` clauses.
fn key_strings(document: &Document) -> impl Iterator<Item = Span> {
    let blocks = document
        .statements
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Block(block) => Some(block),
            _ => None,
        });
    let keys = blocks
        .flat_map(|block| &block.clauses)
        .filter(|clause| clause.keyword.text == "key");
    let strings = keys
        .flat_map(|clause| &clause.items)
        .filter(|item| matches!(item.kind, ItemKind::Quoted(_)));
    strings.map(|item| item.span)
}
