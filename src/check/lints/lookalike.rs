//! Names that are easily taken for each other, and texts with characters that deceive.

use crate::cel::{Literal, quote};
use crate::check::report::Report;
use crate::check::statements::Statements;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::source::Span;
use crate::syntax::ast::{Block, Clause, Expression, ExpressionKind, Item, ItemKind, Word};
use crate::syntax::lookalike::{as_it_looks, deceptive, is_invisible, named, twin};
use std::collections::BTreeMap;

/// Clauses whose strings are prose for people.
const PROSE: [&str; 1] = ["deny"];

/// Reports names of one name space that differ only in case, in `-`, `_` or `.`, or in letters that look the same.
pub(in crate::check) fn lookalike_names<'a>(
    what: &str,
    names: impl IntoIterator<Item = (&'a str, Span)>,
    report: &mut Report,
) {
    let mut in_order: Vec<(&str, Span)> = names.into_iter().collect();
    in_order.sort_by_key(|(_, span)| *span);
    let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for (name, span) in in_order {
        let folded = folded(name);
        match seen.get(&folded) {
            Some((first, place)) if *first != name => {
                let message = format!("{what} `{name}` is easily taken for `{first}`");
                let diagnostic = Diagnostic::warning(Code::LOOKALIKE_NAMES, message)
                    .at(span, difference(name, first))
                    .help("give one of them another name");
                report.push(match *place == span {
                    true => diagnostic,
                    false => diagnostic.also(*place, "the other one"),
                });
            }
            Some(_) => {}
            None => {
                seen.insert(folded, (name, span));
            }
        }
    }
}

/// A name without what readers pass over.
fn folded(name: &str) -> String {
    as_it_looks(name).to_lowercase().replace(['_', '.'], "-")
}

fn difference(name: &str, other: &str) -> &'static str {
    if as_it_looks(name) == as_it_looks(other) {
        "they differ only in letters that look the same"
    } else if name.to_lowercase() == other.to_lowercase() {
        "they differ only in case"
    } else {
        "they differ only in case or in `-`, `_` and `.`"
    }
}

/// Reports characters that cannot be seen, and letters of other alphabets among Latin ones, in names and values.
pub(in crate::check) fn deceptive_characters(statements: &Statements<'_>, report: &mut Report) {
    for block in statements.blocks() {
        block_of(block, report);
    }
    for fact in &statements.facts {
        clauses_of(fact.clauses, report);
    }
    for binding in &statements.lets {
        expression(binding.value, report);
    }
}

fn block_of(block: &Block, report: &mut Report) {
    if let Some(Word { text, span }) = &block.name {
        examine(text, *span, report);
    }
    clauses_of(&block.clauses, report);
}

fn clauses_of(clauses: &[Clause], report: &mut Report) {
    for clause in clauses {
        if !PROSE.contains(&clause.keyword.text.as_str()) {
            clause.items.iter().for_each(|entry| item(entry, report));
        }
        if let Some(condition) = &clause.expression {
            expression(condition, report);
        }
    }
}

fn item(entry: &Item, report: &mut Report) {
    match &entry.kind {
        ItemKind::Quoted(text) => examine(text, entry.span, report),
        ItemKind::List(entries) => entries.iter().flatten().for_each(|entry| item(entry, report)),
        ItemKind::Braces(items) => items.iter().for_each(|entry| item(entry, report)),
        ItemKind::Bare(_) | ItemKind::Money(_) | ItemKind::Percent(_) => {}
    }
}

fn expression(whole: &Expression, report: &mut Report) {
    whole.walk(&mut |part| {
        if let ExpressionKind::Literal(Literal::String(text)) = &part.kind {
            examine(text, part.span, report);
        }
    });
}

fn examine(text: &str, span: Span, report: &mut Report) {
    let Some(character) = deceptive(text) else {
        return;
    };
    let (message, label) = if is_invisible(character) {
        (
            format!(
                "a text with a character that cannot be seen, {}",
                named(character)
            ),
            "it equals nothing that is typed".to_owned(),
        )
    } else {
        let twin = twin(character).unwrap_or(character);
        (
            format!("a text with {}, which looks like `{twin}`", named(character)),
            "it equals nothing that is typed in Latin letters".to_owned(),
        )
    };
    let plain = quote(&as_it_looks(text));
    report.push(
        Diagnostic::warning(Code::DECEPTIVE_CHARACTER, message)
            .at(span, label)
            .fix(Fix::suggestion(format!("write `{plain}`")).replace(span, plain)),
    );
}
