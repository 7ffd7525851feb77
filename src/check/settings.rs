//! What routes, models, providers and `defaults` share: timeouts, retries, classes of failures, the commit point.

use super::clauses::{Clauses, without};
use super::items::Items;
use super::names::suggest;
use super::report::Report;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::model::{Breaker, BreakerRule, ClassSet, Commit, Denial, FailureClass, Retry, Timeouts};
use crate::source::Span;
use crate::syntax::ast::Word;
use std::time::Duration;

/// Most repeats on one target.
pub(super) const MAX_RETRIES: u64 = 10;

/// Most failures that open a breaker.
pub(super) const MAX_FAILURES: u64 = 1_000;

/// Most attempts of one request.
pub(super) const MAX_ATTEMPTS: u64 = 100;

/// The clause `timeout`: pairs of phase and duration.
pub(super) fn timeouts(clauses: &mut Clauses<'_>, report: &mut Report) -> Timeouts {
    clauses.read("timeout", report, read_timeouts).unwrap_or_default()
}

fn read_timeouts(items: &mut Items<'_>, report: &mut Report) -> Option<Timeouts> {
    const PHASES: &str = "one of `connect`, `headers`, `first-token`, `idle`, `total`";
    let mut timeouts = Timeouts::default();
    loop {
        let phase = items.name(PHASES, report)?;
        let Some(slot) = phase_of(&mut timeouts, &phase.text) else {
            unknown_word(&phase, "timeout", PHASES, PHASE_NAMES, report);
            items.abandon();
            return None;
        };
        if slot.is_some() {
            let message = format!("`timeout` names `{}` twice", phase.text);
            report.error(Code::DUPLICATE_ENTRY, phase.span, message, "again here");
        }
        *slot = Some(items.duration(report)?);
        if items.is_empty() {
            return Some(timeouts);
        }
    }
}

const PHASE_NAMES: [&str; 5] = ["connect", "headers", "first-token", "idle", "total"];

fn phase_of<'t>(timeouts: &'t mut Timeouts, phase: &str) -> Option<&'t mut Option<Duration>> {
    match phase {
        "connect" => Some(&mut timeouts.connect),
        "headers" => Some(&mut timeouts.headers),
        "first-token" => Some(&mut timeouts.first_token),
        "idle" => Some(&mut timeouts.idle),
        "total" => Some(&mut timeouts.total),
        _ => None,
    }
}

/// The clause `retry N [on CLASSES]`; without `on`, the classes of `wider`.
pub(super) fn retry(clauses: &mut Clauses<'_>, wider: ClassSet, report: &mut Report) -> Option<Retry> {
    clauses.read("retry", report, |items, report| {
        let count = items.count("a number of repeats", 0..=MAX_RETRIES, report)?;
        let on = on_classes(items, report)?.unwrap_or(wider);
        Some(Retry {
            count: u32::try_from(count).ok()?,
            on,
        })
    })
}

/// The clause `attempts N`.
pub(super) fn attempts(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<u32> {
    clauses.read("attempts", report, |items, report| {
        let count = items.count("a number of attempts", 1..=MAX_ATTEMPTS, report)?;
        u32::try_from(count).ok()
    })
}

/// The clause `breaker N in D open D` or `breaker off`.
pub(super) fn breaker(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Breaker> {
    clauses.read("breaker", report, |items, report| {
        if items.word("off") {
            return Some(Breaker::Off);
        }
        let failures = items.count("`off` or a number of failures", 1..=MAX_FAILURES, report)?;
        items.expect_word("in", report)?;
        let within = items.duration(report)?;
        items.expect_word("open", report)?;
        let open = items.duration(report)?;
        Some(Breaker::On(BreakerRule {
            failures: u32::try_from(failures).ok()?,
            within,
            open,
        }))
    })
}

/// The clause `commit first-content | after D | complete`.
pub(super) fn commit(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Commit> {
    clauses.read("commit", report, |items, report| {
        if items.word("first-content") {
            return Some(Commit::FirstContent);
        }
        if items.word("complete") {
            return Some(Commit::Complete);
        }
        if items.word("after") {
            return items.duration(report).map(Commit::After);
        }
        items.refuse("`first-content`, `after` a duration, or `complete`", report);
        None
    })
}

/// The clause `deny STATUS "message"`.
pub(super) fn denial(clauses: &mut Clauses<'_>, report: &mut Report) -> Option<Denial> {
    clauses.read("deny", report, |items, report| {
        let status = items.count("an HTTP status", 400..=599, report)?;
        let message = items.text("a message for the client", report)?;
        Some(Denial {
            status: u16::try_from(status).ok()?,
            message: message.text,
        })
    })
}

/// `on CLASSES`, where it stands next: `Some(None)` where it does not.
pub(super) fn on_classes(items: &mut Items<'_>, report: &mut Report) -> Option<Option<ClassSet>> {
    match items.word("on") {
        true => classes(items, report).map(Some),
        false => Some(None),
    }
}

/// A class of failures or a list of them, each once.
pub(super) fn classes(items: &mut Items<'_>, report: &mut Report) -> Option<ClassSet> {
    const WANTED: &str = "a class of failures such as `connect` or `rate-limit`";
    let words = items.names(WANTED, report)?;
    let mut all = ClassSet::EMPTY;
    let mut sound = true;
    let mut before = None;
    for word in &words {
        let behind = before.replace(word.span);
        let set = ClassSet::from_name(&word.text);
        if set.is_empty() {
            let names = FailureClass::ALL.map(FailureClass::name);
            unknown_word(word, "on", WANTED, names.into_iter().chain(["timeout"]), report);
            sound = false;
        } else if set.iter().all(|class| all.contains(class)) {
            let message = format!("`{}` stands twice in `on`", word.text);
            let diagnostic = Diagnostic::error(Code::DUPLICATE_ENTRY, message).at(word.span, "again here");
            report.push(without(diagnostic, behind, word.span));
        }
        all = all.union(set);
    }
    sound.then_some(all)
}

/// Reports a list of failure classes that is empty where that makes no sense.
pub(super) fn refuse_no_classes(set: Option<ClassSet>, span: Span, report: &mut Report) {
    if set.is_some_and(ClassSet::is_empty) {
        let message = "`on` lists no class of failures, so this would never be taken";
        report.push(
            Diagnostic::error(Code::BAD_VALUE, message)
                .at(span, "an empty list")
                .help("name a class, or leave `on` out for the default list"),
        );
    }
}

/// Reports a word that is none of those that can stand here.
pub(super) fn unknown_word<'n>(
    word: &Word,
    clause: &str,
    wanted: &str,
    names: impl IntoIterator<Item = &'n str>,
    report: &mut Report,
) {
    let message = format!("`{clause}` wants {wanted}, not `{}`", word.text);
    let diagnostic = Diagnostic::error(Code::BAD_VALUE, message).at(word.span, "unknown");
    report.push(suggest(diagnostic, word, meant(&word.text, names)));
}
