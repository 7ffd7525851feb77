//! The statements of a file as an outline.
#![allow(
    deprecated,
    reason = "a field of the protocol's type that must be written is deprecated"
)]

use super::names::SourceText;
use super::positions::Lines;
use crate::syntax::ast::{BlockKind, Statement, StatementKind, Word};
use lsp_types::{DocumentSymbol, SymbolKind};

/// The outline of a file.
pub(super) fn outline(file: &SourceText, lines: &Lines<'_>) -> Vec<DocumentSymbol> {
    file.document
        .statements
        .iter()
        .map(|statement| symbol(statement, lines))
        .collect()
}

fn symbol(statement: &Statement, lines: &Lines<'_>) -> DocumentSymbol {
    let (word, name, kind) = parts(statement);
    let selection = name.map_or_else(
        || {
            let start = statement.span.range().start;
            start..start + word.len()
        },
        |name| name.span.range(),
    );
    let shown = name
        .map(|name| name.text.as_str())
        .filter(|name| !name.trim().is_empty());
    DocumentSymbol {
        name: shown.unwrap_or(word).to_owned(),
        detail: Some(word.to_owned()),
        kind,
        tags: None,
        deprecated: None,
        range: lines.range(statement.span.range()),
        selection_range: lines.range(selection),
        children: None,
    }
}

/// Keyword, name and kind of a statement.
fn parts(statement: &Statement) -> (&'static str, Option<&Word>, SymbolKind) {
    match &statement.kind {
        StatementKind::Block(block) => (block.kind.keyword(), block.name.as_ref(), kind(block.kind)),
        StatementKind::TenantsFrom { path } => ("tenants", Some(path), SymbolKind::FILE),
        StatementKind::Use { path } => ("use", Some(path), SymbolKind::FILE),
        StatementKind::Fact { name, .. } => ("fact", Some(name), SymbolKind::FIELD),
        StatementKind::Let { name, .. } => ("let", Some(name), SymbolKind::CONSTANT),
    }
}

fn kind(kind: BlockKind) -> SymbolKind {
    match kind {
        BlockKind::Provider => SymbolKind::INTERFACE,
        BlockKind::Model => SymbolKind::CLASS,
        BlockKind::Pool => SymbolKind::ARRAY,
        BlockKind::Tenant => SymbolKind::NAMESPACE,
        BlockKind::Guard => SymbolKind::EVENT,
        BlockKind::Route => SymbolKind::FUNCTION,
        BlockKind::Defaults => SymbolKind::OBJECT,
        BlockKind::Assert => SymbolKind::PROPERTY,
        BlockKind::Assume => SymbolKind::BOOLEAN,
        BlockKind::Test => SymbolKind::METHOD,
    }
}
