//! What can stand in a condition: facts, `let`s, attributes, functions, and strings by what they are compared with.

use super::super::analysis::Analysis;
use super::super::names::{Domain, Space};
use super::super::vocabulary;
use super::context::Context;
use super::offer::Offer;
use super::tokens::{Kind, Token};
use super::values;
use crate::cel::quote;
use crate::model::{AttemptAttribute, TargetAttribute};
use lsp_types::CompletionItemKind as ItemKind;

/// Whether a condition could end behind these words.
pub(super) fn is_complete(before: &[Token<'_>]) -> bool {
    let open = before.iter().filter(|word| word.kind == Kind::Open).count();
    let closed = before.iter().filter(|word| word.kind == Kind::Close).count();
    open == closed && before.last().is_some_and(|last| !last.joins())
}

/// What can stand behind these words of a clause.
pub(super) fn offers(
    analysis: &Analysis,
    context: &Context<'_>,
    clause: &str,
    before: &[Token<'_>],
) -> Vec<Offer> {
    if let Some(domain) = compared(context, before) {
        let values = values::of(analysis, &domain);
        let mut offers = strings(&values, &domain, context.string);
        if context.string.is_none() {
            offers.extend(truths(analysis, &domain));
            offers.extend(names(analysis, context, clause));
        }
        return offers;
    }
    match context.string.is_some() || is_complete(before) {
        // Behind a value stands an operator.
        true if context.string.is_none() => vec![Offer::new(ItemKind::OPERATOR, "in", "operator")],
        true => Vec::new(),
        false => names(analysis, context, clause),
    }
}

/// The strings of a domain, in quotes where none stand there.
fn strings(values: &[String], domain: &Domain, string: Option<char>) -> Vec<Offer> {
    let detail = match domain {
        Domain::Fact(name) => format!("value of {name}"),
        Domain::Attribute(attribute) => format!("value of target.{}", attribute.path()),
        Domain::Fallbacks => "model".to_owned(),
    };
    values
        .iter()
        .map(|value| {
            let quoted = quote(value);
            let text = match string {
                Some(_) => quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned(),
                None => quoted,
            };
            Offer::new(ItemKind::ENUM_MEMBER, value, detail.as_str()).inserting(text)
        })
        .collect()
}

fn truths(analysis: &Analysis, domain: &Domain) -> Vec<Offer> {
    let Domain::Fact(name) = domain else {
        return Vec::new();
    };
    let known = values::facts(analysis)
        .into_iter()
        .find(|fact| fact.name == *name);
    match known.is_some_and(|fact| fact.ty == "bool") {
        true => ["true", "false"]
            .map(|word| Offer::new(ItemKind::ENUM_MEMBER, word, "bool"))
            .into(),
        false => Vec::new(),
    }
}

/// Facts, `let`s, attributes and functions; behind a dot only what can stand there.
fn names(analysis: &Analysis, context: &Context<'_>, clause: &str) -> Vec<Offer> {
    let has_target = ["require", "that"].contains(&clause) && context.statement != "assume";
    let mut offers = Vec::new();
    for fact in values::facts(analysis) {
        offers.push(Offer::new(ItemKind::VARIABLE, &fact.name, &fact.ty).about(vocabulary::fact(&fact.name)));
    }
    for name in analysis.index().names(Space::Term) {
        offers.push(Offer::new(ItemKind::CONSTANT, name, "let"));
    }
    if has_target {
        for attribute in TargetAttribute::ALL {
            let label = format!("target.{}", attribute.path());
            let detail = attribute.ty().to_string();
            offers
                .push(Offer::new(ItemKind::PROPERTY, label, detail).about(vocabulary::attribute(attribute)));
        }
    }
    if context.statement == "assert" && has_target {
        for attribute in AttemptAttribute::ALL {
            offers.push(Offer::new(
                ItemKind::PROPERTY,
                attribute.name(),
                attribute.ty().to_string(),
            ));
        }
    }
    for name in vocabulary::functions(false) {
        offers.push(function(name));
    }
    offers.extend(methods(analysis, context));
    offers
}

fn function(name: &str) -> Offer {
    let (form, about) = vocabulary::function(name).unwrap_or_default();
    Offer::new(ItemKind::FUNCTION, name, form).about(about)
}

/// Methods of what stands before the dot, with that in front: dots are a part of the word that is being typed.
fn methods(analysis: &Analysis, context: &Context<'_>) -> Vec<Offer> {
    let typed = context.receiver;
    let is_name = values::facts(analysis).iter().any(|fact| fact.name == typed)
        || analysis.index().declaration(Space::Term, typed).is_some();
    if !is_name {
        return Vec::new();
    }
    vocabulary::functions(true)
        .into_iter()
        .map(|name| {
            let (form, about) = vocabulary::function(name).unwrap_or_default();
            Offer::new(ItemKind::METHOD, name, form)
                .about(about)
                .inserting(format!("{typed}.{name}"))
        })
        .collect()
}

/// What the value at the place is compared with, before it or behind it.
fn compared(context: &Context<'_>, before: &[Token<'_>]) -> Option<Domain> {
    let is_comparison = |word: &Token<'_>| ["==", "!=", "in"].contains(&word.text);
    let mut rest = before;
    // In a list: what stands before its bracket counts.
    if let Some(open) = unclosed_list(before) {
        rest = before.get(..open)?;
    }
    if let [.., operand, operator] = rest
        && is_comparison(operator)
    {
        return domain(operand);
    }
    let [operator, operand, ..] = context.behind.as_slice() else {
        return None;
    };
    let is_string = context.string.is_some();
    (is_string && is_comparison(operator)).then(|| domain(operand))?
}

/// The place of the `[` that is open at the end of the words and holds nothing but values and commas since.
fn unclosed_list(before: &[Token<'_>]) -> Option<usize> {
    let open = before.iter().rposition(|word| word.kind == Kind::Open)?;
    let inside = before.get(open + 1..)?;
    let is_plain = inside
        .iter()
        .all(|word| word.kind == Kind::String || word.text == ",");
    (before.get(open)?.text == "[" && is_plain).then_some(open)
}

fn domain(operand: &Token<'_>) -> Option<Domain> {
    if operand.kind != Kind::Word {
        return None;
    }
    if let Some(path) = operand.text.strip_prefix("target.") {
        let attribute = TargetAttribute::ALL
            .into_iter()
            .find(|attribute| attribute.path() == path)?;
        return Some(Domain::Attribute(attribute));
    }
    match operand.text == AttemptAttribute::Fallbacks.name() {
        true => Some(Domain::Fallbacks),
        false => Some(Domain::Fact(operand.text.to_owned())),
    }
}
