//! A block's flat items, cut into clauses.

use super::ast::{BlockKind, Clause, Expression, ExpressionKind, Item, ItemKind, Word};
use super::look::{foreign_operator, is_certain};
use super::shapes::{ClauseShape, shape};
use super::words::meant_operator;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// What stands in a block: items, and the conditions that the grammar has found among them.
pub(super) enum Entry {
    /// A value or a word.
    Item(Item),
    /// `when`, `require` or `that` and the expression behind it.
    Condition(Word, Box<Expression>),
}

/// Cuts the entries of a block into clauses.
pub(super) fn cut(kind: BlockKind, entries: Vec<Entry>, errors: &mut Vec<Diagnostic>) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut entries = entries.into_iter().peekable();
    while let Some(entry) = entries.next() {
        match entry {
            Entry::Condition(keyword, expression) => {
                let span = keyword.span.to(expression.span);
                let trouble = entries.peek().and_then(|next| swallowed(kind, &expression, next));
                if let Some(trouble) = trouble {
                    errors.push(trouble);
                    skip_clause(kind, &mut entries);
                }
                clauses.push(Clause {
                    keyword,
                    items: Vec::new(),
                    expression: Some(expression),
                    span,
                });
            }
            Entry::Item(item) => match clause_word(&item) {
                Some(word) => {
                    let keyword = Word {
                        text: word.to_owned(),
                        span: item.span,
                    };
                    let clause = clause(kind, keyword, &mut entries);
                    if clause.items.is_empty() {
                        errors.push(no_value(&clause));
                    } else {
                        clauses.push(clause);
                    }
                }
                None => errors.push(
                    Diagnostic::error(Code::SYNTAX, "expected a clause, found a value")
                        .at(item.span, "no clause begins like this")
                        .help("a clause begins with its word, such as `when` or `target`"),
                ),
            },
        }
    }
    clauses
}

/// What is wrong where a condition ends before an item that begins no clause of the block: an operator is missing or
/// misspelt, or the condition has swallowed the next clause's keyword.
fn swallowed(kind: BlockKind, condition: &Expression, next: &Entry) -> Option<Diagnostic> {
    let Entry::Item(item) = next else { return None };
    let last = last_name(condition);
    if let Some((_, span)) = last.filter(|(name, _)| name.eq_ignore_ascii_case("not")) {
        return Some(foreign_operator("not", "!", span, false));
    }
    let word = clause_word(item);
    if word.is_some_and(|word| is_keyword(kind, word)) {
        return None;
    }
    if let Some((name, span)) = last.filter(|(name, _)| is_keyword(kind, name)) {
        return Some(
            Diagnostic::error(
                Code::SYNTAX,
                format!("expected a value, found the clause `{name}`"),
            )
            .at(span, "read as a part of the condition")
            .help("complete the condition before this clause"),
        );
    }
    match word {
        Some(word) => meant_operator(word).map(|operator| {
            let certain = is_certain(word, operator);
            foreign_operator(word, operator, item.span, certain)
        }),
        None => Some(
            Diagnostic::error(Code::SYNTAX, "expected an operator or a clause, found a value")
                .at(item.span, "the condition ends before this")
                .also(condition.span, "the condition")
                .help("write an operator such as `==` or `&&` between the two"),
        ),
    }
}

/// The name that stands last in an expression.
fn last_name(mut expression: &Expression) -> Option<(&str, Span)> {
    loop {
        expression = match &expression.kind {
            ExpressionKind::Identifier(name) => return Some((name, expression.span)),
            ExpressionKind::Not(operand) | ExpressionKind::Negate(operand) => operand,
            ExpressionKind::Binary { right, .. } => right,
            ExpressionKind::Conditional { otherwise, .. } => otherwise,
            ExpressionKind::And(operands) | ExpressionKind::Or(operands) => operands.last()?,
            _ => return None,
        };
    }
}

fn skip_clause(kind: BlockKind, entries: &mut Entries) {
    while entries
        .next_if(|entry| match entry {
            Entry::Condition(..) => false,
            Entry::Item(item) => !clause_word(item).is_some_and(|word| is_keyword(kind, word)),
        })
        .is_some()
    {}
}

type Entries = std::iter::Peekable<std::vec::IntoIter<Entry>>;

/// Reads what belongs to the clause of this keyword.
fn clause(kind: BlockKind, keyword: Word, entries: &mut Entries) -> Clause {
    let shape = shape(kind, &keyword.text);
    let mut items: Vec<Item> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    // The keyword's first value, whatever it is; then what the continuing words take.
    let mut owed = 1;
    while let Some(Entry::Item(item)) = entries.peek() {
        if let Some(word) = clause_word(item) {
            // What a continuing word takes is its own, whatever it is.
            let taken = owed > 0 && !seen.is_empty();
            let takes = continued_by(kind, shape, word, &seen).filter(|_| !taken);
            match takes {
                Some(takes) => {
                    owed = takes;
                    seen.push(word.to_owned());
                }
                None if owed > 0 => owed -= 1,
                None if shape.is_some_and(|shape| shape.greedy) && !is_keyword(kind, word) => {}
                None => break,
            }
        } else {
            owed = owed.saturating_sub(1);
        }
        if let Some(Entry::Item(item)) = entries.next() {
            items.push(item);
        }
    }
    // A policy has very many clauses of few items.
    items.shrink_to_fit();
    let span = items
        .last()
        .map_or(keyword.span, |last| keyword.span.to(last.span));
    Clause {
        keyword,
        items,
        expression: None,
        span,
    }
}

/// How many items a word takes that goes on the clause. A word that is also a keyword of the block goes on a clause
/// once only: a second `first-token` behind `timeout` is a clause of its own.
fn continued_by(kind: BlockKind, shape: Option<&ClauseShape>, word: &str, seen: &[String]) -> Option<usize> {
    let takes = shape?.continued_by(word)?;
    let again = seen.iter().any(|seen| seen == word);
    (!again || !is_keyword(kind, word)).then_some(takes)
}

fn is_keyword(kind: BlockKind, word: &str) -> bool {
    shape(kind, word).is_some()
}

/// The word that an item is, where it can begin a clause: words that begin with a digit are values.
fn clause_word(item: &Item) -> Option<&str> {
    match &item.kind {
        ItemKind::Bare(text)
            if text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') =>
        {
            Some(text)
        }
        _ => None,
    }
}

fn no_value(clause: &Clause) -> Diagnostic {
    let keyword = &clause.keyword.text;
    Diagnostic::error(Code::SYNTAX, format!("`{keyword}` has no value"))
        .at(clause.keyword.span, "expected a value behind this")
}
