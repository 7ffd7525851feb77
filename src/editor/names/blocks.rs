//! The names in statements and their clauses, conditions aside.

use super::mention::{Form, Mention, Space, What};
use crate::source::Span;
use crate::syntax::ast::{Block, BlockKind, Clause, Item, ItemKind, Statement, StatementKind, Word};

/// Clauses of a tenant that set no fact.
const NO_FACTS: [&str; 2] = ["key", "tags"];

/// The mentions of one file, as they are collected.
#[derive(Debug)]
pub(super) struct Collector<'t> {
    /// The file's place in load order.
    pub(super) file: usize,
    /// The file's text.
    pub(super) text: &'t str,
    /// What was found.
    pub(super) mentions: Vec<Mention>,
}

impl Collector<'_> {
    /// Takes the words of a statement, those of its conditions left out.
    pub(super) fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Block(block) => self.block(block),
            StatementKind::TenantsFrom { path } => {
                self.keyword(statement.span, "tenants");
                self.push(path.span, What::File(path.text.clone()));
            }
            StatementKind::Use { path } => {
                self.keyword(statement.span, "use");
                self.push(path.span, What::File(path.text.clone()));
            }
            StatementKind::Fact { name, clauses } => {
                self.keyword(statement.span, "fact");
                self.name(Space::Term, name, true);
                for clause in clauses {
                    self.push(
                        clause.keyword.span,
                        What::Clause("fact", clause.keyword.text.clone()),
                    );
                }
            }
            StatementKind::Let { name, .. } => {
                self.keyword(statement.span, "let");
                self.name(Space::Term, name, true);
            }
        }
    }

    /// Takes a word.
    pub(super) fn push(&mut self, span: Span, what: What) {
        self.mentions.push(Mention {
            file: self.file,
            span: (span.range().start, span.range().end),
            what,
        });
    }

    /// Takes a name.
    pub(super) fn name(&mut self, space: Space, word: &Word, declares: bool) {
        let written = self.text.get(word.span.range()).unwrap_or_default();
        let form = match written == word.text {
            true => Form::Bare,
            false => Form::Quoted,
        };
        let name = word.text.clone();
        self.push(
            word.span,
            What::Name {
                space,
                name,
                declares,
                form,
            },
        );
    }

    /// Takes an item that is a name, bare or quoted; whether it is one.
    pub(super) fn item(&mut self, space: Space, item: &Item) -> bool {
        let word = word_of(item);
        if let Some(word) = &word {
            self.name(space, word, false);
        }
        word.is_some()
    }

    /// Takes the names of a list, or the one name that stands for it.
    pub(super) fn list(&mut self, space: Space, item: &Item) {
        match &item.kind {
            ItemKind::List(entries) => {
                for first in entries.iter().filter_map(|entry| entry.first()) {
                    self.item(space, first);
                }
            }
            _ => {
                self.item(space, item);
            }
        }
    }

    fn keyword(&mut self, statement: Span, word: &'static str) {
        let start = statement.range().start;
        self.push(
            Span::new(statement.file, start, start + word.len()),
            What::Statement(word),
        );
    }

    fn block(&mut self, block: &Block) {
        let kind = block.kind.keyword();
        self.push(block.keyword, What::Statement(kind));
        if let (Some(space), Some(name)) = (Space::of(block.kind), &block.name) {
            self.name(space, name, true);
        }
        for clause in &block.clauses {
            let keyword = clause.keyword.text.as_str();
            if block.kind == BlockKind::Tenant && !NO_FACTS.contains(&keyword) {
                self.name(Space::Term, &clause.keyword, false);
            } else {
                self.push(clause.keyword.span, What::Clause(kind, keyword.to_owned()));
            }
            self.clause(block.kind, clause);
        }
    }

    fn clause(&mut self, kind: BlockKind, clause: &Clause) {
        let items = clause.items.as_slice();
        match (kind, clause.keyword.text.as_str(), items) {
            (BlockKind::Model, "provider", [name, ..]) => {
                self.item(Space::Provider, name);
            }
            (BlockKind::Pool, "pick", [sticky, by, key])
                if is_bare(sticky, "sticky") && is_bare(by, "by") =>
            {
                self.item(Space::Term, key);
            }
            (BlockKind::Pool, "members", [names, ..]) | (BlockKind::Route, "fallback", [names, ..]) => {
                self.list(Space::Target, names);
            }
            (BlockKind::Route, "target", _) => self.target(items),
            (BlockKind::Route, "shadow", [name, ..]) => {
                self.item(Space::Target, name);
            }
            (BlockKind::Test, "given", [given, ..]) => self.given(given),
            (BlockKind::Test, "failing", _) => self.failing(items),
            (BlockKind::Test, "expect", [expected, ..]) => self.expected(expected),
            _ => {}
        }
    }

    fn target(&mut self, items: &[Item]) {
        match items {
            [only] if is_bare(only, "requested") => {}
            [split, by, key, arms] if is_bare(split, "split") && is_bare(by, "by") => {
                if !is_bare(key, "request") {
                    self.item(Space::Term, key);
                }
                if let ItemKind::Braces(arms) = &arms.kind {
                    for arm in arms {
                        self.item(Space::Target, arm);
                    }
                }
            }
            [hedge, sides, ..] if is_bare(hedge, "hedge") => self.list(Space::Target, sides),
            [name, ..] => {
                self.item(Space::Target, name);
            }
            [] => {}
        }
    }
}

/// Whether an item is this bare word.
pub(super) fn is_bare(item: &Item, word: &str) -> bool {
    matches!(&item.kind, ItemKind::Bare(text) if text == word)
}

/// The name that an item is, bare or quoted.
pub(super) fn word_of(item: &Item) -> Option<Word> {
    match &item.kind {
        ItemKind::Bare(text) | ItemKind::Quoted(text) => Some(Word {
            text: text.clone(),
            span: item.span,
        }),
        _ => None,
    }
}
