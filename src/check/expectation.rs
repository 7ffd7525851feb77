//! What a test expects: `expect { route free target in [a, b] }`.

use super::items::Items;
use super::report::Report;
use super::settings::unknown_word;
use super::test_case::Surroundings;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Expectation, ExpectationKind, Failing, Membership, ModelId, Named, Policy, RouteAction};
use crate::quantity::Cost;
use crate::source::Span;
use crate::syntax::ast::{ItemKind, Word};
use std::collections::BTreeSet;

/// What can be expected, as messages list it.
pub(super) const WANTED: &str = "`route`, `target`, `fallback`, `deny`, `skipped` or `cost at most`";

/// The words that begin an expectation.
const WORDS: [&str; 6] = ["route", "target", "fallback", "deny", "skipped", "cost"];

/// All expectations within the braces.
pub(super) fn expectations(
    items: &mut Items<'_>,
    around: Surroundings<'_>,
    report: &mut Report,
) -> Vec<Expectation> {
    let mut all: Vec<Expectation> = Vec::new();
    while !items.is_empty() {
        let written = items.rest();
        let Some(word) = items.name(WANTED, report) else {
            break;
        };
        let Some(kind) = kind(&word, items, around, report) else {
            continue;
        };
        let read = written.len().saturating_sub(items.rest().len() + 1);
        let last = written.get(read).map_or(word.span, |item| item.span);
        let found = Expectation {
            kind,
            span: word.span.to(last),
        };
        if let Some(first) = all.iter().find(|first| is_same_kind(&first.kind, &found.kind)) {
            report.push(
                Diagnostic::error(
                    Code::DUPLICATE_CLAUSE,
                    format!("`{}` stands twice in `expect`", word.text),
                )
                .at(found.span, "again here")
                .also(first.span, "first here"),
            );
        }
        all.push(found);
    }
    all
}

/// What stands behind the word of an expectation.
fn kind(
    word: &Word,
    items: &mut Items<'_>,
    around: Surroundings<'_>,
    report: &mut Report,
) -> Option<ExpectationKind> {
    match word.text.as_str() {
        "route" => {
            let name = items.name("a route", report)?;
            around.routes.mention(&name, report).map(ExpectationKind::Route)
        }
        "target" => target(items, around, report).map(ExpectationKind::Target),
        "fallback" => fallback(items, around, report).map(ExpectationKind::Fallback),
        "deny" => {
            let status = items.count("an HTTP status", 400..=599, report)?;
            u16::try_from(status).ok().map(ExpectationKind::Deny)
        }
        "skipped" => {
            let skipped = some(items, around, report)?.into_iter();
            let models = skipped.flat_map(|named| around.policy.members(named));
            Some(ExpectationKind::Skipped(models.collect()))
        }
        "cost" => {
            items.expect_word("at", report)?;
            items.expect_word("most", report)?;
            items
                .take("a sum in dollars such as `$0.01`", report, |item| {
                    match &item.kind {
                        ItemKind::Money(sum) => dollars(sum),
                        _ => None,
                    }
                })
                .map(ExpectationKind::CostAtMost)
        }
        _ => {
            unknown_word(word, "expect", WANTED, WORDS, report);
            items.abandon();
            None
        }
    }
}

/// Digits, perhaps with a point among them, and no more than a picodollar tells.
fn dollars(sum: &str) -> Option<Cost> {
    let plain = sum.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then(|| Cost::parse_dollars(sum)).flatten()
}

/// `NAME`, `is NAME`, `in […]`, `not in […]`. A name spelt like one of these words stands in quotes.
fn target(items: &mut Items<'_>, around: Surroundings<'_>, report: &mut Report) -> Option<Membership> {
    if let Some(among) = among(items, around, report) {
        return among;
    }
    items.word("is");
    if matches!(items.peek().map(|item| &item.kind), Some(ItemKind::List(_))) {
        items.refuse("one model or pool, or `in` and a list", report);
        return None;
    }
    let name = items.name("a model or pool, `in […]` or `not in […]`", report)?;
    let named = around.named.mention(&name, report)?;
    Some(Membership::Is(vec![named]))
}

/// `NAME`, `[…]`, `is […]`, `in […]`, `not in […]`; `[]` says that there is none.
fn fallback(items: &mut Items<'_>, around: Surroundings<'_>, report: &mut Report) -> Option<Membership> {
    if let Some(among) = among(items, around, report) {
        return among;
    }
    items.word("is");
    names(items, around, report).map(Membership::Is)
}

/// `in […]` or `not in […]`, where it stands next.
fn among(items: &mut Items<'_>, around: Surroundings<'_>, report: &mut Report) -> Option<Option<Membership>> {
    if items.word("in") {
        return Some(some(items, around, report).map(Membership::In));
    }
    if items.word("not") {
        let within = items.expect_word("in", report);
        return Some(within.and_then(|()| some(items, around, report).map(Membership::NotIn)));
    }
    None
}

/// One or more models and pools.
fn some(items: &mut Items<'_>, around: Surroundings<'_>, report: &mut Report) -> Option<Vec<Named>> {
    let span = items.peek().map(|item| item.span);
    let names = names(items, around, report)?;
    match span {
        Some(span) if names.is_empty() => {
            let message = "a list of targets in `expect` names at least one";
            report.error(Code::BAD_VALUE, span, message, "an empty list");
            None
        }
        _ => Some(names),
    }
}

/// Models and pools, each once.
fn names(items: &mut Items<'_>, around: Surroundings<'_>, report: &mut Report) -> Option<Vec<Named>> {
    let names = items.names("a model or pool, or a list of them", report)?;
    super::clauses::refuse_repeated(&names, "expect", report);
    let found: Vec<Option<Named>> = names
        .iter()
        .map(|name| around.named.mention(name, report))
        .collect();
    found.into_iter().collect()
}

/// Whether two expectations say of the same thing, in the same way, what it is.
fn is_same_kind(left: &ExpectationKind, right: &ExpectationKind) -> bool {
    use ExpectationKind as Kind;
    match (left, right) {
        (Kind::Target(left), Kind::Target(right)) | (Kind::Fallback(left), Kind::Fallback(right)) => {
            std::mem::discriminant(left) == std::mem::discriminant(right)
        }
        _ => std::mem::discriminant(left) == std::mem::discriminant(right),
    }
}

/// Reports expectations that no decision can meet together.
pub(super) fn refuse_contradictions(
    expect: &[Expectation],
    failing: &[Failing],
    policy: &Policy,
    report: &mut Report,
) {
    if let Some((span, why)) = expect.iter().find_map(|expected| refusal(expected, policy)) {
        for beside in expect.iter().filter(|beside| needs_target(&beside.kind)) {
            report.push(
                Diagnostic::error(Code::BAD_VALUE, "a request that is denied has no target")
                    .at(beside.span, "expected of a target")
                    .also(span, why.clone())
                    .help("expect the one or the other"),
            );
        }
    }
    refuse_no_target(expect, failing, policy, report);
}

/// Where it is said that the request is denied, and how.
fn refusal(expected: &Expectation, policy: &Policy) -> Option<(Span, String)> {
    match expected.kind {
        ExpectationKind::Deny(_) => Some((expected.span, "denied here".to_owned())),
        ExpectationKind::Route(route) => {
            let route = policy.route(route)?;
            let denies = matches!(route.action, RouteAction::Deny(_));
            denies.then(|| (expected.span, format!("the route `{}` denies", route.name)))
        }
        _ => None,
    }
}

fn needs_target(kind: &ExpectationKind) -> bool {
    matches!(
        kind,
        ExpectationKind::Target(_) | ExpectationKind::Fallback(_) | ExpectationKind::CostAtMost(_)
    )
}

/// Reports an expected target that none can be: all that it names fail, are skipped or are excluded.
fn refuse_no_target(expect: &[Expectation], failing: &[Failing], policy: &Policy, report: &mut Report) {
    let mut left: BTreeSet<ModelId> = policy
        .all_named()
        .flat_map(|named| policy.members(named))
        .filter(|model| !fails(*model, failing, policy))
        .collect();
    let mut of_target: Option<Span> = None;
    for expected in expect {
        let members = |names: &[Named]| -> BTreeSet<ModelId> {
            names.iter().flat_map(|named| policy.members(*named)).collect()
        };
        match &expected.kind {
            ExpectationKind::Target(membership) => {
                of_target.get_or_insert(expected.span);
                match membership {
                    Membership::Is(names) | Membership::In(names) => {
                        let names = members(names);
                        left.retain(|model| names.contains(model));
                    }
                    Membership::NotIn(names) => {
                        let names = members(names);
                        left.retain(|model| !names.contains(model));
                    }
                }
            }
            ExpectationKind::Skipped(models) => left.retain(|model| !models.contains(model)),
            _ => {}
        }
    }
    if let Some(span) = of_target.filter(|_| left.is_empty()) {
        report.push(
            Diagnostic::error(Code::BAD_VALUE, "no model can be the target that is expected")
                .at(span, "each one fails, is skipped or is excluded")
                .help("expect a target that none of `failing`, `skipped` and `not in` names"),
        );
    }
}

fn fails(model: ModelId, failing: &[Failing], policy: &Policy) -> bool {
    failing.iter().any(|failing| match failing {
        Failing::Named(named) => policy.members(*named).contains(&model),
        Failing::Provider(provider) => policy
            .model(model)
            .is_some_and(|model| model.provider == *provider),
    })
}
