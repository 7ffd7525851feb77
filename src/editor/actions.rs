//! Quick fixes: what diagnostics offer to change.

use super::analysis::Analysis;
use super::edits::{Changes, workspace_edit};
use super::report::Converter;
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use lsp_types as lsp;

/// The fixes of the findings that touch a range of the file that the policy knows by `name`.
pub(super) fn actions(
    analysis: &Analysis,
    more: &[Diagnostic],
    converter: &Converter<'_>,
    name: &str,
    range: lsp::Range,
    changes: &Changes<'_>,
) -> Vec<lsp::CodeAction> {
    let found = analysis.diagnostics.iter().chain(more);
    let here = found.filter(|diagnostic| {
        let place = diagnostic.primary().and_then(|label| converter.place(label.span));
        place.is_some_and(|(file, place)| file == name && touches(place, range))
    });
    here.flat_map(|diagnostic| {
        let (_, shown) = converter.diagnostic(diagnostic);
        let fixes = diagnostic.fixes().iter();
        fixes.filter_map(move |fix| action(analysis, fix, shown.clone(), changes))
    })
    .collect()
}

fn action(
    analysis: &Analysis,
    fix: &Fix,
    shown: lsp::Diagnostic,
    changes: &Changes<'_>,
) -> Option<lsp::CodeAction> {
    let mut edits = super::rename::Edits::new();
    for edit in fix.edits() {
        let name = analysis.name(edit.span.file)?;
        let of_file = edits.entry(name.to_owned()).or_default();
        of_file.push((edit.span.range(), edit.text.clone()));
    }
    Some(lsp::CodeAction {
        title: fix.title().to_owned(),
        kind: Some(lsp::CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown]),
        edit: Some(workspace_edit(analysis, &edits, changes)),
        is_preferred: Some(fix.applicability() == Applicability::Safe),
        ..lsp::CodeAction::default()
    })
}

fn touches(one: lsp::Range, other: lsp::Range) -> bool {
    one.start <= other.end && other.start <= one.end
}
