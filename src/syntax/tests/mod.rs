//! Text in, tree or message out.

mod bounds;
mod conditions;
mod laws;
mod mistakes;
mod parts;
mod statements;

use std::fmt::Write as _;

use super::ast::{Clause, Document, Item, ItemKind, StatementKind, Word};
use super::{parse, parse_expression, print};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};

/// The id of the only file of a map.
fn only_file() -> FileId {
    SourceMap::new().add("case.policy", "")
}

/// Parses a text and shows tree and errors below each other.
fn show(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("case.policy", text);
    let (document, errors) = parse(file, text);
    let mut out = tree(&document, &sources);
    for error in &errors {
        let _ = writeln!(out, "{}", brief(error, &sources));
    }
    out
}

/// Parses an expression and shows its tree or its errors.
fn condition(text: &str) -> String {
    let mut sources = SourceMap::new();
    let file = sources.add("case.policy", text);
    match parse_expression(file, text) {
        Ok(expression) => shape(&expression),
        Err(errors) => errors
            .iter()
            .map(|error| brief(error, &sources))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// An expression with parentheses around everything that has parts.
fn shape(expression: &super::ast::Expression) -> String {
    use super::ast::ExpressionKind as Kind;
    let all =
        |expressions: &[super::ast::Expression]| expressions.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &expression.kind {
        Kind::Literal(_) | Kind::Identifier(_) | Kind::Message { .. } => print::expression(expression),
        Kind::Select { operand, field } => format!("(. {} {})", shape(operand), field.text),
        Kind::Index { operand, index } => format!("([] {} {})", shape(operand), shape(index)),
        Kind::Call {
            receiver,
            function,
            arguments,
        } => {
            let receiver = receiver.as_deref().map(shape).unwrap_or_default();
            format!("({receiver}:{} {})", function.text, all(arguments))
        }
        Kind::List(elements) => format!("[{}]", all(elements)),
        Kind::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", shape(key), shape(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        Kind::Not(operand) => format!("(! {})", shape(operand)),
        Kind::Negate(operand) => format!("(- {})", shape(operand)),
        Kind::And(operands) => format!("(&& {})", all(operands)),
        Kind::Or(operands) => format!("(|| {})", all(operands)),
        Kind::Binary {
            operator,
            left,
            right,
            ..
        } => format!("({} {} {})", operator.symbol(), shape(left), shape(right)),
        Kind::Conditional {
            condition,
            then,
            otherwise,
        } => format!("(? {} {} {})", shape(condition), shape(then), shape(otherwise)),
    }
}

/// Code, place, message, label and help of an error, one line each.
fn brief(error: &Diagnostic, sources: &SourceMap) -> String {
    let primary = error.primary().expect("syntax errors have a place");
    let mut out = format!(
        "{} {} {}\n    {:?}: {}",
        error.code(),
        sources.locate(primary.span),
        error.message(),
        sources.text(primary.span),
        primary.text
    );
    for label in error.secondary() {
        let _ = write!(out, "\n    also {}: {}", sources.locate(label.span), label.text);
    }
    for help in error.help_lines() {
        let _ = write!(out, "\n    help: {help}");
    }
    out
}

fn tree(document: &Document, sources: &SourceMap) -> String {
    let mut out = String::new();
    for statement in &document.statements {
        match &statement.kind {
            StatementKind::Block(block) => {
                let keyword = sources.text(block.keyword);
                let name = block.name.as_ref().map(word).unwrap_or_default();
                let _ = writeln!(out, "{keyword} {name}");
                clauses(&mut out, &block.clauses, sources);
            }
            StatementKind::TenantsFrom { path } => {
                let _ = writeln!(out, "tenants from {}", word(path));
            }
            StatementKind::Use { path } => {
                let _ = writeln!(out, "use {}", word(path));
            }
            StatementKind::Fact { name, clauses: all } => {
                let _ = writeln!(out, "fact {}", word(name));
                clauses(&mut out, all, sources);
            }
            StatementKind::Let { name, value } => {
                let _ = writeln!(out, "let {} = {}", word(name), shape(value));
            }
        }
        assert!(!sources.text(statement.span).is_empty());
    }
    for name in &document.broken {
        let _ = writeln!(out, "broken: {}", word(name));
    }
    out
}

fn clauses(out: &mut String, clauses: &[Clause], sources: &SourceMap) {
    for clause in clauses {
        let items: Vec<String> = clause.items.iter().map(item).collect();
        let _ = write!(out, "    {}: {}", word(&clause.keyword), items.join(" "));
        if let Some(expression) = &clause.expression {
            let _ = write!(out, "{}", shape(expression));
        }
        let _ = writeln!(out);
        assert!(
            sources
                .text(clause.span)
                .starts_with(sources.text(clause.keyword.span))
        );
    }
}

fn word(word: &Word) -> String {
    word.text.clone()
}

fn item(item: &Item) -> String {
    match &item.kind {
        ItemKind::Bare(text) => text.clone(),
        ItemKind::Quoted(text) => format!("{text:?}"),
        ItemKind::Money(text) => format!("${text}"),
        ItemKind::Percent(text) => format!("{text}%"),
        ItemKind::List(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|entry| entry.iter().map(self::item).collect::<Vec<_>>().join(" "))
                .collect();
            format!("[{}]", entries.join(", "))
        }
        ItemKind::Braces(items) => {
            let items: Vec<String> = items.iter().map(self::item).collect();
            format!("{{ {} }}", items.join(" "))
        }
    }
}

/// All spans of a tree, so that laws can speak of them.
fn spans(document: &Document) -> Vec<Span> {
    document
        .statements
        .iter()
        .map(|statement| statement.span)
        .chain(document.comments.iter().copied())
        .chain(document.broken.iter().map(|name| name.span))
        .collect()
}
