//! Clauses, and what can stand in those that are no conditions.

use super::super::analysis::Analysis;
use super::super::names::{Domain, Space};
use super::super::vocabulary::{self, clauses_of};
use super::context::Context;
use super::offer::Offer;
use super::tokens::{Kind, Token};
use super::values::{self, clause_texts, names};
use crate::cel::quote;
use crate::model::{Capability, Pick, Protocol, Sensitive};
use crate::syntax::ast::BlockKind;
use lsp_types::CompletionItemKind as ItemKind;

/// Statements in which targets are named.
const TARGETS: [(&str, &str); 4] = [
    ("route", "target"),
    ("route", "fallback"),
    ("test", "failing"),
    ("test", "expect"),
];

/// The clauses that a block can still have.
pub(super) fn clauses(analysis: &Analysis, context: &Context<'_>) -> Vec<Offer> {
    if context.string.is_some() {
        return Vec::new();
    }
    let mut offers: Vec<Offer> = clauses_of(context.statement)
        .iter()
        .filter(|known| known.repeats || !context.clauses.contains(&known.word))
        .map(|known| Offer::new(ItemKind::KEYWORD, known.word, known.form).about(known.about))
        .collect();
    if context.statement == "tenant" {
        let facts = values::tenant_facts(analysis);
        let free = facts
            .iter()
            .filter(|fact| !context.clauses.contains(&fact.as_str()));
        offers.extend(free.map(|fact| Offer::new(ItemKind::FIELD, fact, "fact from tenant")));
    }
    offers
}

/// Whether a clause could end behind these words, so that the next one could begin.
pub(super) fn may_end(context: &Context<'_>, before: &[Token<'_>]) -> bool {
    let open = before.iter().filter(|word| word.kind == Kind::Open).count();
    let closed = before.iter().filter(|word| word.kind == Kind::Close).count();
    let has_block = !["fact", "tenants", "use"].contains(&context.statement);
    let last = before.last();
    has_block && open == closed && last.is_some_and(|last| !["on", "by", "in", "is"].contains(&last.text))
}

/// What can stand behind these words of a clause.
pub(super) fn values(
    analysis: &Analysis,
    context: &Context<'_>,
    clause: &str,
    before: &[Token<'_>],
) -> Vec<Offer> {
    let last = before.last().map_or("", |last| last.text);
    let in_classes = before
        .iter()
        .rposition(|word| word.text == "on")
        .is_some_and(|on| before.len() - on <= 1 || before.get(on + 1).is_some_and(|next| next.text == "["));
    if in_classes && is_open(before) | (last == "on") {
        return plain(vocabulary::classes(), "class of failures");
    }
    if TARGETS.contains(&(context.statement, clause)) || context.statement == "pool" && clause == "members" {
        return targets(analysis, context, clause, before);
    }
    match (context.statement, clause) {
        ("model", "provider") => named(analysis, context, Space::Provider, "provider"),
        ("provider", "protocol") => plain(Protocol::NAMES, "protocol"),
        ("provider" | "tenant", "key") => plain(key_words(context.statement, before), ""),
        ("provider" | "model", "region" | "tags") => {
            let known = clause_texts(analysis, &[BlockKind::Provider, BlockKind::Model], clause);
            quoted(known, clause, context.string)
        }
        ("model", "can") => plain(Capability::ALL.map(Capability::name), "capability"),
        ("model", "price") => plain(["input", "cached", "cache-write", "output"], "price"),
        ("pool", "pick") => plain(
            Pick::WORDS.map(Pick::name).into_iter().chain(["sticky by"]),
            "order of members",
        ),
        ("provider", "fault") => plain(vocabulary::classes(), "class of failures"),
        ("guard", "set") => plain(
            [["max_tokens", "at", "most"]
                .get(before.len())
                .copied()
                .unwrap_or_default()],
            "",
        ),
        (_, "timeout") => plain(["connect", "headers", "first-token", "idle", "total"], "phase"),
        ("guard", "record") => plain(
            [["no", "content"].get(before.len()).copied().unwrap_or_default()],
            "",
        ),
        ("route", "record") => recording(before),
        (_, "commit") if before.is_empty() => plain(["first-content", "after", "complete"], "commit point"),
        (_, "retry" | "fallback") if last != "on" => plain(["on"], "after which failures"),
        (_, "breaker") => plain(breaker_words(before), "circuit breaker"),
        ("defaults", "tokenizer") => plain(["estimate", "o200k", "cl100k"], "tokenizer"),
        ("tenant", fact) => {
            let known = values::of(analysis, &Domain::Fact(fact.to_owned()));
            quoted(known, fact, context.string)
        }
        ("test", "given") => given(analysis, context, before),
        ("fact", _) => of_fact(before),
        ("tenants", _) if before.is_empty() => plain(["from"], ""),
        _ => Vec::new(),
    }
}

/// What goes on `record` of a route.
fn recording(before: &[Token<'_>]) -> Vec<Offer> {
    let redacts = before.iter().any(|word| word.text == "redact");
    match before.last().map_or("", |last| last.text) {
        "" => plain(["content"], "what was said"),
        "redact" => plain(Sensitive::ALL.map(Sensitive::name), "known by its form"),
        _ if redacts && is_open(before) => plain(Sensitive::ALL.map(Sensitive::name), "known by its form"),
        _ if redacts => Vec::new(),
        "up" => plain(["to"], ""),
        "to" => Vec::new(),
        "content" => plain(["up to", "redact"], "what is recorded"),
        _ => plain(["redact"], "what is left out"),
    }
}

fn is_open(before: &[Token<'_>]) -> bool {
    let open = before.iter().filter(|word| word.kind == Kind::Open).count();
    let closed = before.iter().filter(|word| word.kind == Kind::Close).count();
    open > closed
}

fn plain(words: impl IntoIterator<Item = &'static str>, detail: &str) -> Vec<Offer> {
    words
        .into_iter()
        .filter(|word| !word.is_empty())
        .map(|word| Offer::new(ItemKind::VALUE, word, detail))
        .collect()
}

fn quoted(texts: impl IntoIterator<Item = String>, detail: &str, string: Option<char>) -> Vec<Offer> {
    texts
        .into_iter()
        .map(|text| {
            let insert = match string {
                Some(_) => text.clone(),
                None => quote(&text),
            };
            Offer::new(ItemKind::VALUE, text, detail).inserting(insert)
        })
        .collect()
}

/// Names as clauses write them: bare where they can be.
fn named(analysis: &Analysis, context: &Context<'_>, space: Space, detail: &str) -> Vec<Offer> {
    let names = names(analysis, space, detail == "model");
    names
        .into_iter()
        .map(|name| {
            let is_plain = name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
            let insert = match context.string.is_some() || (is_plain && !vocabulary::is_word(&name)) {
                true => name.clone(),
                false => quote(&name),
            };
            Offer::new(ItemKind::REFERENCE, name, detail).inserting(insert)
        })
        .collect()
}

fn targets(analysis: &Analysis, context: &Context<'_>, clause: &str, before: &[Token<'_>]) -> Vec<Offer> {
    let last = before.last().map_or("", |last| last.text);
    if clause == "members" {
        return named(analysis, context, Space::Target, "model");
    }
    if last == "by" {
        let facts = values::facts(analysis).into_iter();
        let facts = facts.filter(|fact| ["string", "int", "bool"].contains(&fact.ty.as_str()));
        let mut offers: Vec<Offer> = facts
            .map(|fact| Offer::new(ItemKind::VARIABLE, fact.name, fact.ty))
            .collect();
        offers.extend(plain(["request"], "drawn for each request"));
        return offers;
    }
    if context.statement == "test" && last == "route" {
        return named(analysis, context, Space::Route, "route");
    }
    if context.statement == "test" && last == "provider" {
        return named(analysis, context, Space::Provider, "provider");
    }
    let mut offers = named(analysis, context, Space::Target, "model or pool");
    match (context.statement, clause) {
        ("route", "target") if before.is_empty() => {
            offers.extend(plain(["requested", "split by", "hedge"], "target"));
        }
        ("route", "fallback") if !before.is_empty() && !is_open(before) => {
            offers = plain(["on"], "after which failures");
        }
        ("test", "expect") => offers.extend(plain(
            [
                "route",
                "target",
                "fallback",
                "deny",
                "skipped",
                "cost at most",
                "in",
                "not in",
            ],
            "expectation",
        )),
        ("test", "failing") if before.is_empty() => offers.extend(plain(["provider"], "")),
        ("route", "target") if !is_open(before) => offers.clear(),
        _ => {}
    }
    offers
}

/// Facts and their values by turns.
fn given(analysis: &Analysis, context: &Context<'_>, before: &[Token<'_>]) -> Vec<Offer> {
    let inside = before.get(1..).unwrap_or_default();
    let facts = values::facts(analysis);
    match inside.last().filter(|_| inside.len() % 2 == 1) {
        Some(fact) => {
            let domain = Domain::Fact(fact.text.to_owned());
            quoted(values::of(analysis, &domain), fact.text, context.string)
        }
        None => facts
            .into_iter()
            .map(|fact| Offer::new(ItemKind::VARIABLE, fact.name, fact.ty))
            .collect(),
    }
}

fn key_words(statement: &str, before: &[Token<'_>]) -> Vec<&'static str> {
    match (statement, before.len()) {
        ("provider", 0) => vec!["env", "file"],
        ("provider", 2) => vec!["in header"],
        ("tenant", 1) => vec!["sha256", "env"],
        ("tenant", 3) => vec!["until"],
        _ => Vec::new(),
    }
}

/// `breaker off` or `breaker 5 in 30s open 10s`.
fn breaker_words(before: &[Token<'_>]) -> Option<&'static str> {
    match before.len() {
        0 => Some("off"),
        1 if before.iter().all(|word| word.text != "off") => Some("in"),
        3 => Some("open"),
        _ => None,
    }
}

/// Type, source and default of a fact.
fn of_fact(before: &[Token<'_>]) -> Vec<Offer> {
    let has = |word: &str| before.iter().any(|token| token.text == word);
    match before.last().map_or("", |last| last.text) {
        "from" => plain(["tenant", "header", "metadata"], "source"),
        "default" | "one" | "of" | "header" | "metadata" => Vec::new(),
        _ if before.len() == 1 => plain(["string", "int", "bool", "list(string)", "one of"], "type"),
        _ => {
            let words = ["from", "default"].into_iter().filter(|word| !has(word));
            plain(words, "")
        }
    }
}
