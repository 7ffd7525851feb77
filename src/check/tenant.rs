//! `tenant`: a caller, its keys and its facts.

use super::clauses::Clauses;
use super::items::Items;
use super::report::Report;
use super::{secret, value};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Builtin, Definition, FactId, Origin, Register, Timestamp, Value};
use crate::model::{KeySecret, Tenant, TenantKey};
use crate::source::Span;
use crate::syntax::ast::{Block, Clause, ItemKind};
use std::collections::BTreeMap;

/// Most keys of one tenant.
const MAX_KEYS: usize = 1_000;

pub(super) use crate::facts::ANONYMOUS;

/// Keys seen so far, with the tenant and the place of each: no two tenants share one.
#[derive(Debug, Default)]
pub(super) struct SeenKeys {
    by_secret: BTreeMap<KeySecret, (String, Span)>,
}

impl SeenKeys {
    /// Notes a key; the tenant that has it already is handed back.
    pub(super) fn note(&mut self, tenant: &str, key: &TenantKey) -> Option<(String, Span)> {
        if let Some(first) = self.by_secret.get(&key.secret) {
            return Some(first.clone());
        }
        self.by_secret
            .insert(key.secret.clone(), (tenant.to_owned(), key.span));
        None
    }
}

/// The facts that tenants set: `tier`, `region` and the declared ones from tenant.
pub(super) fn tenant_facts(register: &Register) -> impl Iterator<Item = (FactId, &Definition)> {
    register
        .definitions()
        .filter(|(_, definition)| match &definition.origin {
            Origin::Tenant => true,
            Origin::Builtin(builtin) => matches!(builtin, Builtin::Tier | Builtin::Region),
            Origin::Header(_) | Origin::Metadata(_) => false,
        })
}

/// The tenant that a block declares. Parts with errors are left out.
pub(super) fn tenant(block: &Block, register: &Register, seen: &mut SeenKeys, report: &mut Report) -> Tenant {
    let mut clauses = Clauses::new(block);
    let keys = keys(&mut clauses, seen, report);
    let tags = super::texts(clauses.names("tags", "a tag", report));
    let mut facts: Vec<(FactId, Value)> = Vec::new();
    for (id, definition) in tenant_facts(register) {
        let value = clauses.read(&definition.name, report, |items, report| {
            value::value(items, definition, report)
        });
        facts.extend(value.map(|value| (id, value)));
    }
    let tenant = Tenant {
        name: clauses.name().to_owned(),
        keys,
        tags,
        facts,
        span: clauses.span(),
    };
    clauses.finish(report);
    tenant
}

fn keys(clauses: &mut Clauses<'_>, seen: &mut SeenKeys, report: &mut Report) -> Vec<TenantKey> {
    let tenant = clauses.name();
    let mut keys: Vec<TenantKey> = Vec::new();
    for clause in clauses.all("key") {
        let Some(key) = key(clause, report) else { continue };
        if keys.len() == MAX_KEYS {
            let message = format!("a tenant has at most {MAX_KEYS} keys");
            report.error(Code::TOO_LARGE, clause.span, message, "too many with this one");
            break;
        }
        if let Some(first) = keys.iter().find(|other| other.name == key.name) {
            report.push(
                Diagnostic::error(
                    Code::DUPLICATE_NAME,
                    format!("the tenant has two keys `{}`", key.name),
                )
                .at(key.span, "again here")
                .also(first.span, "first here"),
            );
        }
        if let Some((owner, span)) = seen.note(tenant, &key) {
            report.push(
                Diagnostic::error(
                    Code::DUPLICATE_ENTRY,
                    format!("this key is one of the tenant `{owner}` already"),
                )
                .at(key.span, "the same key")
                .also(span, "first here")
                .help("give each tenant keys of its own"),
            );
        }
        keys.push(key);
    }
    keys
}

fn key(clause: &Clause, report: &mut Report) -> Option<TenantKey> {
    let mut items = Items::of(clause);
    let name = match clause.items.as_slice() {
        [only] if matches!(only.kind, ItemKind::Quoted(_)) => {
            report.push(secret::literal(only.span).help("or write `key NAME sha256 \"…\"` with its SHA-256"));
            return None;
        }
        _ => items.name("the key's name", report)?,
    };
    let secret = match items.word("sha256") {
        true => KeySecret::Sha256(sha256(&mut items, report)?),
        false if items.at_word("env") => KeySecret::Source(secret::source(&mut items, false, report)?),
        false if matches!(items.peek().map(|item| &item.kind), Some(ItemKind::Quoted(_))) => {
            let span = items.peek().map_or(clause.span, |item| item.span);
            report.push(secret::literal(span).help("or write `sha256 \"…\"` with its SHA-256"));
            return None;
        }
        false => {
            items.refuse("`sha256 \"…\"` or `env \"NAME\"`", report);
            return None;
        }
    };
    let expires = match items.word("until") {
        true => Some(day_behind(&mut items, report)?),
        false => None,
    };
    items.finish(report);
    Some(TenantKey {
        name: name.text,
        secret,
        expires,
        span: clause.span,
    })
}

fn sha256(items: &mut Items<'_>, report: &mut Report) -> Option<[u8; 32]> {
    let hash = items.text("a SHA-256 of 64 hex digits", report)?;
    let parsed = parse_sha256(&hash.text);
    if parsed.is_none() {
        report.push(
            Diagnostic::error(
                Code::BAD_VALUE,
                "the SHA-256 of a key has 64 hex digits, and this has not",
            )
            .at(hash.span, format!("{} characters", hash.text.chars().count()))
            .help("make it with `printf %s \"$KEY\" | sha256sum`"),
        );
        items.abandon();
    }
    parsed
}

/// The bytes of 64 hex digits.
pub(super) fn parse_sha256(text: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let bytes: Vec<u8> = digits?
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    (text.len() == 64).then(|| bytes.try_into().ok()).flatten()
}

/// The start of the day behind a date such as `2027-01-31`, in UTC.
fn day_behind(items: &mut Items<'_>, report: &mut Report) -> Option<Timestamp> {
    items.take("a date such as `2027-01-31`", report, |item| {
        let (ItemKind::Bare(text) | ItemKind::Quoted(text)) = &item.kind else {
            return None;
        };
        let day = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        let written = day.format("%Y-%m-%d").to_string() == *text;
        let behind = day
            .succ_opt()
            .filter(|_| written)?
            .and_time(chrono::NaiveTime::MIN);
        Timestamp::new(behind.and_utc().timestamp(), 0)
    })
}
