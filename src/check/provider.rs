//! `provider`: where models are served, and how it is spoken to.

use super::clauses::Clauses;
use super::header::{header_name, header_value};
use super::items::Items;
use super::report::Report;
use super::url::{UrlFault, check_url};
use super::{secret, settings, simulated};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::is_credential_header;
use crate::model::{Credential, HealthCheck, Protocol, Provider};
use crate::syntax::ast::{Block, Clause};
use std::time::Duration;

/// How often a provider may be checked.
const SHORTEST_CHECK: Duration = Duration::from_millis(100);

/// The protocols of this version.
const PROTOCOLS: &str = "`openai`, `anthropic`, `gemini` or `simulated`";

/// The provider that a block declares. Parts with errors are left out.
pub(super) fn provider(block: &Block, report: &mut Report) -> Provider {
    let mut clauses = Clauses::new(block);
    let spoken = protocol(&mut clauses, report);
    let simulated = spoken.map(|spoken| spoken == Spoken::Simulated);
    let provider = Provider {
        name: clauses.name().to_owned(),
        protocol: match spoken {
            Some(Spoken::Simulated) => Protocol::Simulated(simulated::behaviour(&mut clauses, report)),
            Some(Spoken::Anthropic) => Protocol::Anthropic,
            Some(Spoken::Gemini) => Protocol::Gemini,
            Some(Spoken::OpenAi) | None => Protocol::OpenAi,
        },
        url: url(&mut clauses, simulated, report),
        credential: clauses.read("key", report, credential),
        headers: headers(&mut clauses, report),
        forward: forward(&mut clauses, report),
        region: clauses
            .name_of("region", "a region", report)
            .map(|word| word.text),
        tags: super::texts(clauses.names("tags", "a tag", report)),
        timeouts: settings::timeouts(&mut clauses, report),
        breaker: settings::breaker(&mut clauses, report),
        check: health_check(&mut clauses, simulated, report),
        span: clauses.span(),
    };
    if simulated != Some(true) {
        simulated::refuse(&mut clauses, simulated.is_some(), report);
    }
    clauses.finish(report);
    provider
}

/// `check "GET /health" every 10s`.
fn health_check(
    clauses: &mut Clauses<'_>,
    simulated: Option<bool>,
    report: &mut Report,
) -> Option<HealthCheck> {
    const WANTED: &str = "a call such as `\"GET /health\"`";
    if simulated == Some(true)
        && let Some(clause) = clauses.once("check", report)
    {
        let message = "a simulated provider has no `check`";
        let span = clause.keyword.span;
        report.error(Code::UNKNOWN_CLAUSE, span, message, "it is always well");
        return None;
    }
    clauses.read("check", report, |items, report| {
        let call = items.text(WANTED, report)?;
        items.expect_word("every", report)?;
        let every = items.duration(report)?;
        let path = call.text.strip_prefix("GET ").filter(|path| is_path(path));
        let Some(path) = path else {
            report.push(
                Diagnostic::error(Code::BAD_VALUE, format!("`{}` is no call of a check", call.text))
                    .at(
                        call.span,
                        "it is `GET`, a blank and a path at the provider's host",
                    )
                    .help("write it as `\"GET /health\"`"),
            );
            return None;
        };
        if every < SHORTEST_CHECK {
            let message = "a provider is checked at most every 100ms";
            report.error(Code::BAD_VALUE, call.span, message, "");
            return None;
        }
        Some(HealthCheck {
            path: path.to_owned(),
            every,
        })
    })
}

/// Whether a text is a path that a URL may hold as it stands.
fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?&=:@,;+$!*'()".contains(&byte);
    path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain)
}

/// A protocol as it is named, without what it takes beside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoken {
    OpenAi,
    Anthropic,
    Gemini,
    Simulated,
}

/// The protocol; `None` where it is missing or unknown.
fn protocol(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Spoken> {
    if !clauses.has("protocol") {
        clauses.once("protocol", report);
        clauses.missing("protocol", "protocol openai", report);
        return None;
    }
    let word = clauses.name_of("protocol", PROTOCOLS, report)?;
    match word.text.as_str() {
        "openai" => Some(Spoken::OpenAi),
        "anthropic" => Some(Spoken::Anthropic),
        "simulated" => Some(Spoken::Simulated),
        "gemini" => Some(Spoken::Gemini),
        _ => {
            settings::unknown_word(&word, "protocol", PROTOCOLS, Protocol::NAMES, report);
            None
        }
    }
}

fn url(clauses: &mut Clauses<'_>, simulated: Option<bool>, report: &mut Report) -> String {
    if simulated == Some(true) {
        if let Some(clause) = clauses.once("url", report) {
            let message = "a simulated provider has no `url`";
            report.error(
                Code::UNKNOWN_CLAUSE,
                clause.keyword.span,
                message,
                "it uses no network",
            );
        }
        return String::new();
    }
    if !clauses.has("url") && simulated.is_some() {
        clauses.missing("url", "url \"https://api.openai.com/v1\"", report);
    }
    let url = clauses.read("url", report, |items, report| items.text("a URL", report));
    let Some(url) = url else { return String::new() };
    match check_url(&url.text) {
        Ok(()) => {}
        Err(UrlFault::Secret) => report.push(secret::literal(url.span)),
        Err(UrlFault::Malformed(rule)) => report.push(
            Diagnostic::error(
                Code::BAD_VALUE,
                format!("`{}` cannot be a provider's URL", url.text),
            )
            .at(url.span, rule)
            .help("write it as `https://host/path`"),
        ),
    }
    url.text
}

fn credential(items: &mut Items<'_>, report: &mut Report) -> Option<Credential> {
    let span = items.peek()?.span;
    let source = secret::source(items, true, report)?;
    let header = match items.word("in") {
        true => {
            items.expect_word("header", report)?;
            let name = items.text("the name of a header", report)?;
            Some(header_name(&name, report)?)
        }
        false => None,
    };
    Some(Credential { source, header, span })
}

fn headers(clauses: &mut Clauses<'_>, report: &mut Report) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for clause in clauses.all("header") {
        let Some((name, value)) = header(clause, report) else {
            continue;
        };
        if headers.iter().any(|(other, _)| *other == name) {
            let message = format!("the header `{name}` is set twice");
            report.error(Code::DUPLICATE_ENTRY, clause.span, message, "again here");
        }
        headers.push((name, value));
    }
    headers
}

fn header(clause: &Clause, report: &mut Report) -> Option<(String, String)> {
    let mut items = Items::of(clause);
    let name = items.text("the name of a header", report)?;
    let value = items.text("the header's value", report)?;
    items.finish(report);
    let lower = header_name(&name, report)?;
    if is_credential_header(&lower) {
        report.push(
            secret::literal(value.span).help(format!("write `key env \"NAME\" in header \"{lower}\"`")),
        );
        return None;
    }
    Some((lower, header_value(value, report)?))
}

fn forward(clauses: &mut Clauses<'_>, report: &mut Report) -> Vec<String> {
    let names = clauses.names("forward", "the name of a header", report);
    let mut forward = Vec::new();
    for name in names.unwrap_or_default() {
        let Some(lower) = header_name(&name, report) else {
            continue;
        };
        if is_credential_header(&lower) {
            let message = format!("`forward` cannot pass on `{lower}`");
            report.error(
                Code::BAD_VALUE,
                name.span,
                message,
                "it carries the client's credentials",
            );
        }
        forward.push(lower);
    }
    forward
}
