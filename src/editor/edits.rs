//! Changes of texts as editors take them.

use super::analysis::Analysis;
use super::buffers::Buffers;
use super::places::uri_of;
use super::positions::{Encoding, Lines};
use super::rename::Edits;
use lsp_types as lsp;
use std::collections::HashMap;

/// What it takes to write changes down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changes<'a> {
    /// The open texts.
    pub(super) buffers: &'a Buffers,
    /// How columns are counted.
    pub(super) encoding: Encoding,
    /// Whether the editor takes changes of documents with their versions.
    pub(super) versioned: bool,
}

/// The URI of a file, as the editor writes it where it has the file open.
pub(super) fn uri(buffers: &Buffers, name: &str) -> Option<lsp::Uri> {
    match buffers.of(name) {
        Some(buffer) => Some(buffer.uri.clone()),
        None => uri_of(name),
    }
}

/// Changes of files and tables of a policy.
pub(super) fn workspace_edit(
    analysis: &Analysis,
    edits: &Edits,
    changes: &Changes<'_>,
) -> lsp::WorkspaceEdit {
    let files = edits.iter().filter_map(|(name, edits)| {
        let lines = Lines::new(analysis.text(name)?, changes.encoding);
        let uri = uri(changes.buffers, name)?;
        let version = changes.buffers.of(name).map(|buffer| buffer.version);
        let edits = edits.iter();
        let edits: Vec<lsp::TextEdit> = edits
            .map(|(range, text)| lsp::TextEdit::new(lines.range(range.clone()), text.clone()))
            .collect();
        Some((uri, version, edits))
    });
    match changes.versioned {
        true => versioned(files),
        false => plain(files),
    }
}

type File = (lsp::Uri, Option<i32>, Vec<lsp::TextEdit>);

fn versioned(files: impl Iterator<Item = File>) -> lsp::WorkspaceEdit {
    let edits = files.map(|(uri, version, edits)| lsp::TextDocumentEdit {
        text_document: lsp::OptionalVersionedTextDocumentIdentifier { uri, version },
        edits: edits.into_iter().map(lsp::OneOf::Left).collect(),
    });
    lsp::WorkspaceEdit {
        document_changes: Some(lsp::DocumentChanges::Edits(edits.collect())),
        ..lsp::WorkspaceEdit::default()
    }
}

#[allow(clippy::mutable_key_type, reason = "the protocol's type has URIs as keys")]
fn plain(files: impl Iterator<Item = File>) -> lsp::WorkspaceEdit {
    let changes: HashMap<lsp::Uri, Vec<lsp::TextEdit>> = files.map(|(uri, _, edits)| (uri, edits)).collect();
    lsp::WorkspaceEdit {
        changes: Some(changes),
        ..lsp::WorkspaceEdit::default()
    }
}
