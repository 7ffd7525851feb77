//! One statement: from the grammar's matches to the syntax tree.

use super::ast::{Block, BlockKind, Clause, Expression, Item, ItemKind, Statement, StatementKind, Word};
use super::clauses::{Entry, cut};
use super::expression::{bad_literal, build};
use super::grammar::{Match, Matches, Rule};
use super::literal;
use super::place::Place;
use super::tokens::token;
use super::words::{is_identifier, is_reserved};
use crate::cel::Literal;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Builds the statement of a match of `statement`; what is wrong with it goes to `errors`.
pub(super) fn statement(place: Place, matched: Match<'_>, errors: &mut Vec<Diagnostic>) -> Option<Statement> {
    let span = place.span(&matched);
    let mut reader = Reader { place, errors };
    let inner = matched.into_inner().next()?;
    let kind = match inner.as_rule() {
        Rule::let_value => reader.let_value(inner),
        Rule::fact => reader.fact(inner),
        Rule::tenants_from => Some(StatementKind::TenantsFrom {
            path: reader.path(inner)?,
        }),
        Rule::use_file => Some(StatementKind::Use {
            path: reader.path(inner)?,
        }),
        _ => reader.block(inner),
    };
    kind.map(|kind| Statement { span, kind })
}

/// Reads the rest of a block whose beginning did not parse, for what else is wrong with it.
pub(super) fn tail(place: Place, kind: BlockKind, matched: Match<'_>, errors: &mut Vec<Diagnostic>) {
    Reader { place, errors }.clauses(kind, matched.into_inner());
}

struct Reader<'e> {
    place: Place,
    errors: &'e mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn block(&mut self, matched: Match<'_>) -> Option<StatementKind> {
        let mut parts = matched.into_inner();
        let keyword = parts.next()?;
        let kind = match keyword.as_str() {
            "provider" => BlockKind::Provider,
            "model" => BlockKind::Model,
            "pool" => BlockKind::Pool,
            "tenant" => BlockKind::Tenant,
            "guard" => BlockKind::Guard,
            "route" => BlockKind::Route,
            "assert" => BlockKind::Assert,
            "assume" => BlockKind::Assume,
            "test" => BlockKind::Test,
            _ => BlockKind::Defaults,
        };
        let name = match kind {
            BlockKind::Defaults => None,
            _ => Some(self.word(parts.next()?)),
        };
        let known = self.errors.len();
        let keyword = self.place.span(&keyword);
        let clauses = self.clauses(kind, parts);
        (self.errors.len() == known).then_some(StatementKind::Block(Block {
            kind,
            keyword,
            name,
            clauses,
        }))
    }

    fn clauses(&mut self, kind: BlockKind, parts: Matches<'_>) -> Vec<Clause> {
        let mut entries = Vec::with_capacity(parts.len());
        for part in parts {
            if part.as_rule() == Rule::condition {
                entries.extend(self.condition(part));
            } else {
                entries.push(Entry::Item(self.item(part)));
            }
        }
        cut(kind, entries, self.errors)
    }

    fn condition(&mut self, matched: Match<'_>) -> Option<Entry> {
        let mut parts = matched.into_inner();
        let keyword = self.word(parts.next()?);
        let expression = build(self.place, parts.next()?, self.errors)?;
        Some(Entry::Condition(keyword, Box::new(expression)))
    }

    fn let_value(&mut self, matched: Match<'_>) -> Option<StatementKind> {
        let mut parts = matched.into_inner();
        let name = self.fact_name(parts.next()?);
        let value: Option<Expression> = build(self.place, parts.next()?, self.errors);
        Some(StatementKind::Let {
            name: name?,
            value: value?,
        })
    }

    fn fact(&mut self, matched: Match<'_>) -> Option<StatementKind> {
        let mut parts = matched.into_inner();
        let name = self.fact_name(parts.next()?);
        let known = self.errors.len();
        let clauses = parts
            .filter_map(|part| self.fact_clause(part))
            .collect::<Vec<_>>();
        let fine = self.errors.len() == known;
        name.filter(|_| fine)
            .map(|name| StatementKind::Fact { name, clauses })
    }

    fn fact_clause(&mut self, matched: Match<'_>) -> Option<Clause> {
        let span = self.place.span(&matched);
        let is_type = matched.as_rule() == Rule::fact_type;
        let mut parts = matched.into_inner().peekable();
        let keyword = if is_type {
            Word {
                text: "type".to_owned(),
                span: self.place.span(parts.peek()?),
            }
        } else {
            self.word(parts.next()?)
        };
        Some(Clause {
            keyword,
            items: self.items(parts),
            expression: None,
            span,
        })
    }

    /// The name of a fact or a `let`, which must be one that CEL can use.
    fn fact_name(&mut self, matched: Match<'_>) -> Option<Word> {
        let word = self.word(matched);
        let text = &word.text;
        let diagnostic = if !is_identifier(text) {
            Diagnostic::error(
                Code::RESERVED_NAME,
                format!("`{text}` cannot be used in conditions"),
            )
            .at(word.span, "not an identifier of CEL")
            .help("use letters, digits and `_`, and no digit first")
        } else if is_reserved(text) {
            Diagnostic::error(Code::RESERVED_NAME, format!("`{text}` is a reserved word of CEL"))
                .at(word.span, "cannot be a name")
                .help("use another name")
        } else {
            return Some(word);
        };
        self.errors.push(diagnostic);
        None
    }

    fn path(&mut self, matched: Match<'_>) -> Option<Word> {
        let known = self.errors.len();
        let path = self.word(matched.into_inner().next()?);
        (self.errors.len() == known).then_some(path)
    }

    fn word(&mut self, matched: Match<'_>) -> Word {
        let span = self.place.span(&matched);
        let text = match matched.as_rule() {
            Rule::string => self.text(matched.as_str(), span),
            _ => matched.as_str().to_owned(),
        };
        Word { text, span }
    }

    fn item(&mut self, matched: Match<'_>) -> Item {
        let span = self.place.span(&matched);
        let kind = match matched.as_rule() {
            Rule::string => ItemKind::Quoted(self.text(matched.as_str(), span)),
            Rule::money => ItemKind::Money(matched.as_str().trim_start_matches('$').to_owned()),
            Rule::share => ItemKind::Percent(matched.as_str().trim_end_matches('%').to_owned()),
            Rule::list => {
                let entries = matched.into_inner();
                let mut list = Vec::with_capacity(entries.len());
                list.extend(entries.map(|entry| self.items(entry.into_inner())));
                ItemKind::List(list)
            }
            Rule::braces => ItemKind::Braces(self.items(matched.into_inner())),
            Rule::list_type => ItemKind::Bare(list_type(matched.as_str())),
            _ => ItemKind::Bare(matched.as_str().to_owned()),
        };
        Item { kind, span }
    }

    /// Items in room that is no larger than they are: a policy has very many short lists of them.
    fn items<'t>(&mut self, matched: impl ExactSizeIterator<Item = Match<'t>>) -> Vec<Item> {
        let mut items = Vec::with_capacity(matched.len());
        items.extend(matched.map(|item| self.item(item)));
        items
    }

    /// The text of a string literal.
    fn text(&mut self, written: &str, span: Span) -> String {
        match literal::string(written) {
            Ok(Literal::String(text)) => return text,
            Ok(_) => self.errors.push(
                Diagnostic::error(Code::SYNTAX, "expected a string, found bytes")
                    .at(span, "bytes stand in conditions only")
                    .help("leave out the `b`"),
            ),
            Err(bad) => self.errors.push(bad_literal(bad, span)),
        }
        String::new()
    }
}

/// `list(…)` without the blanks and comments that may stand in it.
fn list_type(written: &str) -> String {
    let mut end = 0;
    let mut text = String::new();
    while end < written.len() {
        let token = token(written, end, true);
        text.push_str(token.text);
        // At the end of the text there is no token, only the blanks before it.
        end = token.end.max(end + 1);
    }
    text
}
