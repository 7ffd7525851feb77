//! The facts that a test gives: `given { tier "free" tokens 900 }`.

use super::fact::Term;
use super::header::header_name;
use super::items::Items;
use super::names::suggest;
use super::report::Report;
use super::tenant::ANONYMOUS;
use super::test_case::Surroundings;
use super::value;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::facts::{Builtin, FactId, Origin, Value, is_credential_header};
use crate::model::Given;
use crate::syntax::ast::{Item, ItemKind, Word};
use std::collections::BTreeMap;

/// What stands in `given { … }`: facts and their values, each fact once.
pub(super) fn given(
    items: &mut Items<'_>,
    around: Surroundings<'_>,
    report: &mut Report,
) -> Option<Vec<Given>> {
    let mut inner = items.braces("facts such as `{ tier \"free\" tokens 900 }`", report)?;
    let (mut all, mut names): (Vec<Given>, Vec<Word>) = (Vec::new(), Vec::new());
    while !inner.is_empty() {
        let Some(name) = inner.name("a fact", report) else {
            break;
        };
        let Some(item) = inner.next() else {
            report.push(
                Diagnostic::error(Code::BAD_VALUE, format!("`{}` has no value", name.text))
                    .at(name.span, "expected a value behind this"),
            );
            break;
        };
        all.extend(fact(&name, around, report).and_then(|fact| one(&name, fact, item, around, report)));
        names.push(name);
    }
    super::clauses::refuse_repeated(&names, "given", report);
    inner.finish(report);
    Some(all)
}

/// The fact of a name; a `let` and an unknown name are reported.
fn fact(name: &Word, around: Surroundings<'_>, report: &mut Report) -> Option<FactId> {
    match around.terms.find(&name.text) {
        Some(Term::BrokenFact) => return None,
        Some(Term::Let(_)) => {
            report.push(
                Diagnostic::error(
                    Code::UNKNOWN_NAME,
                    format!("`{}` is a `let`, not a fact", name.text),
                )
                .at(name.span, "follows from facts")
                .help("give the facts that it is made of"),
            );
            return None;
        }
        Some(Term::Fact(_)) | None => {}
    }
    let facts = &around.policy.facts;
    let found = facts.find(&name.text);
    if found.is_none() && !around.terms.is_expected(&name.text) {
        let known = facts
            .definitions()
            .map(|(_, definition)| definition.name.as_str());
        let near = report.suggests().then(|| meant(&name.text, known)).flatten();
        let message = format!("there is no fact `{}`", name.text);
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, message).at(name.span, "not declared");
        report.push(suggest(diagnostic, name, near));
    }
    found
}

/// One fact with the value that an item writes for it.
fn one(
    name: &Word,
    fact: FactId,
    item: &Item,
    around: Surroundings<'_>,
    report: &mut Report,
) -> Option<Given> {
    let definition = around.policy.facts.get(fact)?;
    let mut only = Items::within(&name.text, std::slice::from_ref(item), item.span);
    let value = value::value(&mut only, definition, report);
    only.finish(report);
    let value = value?;
    if let Value::String(text) = &value {
        let word = Word {
            text: text.clone(),
            span: item.span,
        };
        if fact == FactId::from(Builtin::Tenant) {
            tenant(&word, around, report)?;
        } else if fact == FactId::from(Builtin::Requested) && !text.is_empty() {
            requested(&word, around, report)?;
        }
    }
    if fact == FactId::from(Builtin::Headers) {
        headers(item, report)?;
    }
    if let Value::StringMap(entries) = &value {
        readable(fact, entries, item, around, report)?;
    }
    Some(Given {
        fact,
        value,
        span: name.span.to(item.span),
    })
}

/// Reports a tenant that no request comes from.
fn tenant(name: &Word, around: Surroundings<'_>, report: &mut Report) -> Option<()> {
    let open = around.policy.tenants.is_empty() && !around.tenants.is_open();
    if !open {
        return around.tenants.mention(name, report).map(|_| ());
    }
    if name.text == ANONYMOUS {
        return Some(());
    }
    report.push(
        Diagnostic::error(
            Code::IMPOSSIBLE_VALUE,
            format!("`tenant` is never `{:?}`", name.text),
        )
        .at(name.span, "the policy declares no tenants")
        .help(format!("every caller is `{ANONYMOUS:?}` then")),
    );
    None
}

/// Reports a model or pool that no client can ask for.
fn requested(name: &Word, around: Surroundings<'_>, report: &mut Report) -> Option<()> {
    let named = around.named.mention(name, report)?;
    if around.policy.served.reaches(named) {
        return Some(());
    }
    report.push(
        Diagnostic::error(
            Code::IMPOSSIBLE_VALUE,
            format!("`requested` is never `{:?}`", name.text),
        )
        .at(name.span, "clients cannot ask for it")
        .help("let it serve a name, or ask for another one"),
    );
    None
}

/// Reports a header or metadata entry whose text is none that the declared facts from it take: such a request is never
/// decided.
fn readable(
    map: FactId,
    entries: &BTreeMap<String, String>,
    item: &Item,
    around: Surroundings<'_>,
    report: &mut Report,
) -> Option<()> {
    let before = report.errors();
    for (_, definition) in around.policy.facts.definitions() {
        let key = match &definition.origin {
            Origin::Header(name) if map == FactId::from(Builtin::Headers) => name,
            Origin::Metadata(key) if map == FactId::from(Builtin::Metadata) => key,
            _ => continue,
        };
        if let Some(text) = entries.get(key)
            && definition.read(text).is_none()
        {
            let name = &definition.name;
            let message = format!(
                "the fact `{name}` cannot be read from `{key}`: it is {}",
                definition.expected()
            );
            let label = format!("`{text:?}` is not that, and such a request is a 400");
            report.error(Code::IMPOSSIBLE_VALUE, item.span, message, &label);
        }
    }
    (report.errors() == before).then_some(())
}

/// Reports headers as no request has them.
fn headers(item: &Item, report: &mut Report) -> Option<()> {
    let ItemKind::Braces(entries) = &item.kind else {
        return None;
    };
    let before = report.errors();
    for name in entries.iter().step_by(2).filter_map(super::items::name_of) {
        let Some(lower) = header_name(&name, report) else {
            continue;
        };
        let label = match lower {
            _ if is_credential_header(&lower) => "it carries credentials, which no condition sees",
            _ if lower != name.text => "header names are in lower case here",
            _ => continue,
        };
        let message = format!("`headers` never holds `{}`", name.text);
        report.error(Code::IMPOSSIBLE_VALUE, name.span, message, label);
    }
    (report.errors() == before).then_some(())
}
