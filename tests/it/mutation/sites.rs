//! Every single thing that can be changed in a policy, by what kind of thing it is. What a policy promises (asserts, tests)
//! stays as it is.

use super::edit::{Edit, Kind, Sites};
use crate::support::examples::{Example, is_policy};
use pointsman::source::SourceMap;
use pointsman::syntax::ast::{Block, BlockKind, Clause, Statement, StatementKind};
use pointsman::syntax::parse;
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;

/// Other ways to pick a pool's members.
const PICKS: [&str; 4] = ["first", "random", "weighted", "least-busy"];

/// What stands in a policy and can stand elsewhere in it.
#[derive(Debug, Default)]
struct Vocabulary {
    /// Models and pools.
    targets: BTreeSet<String>,
    /// What `region` clauses say.
    regions: BTreeSet<String>,
    /// Strings of conditions, facts and tags.
    words: BTreeSet<String>,
}

/// All that can be changed in a policy.
pub(super) fn sites(example: &Example) -> Sites {
    let parsed: Vec<(&str, &str, Vec<Statement>)> = example
        .files
        .iter()
        .filter(|(name, _)| is_policy(name))
        .map(|(name, text)| {
            let file = SourceMap::new().add(name.as_str(), text.as_str());
            (name.as_str(), text.as_str(), parse(file, text).0.statements)
        })
        .collect();
    let mut vocabulary = Vocabulary::default();
    for (_, text, statements) in &parsed {
        statements
            .iter()
            .for_each(|statement| vocabulary.read(text, statement));
    }
    let mut sites = Sites::default();
    for (name, text, statements) in &parsed {
        let mut finder = Finder {
            file: name,
            text,
            vocabulary: &vocabulary,
            sites: &mut sites,
        };
        statements
            .iter()
            .for_each(|statement| finder.statement(statement));
        finder.neighbours(statements);
    }
    for (name, text) in example.files.iter().filter(|(name, _)| name.ends_with(".csv")) {
        table(name, text, &mut sites);
    }
    sites
}

/// The block of a statement that may be changed.
fn block(statement: &Statement) -> Option<&Block> {
    match &statement.kind {
        StatementKind::Block(block) if !matches!(block.kind, BlockKind::Assert | BlockKind::Test) => {
            Some(block)
        }
        _ => None,
    }
}

fn quoted() -> Regex {
    Regex::new("\"([a-z][a-z0-9_-]*)\"").unwrap()
}

impl Vocabulary {
    fn read(&mut self, text: &str, statement: &Statement) {
        if let StatementKind::Fact { .. } = statement.kind {
            self.words_of(&text[statement.span.range()]);
        }
        let Some(block) = block(statement) else { return };
        if let (BlockKind::Model | BlockKind::Pool, Some(name)) = (block.kind, &block.name) {
            self.targets.insert(name.text.clone());
        }
        for clause in &block.clauses {
            let text = &text[clause.span.range()];
            match clause.keyword.text.as_str() {
                "region" => self
                    .regions
                    .extend(quoted().captures_iter(text).map(|found| found[1].to_owned())),
                "when" | "require" | "tags" | "tier" => self.words_of(text),
                _ => {}
            }
        }
    }

    fn words_of(&mut self, text: &str) {
        self.words
            .extend(quoted().captures_iter(text).map(|found| found[1].to_owned()));
    }
}

/// Looks through one file.
struct Finder<'f> {
    file: &'f str,
    text: &'f str,
    vocabulary: &'f Vocabulary,
    sites: &'f mut Sites,
}

impl Finder<'_> {
    fn add(&mut self, kind: Kind, range: Range<usize>, with: impl Into<String>) {
        self.sites.add(Edit {
            kind,
            file: self.file.to_owned(),
            range,
            with: with.into(),
        });
    }

    fn statement(&mut self, statement: &Statement) {
        let range = statement.span.range();
        match &statement.kind {
            StatementKind::Fact { .. } => self.words(Kind::Fact, range, &self.vocabulary.words),
            StatementKind::Let { value, .. } => self.condition(value.span.range()),
            _ => {}
        }
        let Some(block) = block(statement) else { return };
        self.add(Kind::Statement, statement.span.range(), "");
        for clause in &block.clauses {
            self.add(Kind::Clause, clause.span.range(), "");
            self.clause(clause);
        }
    }

    fn clause(&mut self, clause: &Clause) {
        let range = clause.span.range();
        match clause.keyword.text.as_str() {
            "when" | "that" => self.expression(Kind::Negation, clause),
            "require" => self.expression(Kind::Require, clause),
            "region" => self.words(Kind::Region, range, &self.vocabulary.regions),
            "tags" | "tier" | "product" | "stage" => {
                self.words(Kind::Tag, range.clone(), &self.vocabulary.words);
                self.bare(Kind::Tag, range, &self.vocabulary.words);
            }
            "target" => self.targets(Kind::Target, range),
            "fallback" => self.targets(Kind::Fallback, range),
            "members" => self.targets(Kind::Member, range),
            "pick" => {
                for pick in PICKS {
                    self.add(Kind::Pick, range.clone(), format!("pick {pick}"));
                }
            }
            "can" | "serves" => self.shorter(range),
            "set" | "deny" | "context" | "price" => self.numbers(Kind::Number, range),
            "retry" | "timeout" | "attempts" => self.numbers(Kind::Attempts, range),
            _ => {}
        }
    }

    fn expression(&mut self, negated: Kind, clause: &Clause) {
        if let Some(expression) = &clause.expression {
            let range = expression.span.range();
            let text = format!("!({})", &self.text[range.clone()]);
            self.add(negated, range.clone(), text);
            self.condition(range);
        }
    }

    /// Operators, numbers and strings of a condition.
    fn condition(&mut self, range: Range<usize>) {
        let operators = Regex::new(r"==|!=|<=|>=|<|>|&&|\|\||!\(|!| in ").unwrap();
        let offset = range.start;
        for found in operators.find_iter(&self.text[range.clone()]) {
            let others: &[&str] = match found.as_str() {
                "==" => &["!="],
                "!=" => &["=="],
                "<=" => &["<", ">"],
                ">=" => &[">", "<"],
                "<" => &["<=", ">="],
                ">" => &[">=", "<="],
                "&&" => &["||"],
                "||" => &["&&"],
                "!(" => &["("],
                "!" => &[""],
                _ => &[],
            };
            for other in others {
                self.add(
                    Kind::Operator,
                    offset + found.start()..offset + found.end(),
                    *other,
                );
            }
        }
        self.numbers(Kind::Number, range.clone());
        let words = &self.vocabulary.words;
        let both: BTreeSet<String> = words.union(&self.vocabulary.regions).cloned().collect();
        self.words(Kind::Word, range, &both);
    }

    /// Each quoted word for each other one.
    fn words(&mut self, kind: Kind, range: Range<usize>, words: &BTreeSet<String>) {
        for found in quoted().captures_iter(&self.text[range.clone()]) {
            let word = found.get(1).unwrap();
            for other in words.iter().filter(|other| *other != word.as_str()) {
                self.add(kind, range.start + word.start()..range.start + word.end(), other);
            }
        }
    }

    /// Each name of a list in brackets for each other one.
    fn bare(&mut self, kind: Kind, range: Range<usize>, words: &BTreeSet<String>) {
        let names = Regex::new(r"[\[ ]([a-z][a-z0-9-]*)[\],]").unwrap();
        for found in names.captures_iter(&self.text[range.clone()]) {
            let name = found.get(1).unwrap();
            for other in words.iter().filter(|other| *other != name.as_str()) {
                self.add(
                    kind,
                    range.start + name.start()..range.start + name.end(),
                    format!("{other:?}"),
                );
            }
        }
    }

    /// Each model or pool for each other one; neighbours exchanged; shares moved; list entries left out.
    fn targets(&mut self, kind: Kind, range: Range<usize>) {
        let names = Regex::new(r"[a-z][a-z0-9-]*").unwrap();
        let known = &self.vocabulary.targets;
        let text = &self.text[range.clone()];
        let found: Vec<Range<usize>> = names
            .find_iter(text)
            .filter(|name| known.contains(name.as_str()))
            .map(|name| range.start + name.start()..range.start + name.end())
            .collect();
        for name in &found {
            let own = &self.text[name.clone()];
            for other in known.iter().filter(|other| *other != own) {
                self.add(kind, name.clone(), other);
            }
        }
        for pair in found.windows(2) {
            let [left, right] = pair else { continue };
            let swapped = [right.clone(), left.end..right.start, left.clone()];
            let swapped: String = swapped.iter().map(|part| &self.text[part.clone()]).collect();
            self.add(Kind::Order, left.start..right.end, swapped);
        }
        self.shares(range.clone());
        self.shorter(range);
    }

    /// Percents moved between the first arm and another.
    fn shares(&mut self, range: Range<usize>) {
        let percent = Regex::new(r"(\d+)%").unwrap();
        let text = &self.text[range.clone()];
        let found: Vec<(Range<usize>, u32)> = percent
            .captures_iter(text)
            .map(|found| (found.get(0).unwrap().range(), found[1].parse().unwrap()))
            .collect();
        let Some(((first, share), others)) = found.split_first() else {
            return;
        };
        for (other, rest) in others {
            for moved in [1, 10, *share] {
                let between = &text[first.end..other.start];
                let with = format!("{}%{between}{}%", share - moved, rest + moved);
                self.add(
                    Kind::Share,
                    range.start + first.start..range.start + other.end,
                    with,
                );
            }
        }
    }

    /// An entry of a list left out.
    fn shorter(&mut self, range: Range<usize>) {
        let entries = Regex::new(r#"(?:, *"?[a-z0-9*.-]+"?)|(?:"?[a-z0-9*.-]+"?, *)"#).unwrap();
        let found: Vec<Range<usize>> = entries
            .find_iter(&self.text[range.clone()])
            .map(|entry| range.start + entry.start()..range.start + entry.end())
            .collect();
        for entry in found {
            self.add(Kind::Entry, entry, "");
        }
    }

    /// Numbers a little and a lot larger and smaller; units stay.
    fn numbers(&mut self, kind: Kind, range: Range<usize>) {
        let numbers = Regex::new(r"\b\d+").unwrap();
        for found in numbers.find_iter(&self.text[range.clone()]) {
            let number: u64 = found.as_str().parse().unwrap();
            for other in [number + 1, number.saturating_sub(1), number * 2, number / 2] {
                let place = range.start + found.start()..range.start + found.end();
                self.add(kind, place, other.to_string());
            }
        }
    }

    /// Guards and routes exchanged with the next one.
    fn neighbours(&mut self, statements: &[Statement]) {
        let ordered = |statement: &&Statement| {
            block(statement).is_some_and(|block| matches!(block.kind, BlockKind::Guard | BlockKind::Route))
        };
        let rules: Vec<&Statement> = statements.iter().filter(ordered).collect();
        for pair in rules.windows(2) {
            let [left, right] = pair else { continue };
            let (left, right) = (left.span.range(), right.span.range());
            let swapped = [right.clone(), left.end..right.start, left.clone()];
            let swapped: String = swapped.iter().map(|part| &self.text[part.clone()]).collect();
            self.add(Kind::Order, left.start..right.end, swapped);
        }
    }
}

/// Cells of a table for others of their column; rows left out.
fn table(name: &str, text: &str, sites: &mut Sites) {
    let mut add = |kind, range, with: &str| {
        sites.add(Edit {
            kind,
            file: name.to_owned(),
            range,
            with: with.to_owned(),
        });
    };
    let mut rows: Vec<(usize, Vec<&str>)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        rows.push((at, line.trim_end().split(',').collect()));
        at += line.len();
    }
    for (start, cells) in &rows[1..] {
        add(Kind::Statement, *start..start + cells.join(",").len() + 1, "");
        let mut from = *start;
        for (column, cell) in cells.iter().enumerate() {
            let column: BTreeSet<&str> = rows[1..].iter().map(|(_, cells)| cells[column]).collect();
            for other in column.into_iter().filter(|other| other != cell) {
                add(Kind::Cell, from..from + cell.len(), other);
            }
            from += cell.len() + 1;
        }
    }
}
