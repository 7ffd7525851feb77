//! `route`: rules that pick targets, and that the last of them takes every request.

use super::clauses::{Clauses, without};
use super::conditions::Conditions;
use super::content;
use super::expression::Subject;
use super::hedge::hedge;
use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::settings;
use super::shadow::{refuse_shadow_of_itself, shadow};
use super::split::split;
use crate::diagnostic::{Code, Diagnostic, Fix};
use crate::model::{
    Choice, ClassSet, Defaults, Denial, Fallback, Named, Route, RouteAction, Routing, Target, Timeouts,
};
use crate::source::Span;
use crate::syntax::ast::{Block, Clause, Item, ItemKind, Word};

/// Most fallbacks of one route.
const MAX_FALLBACKS: usize = 1_000;

/// What a route is checked against.
pub(super) struct Surroundings<'c, 'a> {
    /// Facts and `let`s.
    pub(super) conditions: &'c mut Conditions<'a>,
    /// Models and pools.
    pub(super) named: &'c mut Names<Named>,
    /// What holds where the route says nothing.
    pub(super) defaults: &'c Defaults,
}

/// The route that a block declares. Parts with errors are left out.
pub(super) fn route(block: &Block, around: &mut Surroundings<'_, '_>, report: &mut Report) -> Route {
    let mut clauses = Clauses::new(block);
    let when = clauses
        .condition("when", report)
        .and_then(|condition| around.conditions.check(condition, Subject::Request, report));
    let action = match clauses.has("deny") {
        true => RouteAction::Deny(settings::denial(&mut clauses, report).unwrap_or_else(unsound)),
        false => routing(&mut clauses, around, report),
    };
    if matches!(action, RouteAction::Deny(_)) && clauses.has("deny") {
        refuse_beside_deny(&mut clauses, report);
    }
    let route = Route {
        name: clauses.name().to_owned(),
        when,
        action,
        span: clauses.span(),
    };
    clauses.finish(report);
    route
}

/// What stands in the place of an action with errors; such a policy is never handed out.
fn unsound() -> Denial {
    Denial {
        status: 500,
        message: String::new(),
    }
}

/// Reports the clauses that make no sense where a request is refused.
fn refuse_beside_deny(clauses: &mut Clauses<'_>, report: &mut Report) {
    for keyword in [
        "target", "shadow", "fallback", "retry", "timeout", "commit", "attempts", "record",
    ] {
        for clause in clauses.all(keyword) {
            let message = format!("a route that denies has no `{keyword}`");
            report.push(
                Diagnostic::error(Code::UNKNOWN_CLAUSE, message)
                    .at(clause.keyword.span, "no attempt is made")
                    .help(format!("leave out `deny` or `{keyword}`")),
            );
        }
    }
}

fn routing(clauses: &mut Clauses<'_>, around: &mut Surroundings<'_, '_>, report: &mut Report) -> RouteAction {
    clauses.all("deny").for_each(drop);
    if !clauses.has("target") {
        let hint = "target NAME` or `deny 403 \"…\"";
        clauses.missing("target", hint, report);
    }
    let target = clauses.read("target", report, |items, report| target(items, around, report));
    let fallbacks = fallbacks(clauses, around, report);
    refuse_repeated(target.as_ref(), &fallbacks, around, report);
    let shadow = clauses.read("shadow", report, |items, report| {
        shadow(items, around.named, report)
    });
    refuse_shadow_of_itself(target.as_ref(), shadow.as_ref(), report);
    let retry = settings::retry(clauses, around.defaults.retry.on, report);
    let timeouts: Timeouts = settings::timeouts(clauses, report);
    let commit = settings::commit(clauses, report);
    let attempts = settings::attempts(clauses, report);
    let content = content::content(clauses, report);
    match target {
        Some(target) => RouteAction::Send(Box::new(Routing {
            target,
            fallbacks: fallbacks.into_iter().map(|(fallback, _)| fallback).collect(),
            shadow,
            retry,
            timeouts,
            commit,
            attempts,
            content,
        })),
        None => RouteAction::Deny(unsound()),
    }
}

fn target(items: &mut Items<'_>, around: &mut Surroundings<'_, '_>, report: &mut Report) -> Option<Target> {
    let at = items.peek().map(|item| item.span);
    if let Some(span) = at
        && items.word("requested")
    {
        return Some(Target::Requested(span));
    }
    if let Some(span) = at
        && items.word("split")
    {
        return split(items, span, around.conditions, around.named, report).map(Target::Split);
    }
    if let Some(span) = at
        && items.word("hedge")
    {
        return hedge(items, span, around.named, report).map(Target::Hedge);
    }
    let name = items.name("a model, a pool, `requested`, `split by …` or `hedge …`", report)?;
    choice(&name, around.named, report).map(Target::Named)
}

/// The model or pool of a name.
pub(super) fn choice(name: &Word, named: &mut Names<Named>, report: &mut Report) -> Option<Choice> {
    let found = named.resolve(name, report)?;
    Some(Choice {
        named: found,
        span: name.span,
    })
}

/// The fallback clauses with the names in them.
fn fallbacks(
    clauses: &mut Clauses<'_>,
    around: &mut Surroundings<'_, '_>,
    report: &mut Report,
) -> Vec<(Fallback, Vec<Word>)> {
    let mut fallbacks = Vec::new();
    let mut count = 0;
    for clause in clauses.all("fallback") {
        let fallback = fallback(clause, around, report);
        count += fallback.as_ref().map_or(0, |(_, names)| names.len());
        if count > MAX_FALLBACKS {
            let message = format!("a route has at most {MAX_FALLBACKS} fallbacks");
            report.error(Code::TOO_LARGE, clause.span, message, "too many with these");
            break;
        }
        fallbacks.extend(fallback);
    }
    fallbacks
}

fn fallback(
    clause: &Clause,
    around: &mut Surroundings<'_, '_>,
    report: &mut Report,
) -> Option<(Fallback, Vec<Word>)> {
    let mut items = Items::of(clause);
    refuse_words(items.peek(), report)?;
    let names = items.names("a model or pool", report)?;
    let on = settings::on_classes(&mut items, report);
    items.finish(report);
    let on = on?;
    settings::refuse_no_classes(on, clause.span, report);
    if names.is_empty() {
        report.error(
            Code::BAD_VALUE,
            clause.span,
            "`fallback` names no model or pool",
            "",
        );
    }
    let mut choices = Vec::with_capacity(names.len());
    let mut known = Vec::with_capacity(names.len());
    for name in names {
        if let Some(choice) = choice(&name, around.named, report) {
            choices.push(choice);
            known.push(name);
        }
    }
    let span = clause.span;
    Some((Fallback { choices, on, span }, known))
}

/// Reports words that only a target can be.
fn refuse_words(item: Option<&Item>, report: &mut Report) -> Option<()> {
    if let Some(item) = item
        && let ItemKind::Bare(text) = &item.kind
        && ["requested", "split", "hedge"].contains(&text.as_str())
    {
        let message = format!("`fallback` takes models and pools, not `{text}`");
        report.error(Code::BAD_VALUE, item.span, message, "only a `target` can be this");
        return None;
    }
    Some(())
}

/// Reports targets that a route names again: as target and as fallback, twice in one list, or in a later list that is
/// taken after no failure that did not lead to it before.
fn refuse_repeated(
    target: Option<&Target>,
    fallbacks: &[(Fallback, Vec<Word>)],
    around: &Surroundings<'_, '_>,
    report: &mut Report,
) {
    let mut seen: Vec<(Named, Span, Option<ClassSet>)> = Vec::new();
    if let Some(target @ (Target::Named(_) | Target::Hedge(_))) = target {
        let choices = target.choices().into_iter();
        seen.extend(choices.map(|choice| (choice.named, choice.span, None)));
    }
    for (fallback, names) in fallbacks {
        let on = fallback.on.unwrap_or(around.defaults.fallback_on);
        let before = seen.len();
        for (choice, name) in fallback.choices.iter().zip(names) {
            let first = seen.iter().enumerate().find(|(index, (named, _, classes))| {
                let covered = classes.is_none_or(|classes| classes.union(on) == classes);
                *named == choice.named && (covered || *index >= before)
            });
            if let Some((_, (_, span, _))) = first {
                let message = format!("the target `{}` is written twice", name.text);
                let diagnostic = Diagnostic::error(Code::REPEATED_TARGET, message)
                    .at(choice.span, "again here")
                    .also(*span, "first here")
                    .help("a target is tried once, at its first place; use `retry` for repeats");
                let behind = seen.get(before..).and_then(<[_]>::last).map(|(_, span, _)| *span);
                report.push(match names.len() {
                    1 => diagnostic
                        .fix(Fix::suggestion("leave the second `fallback` out").remove(fallback.span)),
                    _ => without(diagnostic, behind, choice.span),
                });
            }
            seen.push((choice.named, choice.span, Some(on)));
        }
    }
}

/// Reports a policy whose routes do not take every request, and routes that none can reach. `conditional` says of each
/// route whether a `when` is written.
pub(super) fn refuse_open_end(routes: &[(Route, bool)], complete: bool, report: &mut Report) {
    let last = routes.iter().position(|(_, conditional)| !conditional);
    let Some(last) = last else {
        if !complete {
            return;
        }
        let message = match routes.is_empty() {
            true => "the policy has no route",
            false => "the last route has a `when`, so that a request may match no route",
        };
        let diagnostic = Diagnostic::error(Code::NO_FINAL_ROUTE, message)
            .help("end with a route without `when`, such as `route default { deny 403 \"no route\" }`");
        report.push(match routes.last() {
            Some((route, _)) => diagnostic.at(route.span, "the last route"),
            None => diagnostic,
        });
        return;
    };
    let final_span = routes.get(last).map(|(route, _)| route.span);
    for (route, _) in routes.iter().skip(last + 1) {
        let message = format!("no request reaches the route `{}`", route.name);
        let diagnostic = Diagnostic::error(Code::ROUTE_AFTER_FINAL, message)
            .at(route.span, "stands behind the last route")
            .help("move it up, or give the route above it a `when`");
        report.push(match final_span {
            Some(span) => diagnostic.also(span, "this one has no `when`, and takes every request"),
            None => diagnostic,
        });
    }
}
