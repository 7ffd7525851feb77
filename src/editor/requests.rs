//! The editor's questions, each with its answer.

use super::actions;
use super::completion;
use super::describe::describe;
use super::edits::{self, workspace_edit};
use super::formatting;
use super::lens;
use super::navigate::{self, Found};
use super::outline::outline;
use super::positions::Lines;
use super::rename;
use super::report::Converter;
use super::session::Session;
use lsp_types as lsp;

/// A place in a document.
type At = lsp::TextDocumentPositionParams;

/// Describes the word at a place.
pub(super) fn hover(session: &mut Session, params: lsp::HoverParams) -> Option<lsp::Hover> {
    let encoding = session.encoding();
    let at = params.text_document_position_params;
    let (name, state) = session.policy(&at.text_document.uri)?;
    let analysis = state.analysis()?;
    let offset = navigate::offset(analysis, &name, at.position, encoding)?;
    let mention = navigate::word_at(analysis, &name, offset)?;
    let value = describe(analysis, mention)?;
    let text = analysis.text(analysis.known_as(&name)?)?;
    Some(lsp::Hover {
        contents: lsp::HoverContents::Markup(lsp::MarkupContent {
            kind: lsp::MarkupKind::Markdown,
            value,
        }),
        range: Some(Lines::new(text, encoding).range(mention.range())),
    })
}

/// Where the word at a place is declared.
pub(super) fn definition(session: &mut Session, at: &At) -> Option<Vec<lsp::Location>> {
    located(session, at, navigate::declaration)
}

/// All places of the name at a place.
pub(super) fn references(session: &mut Session, params: &lsp::ReferenceParams) -> Option<Vec<lsp::Location>> {
    let with_declarations = params.context.include_declaration;
    located(
        session,
        &params.text_document_position,
        |analysis, name, offset| {
            let mut found = navigate::references(analysis, name, offset);
            found.retain(|found| with_declarations || !found.declares);
            found
        },
    )
}

fn located(
    session: &mut Session,
    at: &At,
    find: impl Fn(&super::analysis::Analysis, &str, usize) -> Vec<Found>,
) -> Option<Vec<lsp::Location>> {
    let (name, state, changes) = session.policy_and_changes(&at.text_document.uri)?;
    let analysis = state.analysis()?;
    let offset = navigate::offset(analysis, &name, at.position, changes.encoding)?;
    let places = find(analysis, &name, offset).into_iter().filter_map(|found| {
        let uri = edits::uri(changes.buffers, &found.name)?;
        let lines = Lines::new(analysis.text(&found.name)?, changes.encoding);
        Some(lsp::Location::new(uri, lines.range(found.range)))
    });
    Some(places.collect())
}

/// The places of the name at a place in its own file.
pub(super) fn highlights(session: &mut Session, at: &At) -> Option<Vec<lsp::DocumentHighlight>> {
    let encoding = session.encoding();
    let (name, state) = session.policy(&at.text_document.uri)?;
    let analysis = state.analysis()?;
    let offset = navigate::offset(analysis, &name, at.position, encoding)?;
    let known = analysis.known_as(&name)?;
    let lines = Lines::new(analysis.text(known)?, encoding);
    let found = navigate::references(analysis, &name, offset).into_iter();
    let here = found.filter(|found| found.name == known);
    Some(
        here.map(|found| lsp::DocumentHighlight {
            range: lines.range(found.range),
            kind: Some(match found.declares {
                true => lsp::DocumentHighlightKind::WRITE,
                false => lsp::DocumentHighlightKind::READ,
            }),
        })
        .collect(),
    )
}

/// The statements of a file.
pub(super) fn symbols(
    session: &mut Session,
    document: &lsp::TextDocumentIdentifier,
) -> Option<Vec<lsp::DocumentSymbol>> {
    let encoding = session.encoding();
    let (name, state) = session.policy(&document.uri)?;
    let analysis = state.analysis()?;
    let index = analysis.index();
    let file = index.files().get(index.file(analysis.known_as(&name)?)?)?;
    Some(outline(file, &Lines::new(&file.text, encoding)))
}

/// What can stand at a place.
pub(super) fn complete(session: &mut Session, at: &At) -> Option<Vec<lsp::CompletionItem>> {
    let encoding = session.encoding();
    let (name, state) = session.policy(&at.text_document.uri)?;
    let analysis = state.analysis()?;
    let text = analysis.text(analysis.known_as(&name)?)?;
    let lines = Lines::new(text, encoding);
    Some(completion::complete(
        analysis,
        text,
        lines.offset(at.position),
        &lines,
    ))
}

/// The name at a place that can be renamed.
pub(super) fn prepare_rename(
    session: &mut Session,
    at: &At,
) -> Result<Option<lsp::PrepareRenameResponse>, String> {
    let encoding = session.encoding();
    let Some((name, state)) = session.policy(&at.text_document.uri) else {
        return Ok(None);
    };
    let Some(analysis) = state.analysis() else {
        return Ok(None);
    };
    let Some(offset) = navigate::offset(analysis, &name, at.position, encoding) else {
        return Ok(None);
    };
    let (range, placeholder) = rename::prepare(analysis, &name, offset)?;
    let text = analysis.known_as(&name).and_then(|known| analysis.text(known));
    let range = Lines::new(text.unwrap_or_default(), encoding).range(range);
    Ok(Some(lsp::PrepareRenameResponse::RangeWithPlaceholder {
        range,
        placeholder,
    }))
}

/// Gives the name at a place another one.
pub(super) fn rename(
    session: &mut Session,
    params: &lsp::RenameParams,
) -> Result<Option<lsp::WorkspaceEdit>, String> {
    let at = &params.text_document_position;
    let Some((name, state, changes)) = session.policy_and_changes(&at.text_document.uri) else {
        return Ok(None);
    };
    let Some(analysis) = state.analysis() else {
        return Ok(None);
    };
    let Some(offset) = navigate::offset(analysis, &name, at.position, changes.encoding) else {
        return Ok(None);
    };
    let edits = rename::rename(analysis, changes.buffers, &name, offset, &params.new_name)?;
    Ok(Some(workspace_edit(analysis, &edits, &changes)))
}

/// The fixes for what is found in a range.
pub(super) fn code_actions(
    session: &mut Session,
    params: &lsp::CodeActionParams,
) -> Option<Vec<lsp::CodeActionOrCommand>> {
    let (name, state, changes) = session.policy_and_changes(&params.text_document.uri)?;
    let analysis = state.analysis()?;
    let known = analysis.known_as(&name)?;
    let converter = Converter::new(analysis, changes.encoding);
    let fixes = actions::actions(analysis, state.more(), &converter, known, params.range, &changes);
    let wanted = params.context.only.as_deref();
    let is_wanted = wanted.is_none_or(|wanted| wanted.contains(&lsp::CodeActionKind::QUICKFIX));
    let fixes = fixes.into_iter().filter(|_| is_wanted);
    Some(fixes.map(lsp::CodeActionOrCommand::CodeAction).collect())
}

/// The changes that bring a file into canonical form.
pub(super) fn format(
    session: &mut Session,
    document: &lsp::TextDocumentIdentifier,
) -> Result<Option<Vec<lsp::TextEdit>>, String> {
    let encoding = session.encoding();
    let Some((name, state)) = session.policy(&document.uri) else {
        return Ok(None);
    };
    let text = state
        .analysis()
        .and_then(|analysis| analysis.text(analysis.known_as(&name)?));
    let Some(text) = text else { return Ok(None) };
    let edits = formatting::change(text)?.map(|(range, new)| {
        let range = Lines::new(text, encoding).range(range);
        lsp::TextEdit::new(range, new)
    });
    Ok(Some(edits.into_iter().collect()))
}

/// How many recorded requests reach the rules of a file.
pub(super) fn lenses(
    session: &mut Session,
    document: &lsp::TextDocumentIdentifier,
) -> Option<Vec<lsp::CodeLens>> {
    let encoding = session.encoding();
    let (name, state) = session.policy(&document.uri)?;
    let (analysis, counts) = (state.analysis()?, state.counts()?);
    let index = analysis.index();
    let file = index.files().get(index.file(analysis.known_as(&name)?)?)?;
    Some(lens::lenses(file, &Lines::new(&file.text, encoding), counts))
}
