//! The clauses of one block, taken by keyword; what nobody asked for is reported at the end.

use super::items::Items;
use super::later::{is_later_clause, not_yet};
use super::names::suggest;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic, Fix, meant};
use crate::source::Span;
use crate::syntax::ast::{Block, Clause, Expression, Word};

/// The clauses of a block, and which keywords were asked for.
#[derive(Debug)]
pub(super) struct Clauses<'a> {
    block: &'a Block,
    asked: Vec<&'a str>,
}

impl<'a> Clauses<'a> {
    /// The clauses of a block.
    pub(super) fn new(block: &'a Block) -> Self {
        Clauses {
            block,
            asked: Vec::new(),
        }
    }

    /// Where messages about the whole block point: its name, else its keyword.
    pub(super) fn span(&self) -> Span {
        self.block
            .name
            .as_ref()
            .map_or(self.block.keyword, |name| name.span)
    }

    /// The block's name; empty for `defaults`.
    pub(super) fn name(&self) -> &'a str {
        self.block.name.as_ref().map_or("", |name| name.text.as_str())
    }

    /// All clauses of a keyword that may stand more than once.
    pub(super) fn all(&mut self, keyword: &'a str) -> impl Iterator<Item = &'a Clause> + use<'a> {
        self.asked.push(keyword);
        let clauses = self.block.clauses.iter();
        clauses.filter(move |clause| clause.keyword.text == keyword)
    }

    /// The clause of a keyword; another one is reported.
    pub(super) fn once(&mut self, keyword: &'a str, report: &mut Report) -> Option<&'a Clause> {
        let mut clauses = self.all(keyword);
        let first = clauses.next()?;
        for again in clauses {
            report.push(
                Diagnostic::error(Code::DUPLICATE_CLAUSE, format!("`{keyword}` stands twice"))
                    .at(again.keyword.span, "again here")
                    .also(first.keyword.span, "first here")
                    .fix(Fix::suggestion("leave the second one out").remove(again.span)),
            );
        }
        Some(first)
    }

    /// The items of the clause of a keyword.
    pub(super) fn items(&mut self, keyword: &'a str, report: &mut Report) -> Option<Items<'a>> {
        self.once(keyword, report).map(Items::of)
    }

    /// What `read` makes of the clause of a keyword; `None` where it is not there or wrong.
    pub(super) fn read<T>(
        &mut self,
        keyword: &'a str,
        report: &mut Report,
        read: impl FnOnce(&mut Items<'a>, &mut Report) -> Option<T>,
    ) -> Option<T> {
        let mut items = self.items(keyword, report)?;
        let value = read(&mut items, report);
        items.finish(report);
        value
    }

    /// The condition of the clause of a keyword.
    pub(super) fn condition(&mut self, keyword: &'a str, report: &mut Report) -> Option<&'a Expression> {
        let clause = self.once(keyword, report)?;
        if clause.expression.is_none() {
            Items::of(clause).refuse("a condition", report);
        }
        clause.expression.as_deref()
    }

    /// A name list of its own keyword, each name once; empty where the clause is not there.
    pub(super) fn names(&mut self, keyword: &'a str, what: &str, report: &mut Report) -> Option<Vec<Word>> {
        let names = self.read(keyword, report, |items, report| items.names(what, report))?;
        refuse_repeated(&names, keyword, report);
        Some(names)
    }

    /// The text of a clause that takes one name or string.
    pub(super) fn name_of(&mut self, keyword: &'a str, what: &str, report: &mut Report) -> Option<Word> {
        self.read(keyword, report, |items, report| items.name(what, report))
    }

    /// Reports that a clause is needed; for use where neither it nor something in its place is there.
    pub(super) fn missing(&self, keyword: &str, example: &str, report: &mut Report) {
        let message = match self.block.name {
            Some(_) => format!(
                "{} `{}` has no `{keyword}`",
                self.block.kind.keyword(),
                self.name()
            ),
            None => format!("{} has no `{keyword}`", self.block.kind.keyword()),
        };
        report.push(
            Diagnostic::error(Code::MISSING_CLAUSE, message)
                .at(self.span(), "")
                .help(format!("add `{example}`")),
        );
    }

    /// Whether a clause of this keyword is written, right or wrong.
    pub(super) fn has(&self, keyword: &str) -> bool {
        self.block
            .clauses
            .iter()
            .any(|clause| clause.keyword.text == keyword)
    }

    /// Ends the block: clauses that nobody asked for are reported.
    pub(super) fn finish(self, report: &mut Report) {
        for clause in &self.block.clauses {
            let keyword = clause.keyword.text.as_str();
            if self.asked.contains(&keyword) {
                continue;
            }
            if is_later_clause(self.block.kind, keyword) {
                report.push(not_yet(keyword, clause.keyword.span));
                continue;
            }
            let message = format!("a {} has no clause `{keyword}`", self.block.kind.keyword());
            let diagnostic =
                Diagnostic::error(Code::UNKNOWN_CLAUSE, message).at(clause.keyword.span, "unknown");
            let near = meant(keyword, self.asked.iter().copied());
            let diagnostic = match near {
                Some(_) => suggest(diagnostic, &clause.keyword, near),
                None => diagnostic.help(format!("it takes {}", enumerate(&self.asked))),
            };
            report.push(diagnostic);
        }
    }
}

/// Words in backticks with commas between them.
pub(super) fn enumerate<'w>(words: impl IntoIterator<Item = &'w (impl AsRef<str> + 'w)>) -> String {
    let words: Vec<String> = words
        .into_iter()
        .map(|word| format!("`{}`", word.as_ref()))
        .collect();
    words.join(", ")
}

/// Reports entries of a list that stand in it before.
pub(super) fn refuse_repeated(words: &[Word], clause: &str, report: &mut Report) {
    let mut first = std::collections::BTreeMap::new();
    let mut before: Option<Span> = None;
    for word in words {
        let behind = before.replace(word.span);
        match first.entry(word.text.as_str()) {
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(word.span);
            }
            std::collections::btree_map::Entry::Occupied(taken) => report.push(without(
                Diagnostic::error(
                    Code::DUPLICATE_ENTRY,
                    format!("`{}` stands twice in `{clause}`", word.text),
                )
                .at(word.span, "again here")
                .also(*taken.get(), "first here"),
                behind.filter(|_| clause != "split"),
                word.span,
            )),
        }
    }
}

/// Adds to a diagnostic that an entry of a list can be taken out, with the comma between it and the entry before.
pub(super) fn without(diagnostic: Diagnostic, before: Option<Span>, entry: Span) -> Diagnostic {
    /// Longest gap, `, `, that certainly holds no comment.
    const COMMA: u32 = 2;
    const TITLE: &str = "leave the second one out";
    let Some(before) = before.filter(|before| before.file == entry.file && before.end <= entry.start) else {
        return diagnostic;
    };
    let fix = if entry.start - before.end <= COMMA {
        Fix::safe(TITLE)
    } else {
        Fix::suggestion(TITLE)
    };
    diagnostic.fix(fix.remove(before.end_point().to(entry)))
}
