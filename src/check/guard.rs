//! `guard`: rules for every attempt.

use super::clauses::Clauses;
use super::conditions::Conditions;
use super::expression::Subject;
use super::items::Items;
use super::report::Report;
use super::{content, later, settings};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Guard, GuardEffect};
use crate::syntax::ast::Block;

/// Largest cap on completion tokens, which is the largest value of the fact `max_tokens`.
const MAX_CAP: u64 = 1 << 40;

/// The guard that a block declares. Parts with errors are left out.
pub(super) fn guard(block: &Block, conditions: &mut Conditions<'_>, report: &mut Report) -> Guard {
    let mut clauses = Clauses::new(block);
    let when = clauses
        .condition("when", report)
        .and_then(|condition| conditions.check(condition, Subject::Request, report));
    let deny = settings::denial(&mut clauses, report).map(GuardEffect::Deny);
    let require = clauses
        .condition("require", report)
        .and_then(|condition| conditions.check(condition, Subject::Target, report))
        .map(GuardEffect::Require);
    let cap = clauses.read("set", report, cap).map(GuardEffect::MaxTokensAtMost);
    let no_content = content::forbidden(&mut clauses, report).then_some(GuardEffect::NoContent);
    if !block.clauses.iter().any(|clause| clause.keyword.text != "when") {
        report.push(
            Diagnostic::error(
                Code::MISSING_CLAUSE,
                format!("the guard `{}` does nothing", clauses.name()),
            )
            .at(clauses.span(), "no `deny`, `require`, `set` or `record`")
            .help("add `deny 403 \"…\"` or `require …`"),
        );
    }
    let guard = Guard {
        name: clauses.name().to_owned(),
        when,
        effects: [deny, require, cap, no_content].into_iter().flatten().collect(),
        span: clauses.span(),
    };
    clauses.finish(report);
    guard
}

/// `max_tokens at most N`.
fn cap(items: &mut Items<'_>, report: &mut Report) -> Option<i64> {
    let field = items.name("`max_tokens at most N`", report)?;
    if field.text != "max_tokens" {
        let what = format!("set {}", field.text);
        report.push(later::not_yet(&what, field.span).help("`max_tokens` can be set"));
        items.abandon();
        return None;
    }
    items.expect_word("at", report)?;
    items.expect_word("most", report)?;
    let cap = items.count("a number of tokens", 1..=MAX_CAP, report)?;
    i64::try_from(cap).ok()
}
