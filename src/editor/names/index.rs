//! All words of a policy in their places.

use super::blocks::Collector;
use super::expressions::{Lets, Reader};
use super::mention::{Mention, Space};
use crate::source::SourceMap;
use crate::syntax;
use crate::syntax::ast::{Block, Document, Expression, Statement, StatementKind};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// One file of a policy: its name, its text and what stands in it.
#[derive(Clone, Debug)]
pub(in crate::editor) struct SourceText {
    /// The name that the policy knows it by.
    pub(in crate::editor) name: String,
    /// Its text as the editor shows it.
    pub(in crate::editor) text: Arc<str>,
    /// The text's syntax tree. The file in its spans means nothing.
    pub(in crate::editor) document: Arc<Document>,
}

impl SourceText {
    /// Parses a file.
    pub(in crate::editor) fn new(name: String, text: Arc<str>) -> Self {
        let file = SourceMap::new().add("", "");
        let (document, _) = syntax::parse(file, &text);
        SourceText {
            name,
            text,
            document: Arc::new(document),
        }
    }
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::editor) struct Spot {
    /// The file's place in load order.
    pub(in crate::editor) file: usize,
    /// The bytes.
    pub(in crate::editor) range: (usize, usize),
}

/// All words of a policy.
#[derive(Clone, Debug, Default)]
pub(in crate::editor) struct Index {
    files: Vec<SourceText>,
    /// By file and place.
    mentions: Vec<Mention>,
    declarations: BTreeMap<(Space, String), (usize, usize)>,
}

impl Index {
    /// The words of these files, which stand in load order.
    pub(in crate::editor) fn new(files: Vec<SourceText>) -> Self {
        let mut mentions = Vec::new();
        let mut strings = BTreeSet::new();
        let lets = lets(&files);
        for (at, file) in files.iter().enumerate() {
            let mut own = Collector {
                file: at,
                text: &file.text,
                mentions: Vec::new(),
            };
            for statement in &file.document.statements {
                own.statement(statement);
                for condition in conditions(statement) {
                    Reader::new(&mut own, &lets, &mut strings).read(condition);
                }
            }
            mentions.append(&mut own.mentions);
        }
        mentions.extend(strings);
        mentions.sort();
        let mut declarations = BTreeMap::new();
        for (file, source) in files.iter().enumerate() {
            for (at, statement) in source.document.statements.iter().enumerate() {
                if let Some((space, name)) = declared(statement) {
                    declarations.entry((space, name.to_owned())).or_insert((file, at));
                }
            }
        }
        Index {
            files,
            mentions,
            declarations,
        }
    }

    /// The files in load order.
    pub(in crate::editor) fn files(&self) -> &[SourceText] {
        &self.files
    }

    /// The files, for the next index.
    pub(in crate::editor) fn into_files(self) -> Vec<SourceText> {
        self.files
    }

    /// The place of a file in load order.
    pub(in crate::editor) fn file(&self, name: &str) -> Option<usize> {
        self.files.iter().position(|file| file.name == name)
    }

    /// All words, by file and place.
    pub(in crate::editor) fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// The word at a byte of a file, the narrowest of several; just behind a word is at it, too.
    pub(in crate::editor) fn at(&self, file: usize, offset: usize) -> Option<&Mention> {
        let first = self.mentions.partition_point(|mention| mention.file < file);
        let here = self.mentions.get(first..).unwrap_or_default().iter();
        here.take_while(|mention| mention.file == file && mention.span.0 <= offset)
            .filter(|mention| offset <= mention.span.1)
            .min_by_key(|mention| {
                let is_behind = mention.span.1 == offset;
                (is_behind, mention.span.1 - mention.span.0)
            })
    }

    /// All mentions of a name, its declarations among them.
    pub(in crate::editor) fn of<'a>(
        &'a self,
        space: Space,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Mention> {
        self.mentions
            .iter()
            .filter(move |mention| mention.name() == Some((space, name)))
    }

    /// The first declaration of a name.
    pub(in crate::editor) fn declaration(&self, space: Space, name: &str) -> Option<&Mention> {
        self.mentions
            .iter()
            .find(|mention| mention.declares() && mention.name() == Some((space, name)))
    }

    /// The statement that declares a name first, and its file.
    pub(in crate::editor) fn statement(&self, space: Space, name: &str) -> Option<(usize, &Statement)> {
        let (file, at) = *self.declarations.get(&(space, name.to_owned()))?;
        Some((file, self.files.get(file)?.document.statements.get(at)?))
    }

    /// The block that declares a name first.
    pub(in crate::editor) fn block(&self, space: Space, name: &str) -> Option<&Block> {
        match &self.statement(space, name)?.1.kind {
            StatementKind::Block(block) => Some(block),
            _ => None,
        }
    }

    /// The names that are declared in a space, in order.
    pub(in crate::editor) fn names(&self, space: Space) -> impl Iterator<Item = &str> {
        self.declarations
            .keys()
            .filter(move |(of, _)| *of == space)
            .map(|(_, name)| name.as_str())
    }

    /// All blocks, in load order.
    pub(in crate::editor) fn blocks(&self) -> impl Iterator<Item = &Block> {
        let statements = self.files.iter().flat_map(|file| &file.document.statements);
        statements.filter_map(|statement| match &statement.kind {
            StatementKind::Block(block) => Some(block),
            _ => None,
        })
    }

    /// The text of a range of a file.
    pub(in crate::editor) fn text(&self, file: usize, range: Range<usize>) -> &str {
        self.files
            .get(file)
            .and_then(|file| file.text.get(range))
            .unwrap_or_default()
    }

    /// The name that a statement with an error would have declared, by its text: where it stands.
    pub(in crate::editor) fn broken(&self, name: &str) -> Option<Spot> {
        self.files.iter().enumerate().find_map(|(file, source)| {
            let word = source.document.broken.iter().find(|word| word.text == name)?;
            let range = word.span.range();
            Some(Spot {
                file,
                range: (range.start, range.end),
            })
        })
    }
}

/// The name that a statement declares.
fn declared(statement: &Statement) -> Option<(Space, &str)> {
    match &statement.kind {
        StatementKind::Block(block) => Some((Space::of(block.kind)?, &block.name.as_ref()?.text)),
        StatementKind::Fact { name, .. } | StatementKind::Let { name, .. } => Some((Space::Term, &name.text)),
        _ => None,
    }
}

fn lets(files: &[SourceText]) -> Lets<'_> {
    let mut lets = Lets::new();
    for (at, file) in files.iter().enumerate() {
        for statement in &file.document.statements {
            if let StatementKind::Let { name, value } = &statement.kind {
                lets.entry(&name.text).or_insert((at, value));
            }
        }
    }
    lets
}

/// The expressions of a statement.
fn conditions(statement: &Statement) -> Vec<&Expression> {
    match &statement.kind {
        StatementKind::Let { value, .. } => vec![value],
        StatementKind::Block(Block { clauses, .. }) => clauses
            .iter()
            .filter_map(|clause| clause.expression.as_deref())
            .collect(),
        _ => Vec::new(),
    }
}
