//! A file to a document: statement by statement, each scanned, parsed, and where it is broken explained and left.

use super::ast::{Document, Expression, Statement, StatementKind, Word};
use super::bounds::{MAX_FILE_BYTES, MAX_FILE_ERRORS};
use super::expression;
use super::grammar::{self, Rule};
use super::look::Look;
use super::parts;
use super::pass::Shape;
use super::place::Place;
use super::resume::resume;
use super::scan::{Extent, Scanner};
use super::slashes;
use super::spaces::spaced;
use super::statement::statement;
use super::tokens::{Token, TokenKind, token};
use super::trouble::looks_like_a_block;
use super::words::{Keyword, keyword};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};
use std::ops::Range;

/// Parses one file: the statements that parse, and what is wrong with the others. Any text is fine.
pub fn parse(file: FileId, text: &str) -> (Document, Vec<Diagnostic>) {
    if text.len() > MAX_FILE_BYTES {
        let document = Document {
            file,
            statements: Vec::new(),
            broken: Vec::new(),
            comments: Vec::new(),
        };
        return (document, vec![file_too_large(file, text.len())]);
    }
    if let Some(document) = parts::parse(file, text) {
        return (document, Vec::new());
    }
    let (document, errors, _) = part(file, text, 0..text.len());
    (document, errors)
}

/// Parses the statements that begin in a part of a file; where a statement, or the end, stands behind them comes with
/// what was found.
pub(super) fn part(file: FileId, text: &str, part: Range<usize>) -> (Document, Vec<Diagnostic>, usize) {
    let mut parser = Parser {
        file,
        text,
        scanner: Scanner::new(file, text),
        statements: Vec::new(),
        broken: Vec::new(),
        errors: Vec::new(),
        previous: None,
    };
    let end = parser.run(part);
    let document = Document {
        file,
        statements: parser.statements,
        broken: parser.broken,
        comments: parser.scanner.comments,
    };
    (document, parser.errors, end)
}

/// Parses one expression of a policy that stands alone; comments begin with `#`.
///
/// # Errors
///
/// What is wrong with it.
pub fn parse_expression(file: FileId, text: &str) -> Result<Expression, Vec<Diagnostic>> {
    if text.len() > MAX_FILE_BYTES {
        return Err(vec![file_too_large(file, text.len())]);
    }
    let extent = Scanner::new(file, text).scan(0, Shape::Expression);
    if !extent.trouble.is_empty() {
        return Err(extent.trouble);
    }
    let mut errors = Vec::new();
    let built = match grammar::parse(Rule::sole_expression, &spaced(text)) {
        Ok(matched) => matched
            .into_inner()
            .next()
            .and_then(|matched| expression::build(Place { file, base: 0 }, matched, &mut errors)),
        Err(failed) => {
            errors.push(Look { file, text, failed }.expression(0));
            None
        }
    };
    built.ok_or(errors)
}

/// Parses one expression of CEL at large: as [`parse_expression`] does, and comments may begin with `//`, as CEL has
/// them.
///
/// # Errors
///
/// What is wrong with it.
pub fn parse_cel(file: FileId, text: &str) -> Result<Expression, Vec<Diagnostic>> {
    parse_expression(file, &slashes::blanked(text))
}

fn file_too_large(file: FileId, length: usize) -> Diagnostic {
    Diagnostic::error(
        Code::TOO_LARGE,
        format!("a file is larger than {} MiB", MAX_FILE_BYTES >> 20),
    )
    .at(Span::new(file, 0, 0), format!("{length} bytes"))
    .help("split it, and put long lists of tenants into a table")
}

struct Parser<'a> {
    file: FileId,
    text: &'a str,
    scanner: Scanner<'a>,
    statements: Vec<Statement>,
    broken: Vec<Word>,
    errors: Vec<Diagnostic>,
    /// The `let` or fact just before: what follows may have been meant to belong to it.
    previous: Option<Previous>,
}

/// A statement without a closing bracket of its own.
#[derive(Clone, Copy)]
enum Previous {
    Let(Span),
    Fact(Span),
}

impl Parser<'_> {
    /// Reads the statements that begin in a part of the text; returns where it stopped.
    fn run(&mut self, part: Range<usize>) -> usize {
        let has_mark = part.start == 0 && self.text.starts_with('\u{feff}');
        let mut at = self.scanner.blank(if has_mark { 3 } else { part.start });
        while at < part.end {
            if self.errors.len() >= MAX_FILE_ERRORS {
                self.errors.push(
                    Diagnostic::error(
                        Code::SYNTAX,
                        format!("more than {MAX_FILE_ERRORS} errors in one file"),
                    )
                    .at(Span::new(self.file, at, at), "not read from here on")
                    .help("correct the errors before this one first"),
                );
                return at;
            }
            let end = self.statement(at);
            self.scanner.rewind(end);
            // Every statement has at least one byte, so that the loop ends.
            at = self.scanner.blank(end.max(at + 1));
        }
        at
    }

    /// Reads the statement at `start` and returns where it ends.
    fn statement(&mut self, start: usize) -> usize {
        let previous = self.previous.take();
        let head = token(self.text, start, true);
        let keyword = keyword(head.text);
        let shape = match keyword {
            Some(Keyword::Let) => Shape::Open,
            _ => Shape::Braced,
        };
        let extent = self.scanner.scan(start, shape);
        let end = extent.end;
        match keyword {
            None => self.stray(start, extent, previous),
            _ if !extent.trouble.is_empty() => {
                self.errors.extend(extent.trouble);
                self.broken(head);
            }
            Some(_) => return self.parse(head, end),
        }
        end
    }

    fn parse(&mut self, head: Token<'_>, end: usize) -> usize {
        let start = head.start;
        let text = self.text.get(start..end).unwrap_or_default();
        let spaced = spaced(text);
        let matched = match grammar::parse(Rule::statement, &spaced) {
            Ok(matched) => matched,
            Err(failed) => {
                let look = Look {
                    file: self.file,
                    text: self.text.get(..end).unwrap_or_default(),
                    failed: start + failed,
                };
                self.errors.push(look.statement(start));
                if let Some(Keyword::Block(kind)) = keyword(head.text) {
                    resume(look, kind, start, &mut self.errors);
                }
                self.broken(head);
                return end;
            }
        };
        let end = start + matched.as_span().end();
        let place = Place {
            file: self.file,
            base: start,
        };
        match statement(place, matched, &mut self.errors) {
            Some(statement) => {
                self.previous = match &statement.kind {
                    StatementKind::Let { .. } => Some(Previous::Let(statement.span)),
                    StatementKind::Fact { .. } => Some(Previous::Fact(statement.span)),
                    _ => None,
                };
                self.statements.push(statement);
            }
            None => self.broken(head),
        }
        end
    }

    /// Something other than a statement.
    fn stray(&mut self, start: usize, extent: Extent, previous: Option<Previous>) {
        let found = token(self.text, start, true);
        let block = looks_like_a_block(self.text, start);
        let closes = matches!(found.text, "}" | ")" | "]");
        if !closes || extent.trouble.is_empty() {
            let look = Look {
                file: self.file,
                text: self.text.get(..extent.end).unwrap_or_default(),
                failed: start,
            };
            self.errors.push(match previous {
                Some(Previous::Let(before)) if !block => look.continued_let(before.start as usize),
                Some(Previous::Fact(before)) if !block => look.continued_fact(before, start),
                _ => look.stray(start),
            });
        }
        self.errors.extend(extent.trouble);
        if block {
            self.broken(found);
        } else if let Some(Previous::Let(before) | Previous::Fact(before)) = previous {
            self.unfinished(before);
        }
    }

    /// Takes back the `let` or fact at `span`: text behind it belongs to it, so that it is not what it looks like.
    fn unfinished(&mut self, span: Span) {
        if let Some(Statement {
            kind: StatementKind::Let { name, .. } | StatementKind::Fact { name, .. },
            ..
        }) = self.statements.pop_if(|statement| statement.span == span)
        {
            self.broken.push(name);
        }
    }

    /// Keeps the name that a broken statement would have declared.
    fn broken(&mut self, head: Token<'_>) {
        if matches!(keyword(head.text), Some(Keyword::Use | Keyword::Tenants)) {
            return;
        }
        let name = token(self.text, head.end, true);
        let text = match name.kind {
            TokenKind::Word if head.kind == TokenKind::Word => name.text,
            TokenKind::Quoted => name.text.trim_matches(['"', '\'']),
            _ => return,
        };
        self.broken.push(Word {
            text: text.to_owned(),
            span: Span::new(self.file, name.start, name.end),
        });
    }
}
