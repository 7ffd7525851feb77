//! A block goes on behind a clause that did not parse: the next clause that begins a line is read, and so on, so that
//! all that is wrong with a block is told at once.

use super::ast::BlockKind;
use super::bounds::MAX_CLAUSE_ERRORS;
use super::grammar::{self, Rule};
use super::look::Look;
use super::place::Place;
use super::shapes::shape;
use super::spaces::spaced;
use super::statement::tail;
use super::tokens::{Token, TokenKind, token};
use crate::diagnostic::Diagnostic;

/// Tells what is wrong behind the first error of the block that begins at `start`.
pub(super) fn resume(mut look: Look<'_>, kind: BlockKind, start: usize, errors: &mut Vec<Diagnostic>) {
    let rule = if kind.condition_words().is_empty() {
        Rule::plain_tail
    } else {
        Rule::ruled_tail
    };
    let mut told = 1;
    let mut clauses = Clauses::of(look.text, kind, start);
    while told < MAX_CLAUSE_ERRORS
        && let Some(at) = clauses
            .as_mut()
            .and_then(|clauses| clauses.next_behind(look.failed))
    {
        let rest = spaced(look.text.get(at..).unwrap_or_default());
        match grammar::parse(rule, &rest) {
            Ok(matched) => {
                let place = Place {
                    file: look.file,
                    base: at,
                };
                return tail(place, kind, matched, errors);
            }
            Err(failed) => {
                look.failed = at + failed;
                errors.extend(look.clauses(kind, at));
                told += 1;
            }
        }
    }
}

/// The places in a block where a line begins with the keyword of a clause.
struct Clauses<'a> {
    text: &'a str,
    kind: BlockKind,
    before: Token<'a>,
    depth: usize,
}

impl<'a> Clauses<'a> {
    /// From the `{` of the block on; `None` where that is missing.
    fn of(text: &'a str, kind: BlockKind, start: usize) -> Option<Self> {
        let head = token(text, start, true);
        let name = match kind {
            BlockKind::Defaults => head,
            _ => token(text, head.end, true),
        };
        let brace = token(text, name.end, true);
        (brace.text == "{").then_some(Clauses {
            text,
            kind,
            before: brace,
            depth: 0,
        })
    }

    /// The next such place behind `offset`.
    fn next_behind(&mut self, offset: usize) -> Option<usize> {
        loop {
            let found = token(self.text, self.before.end, true);
            let between = self.text.get(self.before.end..found.start).unwrap_or_default();
            let operand = found.kind == TokenKind::Word
                && (self.before.kind != TokenKind::Sign
                    || matches!(self.before.text, ")" | "]" | "}" | "%" | ";" | ","));
            self.before = found;
            match found.text {
                "(" | "[" | "{" => self.depth += 1,
                ")" | "]" | "}" => self.depth = self.depth.checked_sub(1)?,
                _ if found.kind == TokenKind::End => return None,
                word if operand
                    && self.depth == 0
                    && found.start > offset
                    && between.contains('\n')
                    && shape(self.kind, word).is_some() =>
                {
                    return Some(found.start);
                }
                _ => {}
            }
        }
    }
}
