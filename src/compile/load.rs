//! Files to parsed documents, tables and the policy's hash.

use super::Files;
use super::order::Order;
use crate::check::Table;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax;
use crate::syntax::ast::{Document, StatementKind, Word};
use crate::tree::PolicyHash;
use std::collections::BTreeMap;

/// All texts of a policy, parsed.
pub(super) struct Loaded {
    /// The files in load order.
    pub(super) sources: SourceMap,
    /// What stands in them.
    pub(super) documents: Vec<Document>,
    /// The tables, by the places of their paths.
    pub(super) tables: BTreeMap<Span, Table>,
    /// Whether every file and table that is named could be read.
    pub(super) all_files: bool,
    /// The hash over files and tables.
    pub(super) hash: PolicyHash,
    /// What was found.
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Reads and parses a policy.
pub(super) fn load(files: &mut dyn Files) -> Loaded {
    let mut order = Order::read(files);
    let mut sources = SourceMap::new();
    let mut documents = Vec::new();
    let mut diagnostics = Vec::new();
    let mut ids = BTreeMap::new();
    let texts = std::mem::take(&mut order.texts);
    for text in &texts {
        let id = sources.add(text.name.as_str(), text.text.as_str());
        ids.insert(text.name.as_str(), id);
        let (document, found) = syntax::parse(id, &text.text);
        documents.push(document);
        diagnostics.extend(found);
    }
    let mut tables = Tables {
        order: &mut order,
        files,
        by_place: BTreeMap::new(),
        first: BTreeMap::new(),
        diagnostics: &mut diagnostics,
    };
    for (text, document) in texts.iter().zip(&documents) {
        tables.read(&text.name, document);
    }
    let tables = tables.by_place;
    let hash = hash(&sources, &tables);
    diagnostics.extend(order.findings(&ids, &mut sources));
    if diagnostics.is_empty() && documents.iter().all(|document| document.statements.is_empty()) {
        diagnostics.push(empty(documents.is_empty(), &files.named()));
    }
    Loaded {
        sources,
        documents,
        tables,
        all_files: order.all_files,
        hash,
        diagnostics,
    }
}

/// A policy of which nothing is there: no file, or none that says anything.
fn empty(no_file: bool, named: &[String]) -> Diagnostic {
    let names: Vec<String> = named.iter().map(|name| format!("`{name}`")).collect();
    let message = match (no_file, names.as_slice()) {
        (true, [_, ..]) => format!("there is no `*.policy` file in {}", names.join(", ")),
        _ => "the policy has no statement".to_owned(),
    };
    let empty = Diagnostic::error(Code::EMPTY_POLICY, message);
    let empty = match no_file {
        true => empty
            .help("of a directory the `*.policy` files in it are read, those of its sub-directories are not"),
        false => empty,
    };
    empty.help("a policy needs at least a model and a route")
}

/// The hash over all files in load order, each one's tables just behind it.
fn hash(sources: &SourceMap, tables: &BTreeMap<Span, Table>) -> PolicyHash {
    let tables_of = |id: FileId| {
        tables
            .iter()
            .filter(move |(place, _)| place.file == id)
            .map(|(_, table)| table.bytes.as_slice())
    };
    PolicyHash::of(
        sources
            .files()
            .flat_map(|(id, file)| std::iter::once(file.text().as_bytes()).chain(tables_of(id))),
    )
}

/// The tables of tenants as they are read.
struct Tables<'a> {
    order: &'a mut Order,
    files: &'a mut dyn Files,
    by_place: BTreeMap<Span, Table>,
    first: BTreeMap<String, Span>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Tables<'_> {
    fn read(&mut self, file: &str, document: &Document) {
        for statement in &document.statements {
            if let StatementKind::TenantsFrom { path } = &statement.kind {
                self.read_table(file, path);
            }
        }
    }

    fn read_table(&mut self, file: &str, path: &Word) {
        let name = self.files.resolve(file, &path.text);
        if let Some(first) = self.first.get(&name) {
            self.diagnostics.push(
                Diagnostic::error(
                    Code::DUPLICATE_ENTRY,
                    format!("the table `{name}` is named twice"),
                )
                .at(path.span, "again here")
                .also(*first, "first here"),
            );
            return;
        }
        self.first.insert(name.clone(), path.span);
        match self.order.bytes_of(&name, self.files) {
            Ok(bytes) => {
                self.by_place.insert(path.span, Table { name, bytes });
            }
            Err(diagnostic) => {
                self.order.all_files = false;
                self.diagnostics.push(diagnostic.at(path.span, "named here"));
            }
        }
    }
}
