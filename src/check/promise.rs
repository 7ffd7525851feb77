//! `assert` and `assume`: what a policy promises of itself, and what it takes for granted of requests.

use super::clauses::Clauses;
use super::conditions::Conditions;
use super::expression::Subject;
use super::report::Report;
use crate::model::{Assert, Assume};
use crate::syntax::ast::Block;

/// The assert that a block declares; `None` where what it promises has an error.
pub(super) fn assert(block: &Block, conditions: &mut Conditions<'_>, report: &mut Report) -> Option<Assert> {
    let mut clauses = Clauses::new(block);
    let when = clauses
        .condition("when", report)
        .and_then(|condition| conditions.check(condition, Subject::Request, report));
    if !clauses.has("that") {
        clauses.missing("that", "that target.region == \"…\"", report);
    }
    let that = clauses
        .condition("that", report)
        .and_then(|condition| conditions.check(condition, Subject::Attempt, report));
    let (name, span) = (clauses.name().to_owned(), clauses.span());
    clauses.finish(report);
    Some(Assert {
        name,
        when,
        that: that?,
        span,
    })
}

/// The assumption that a block declares; `None` where what it says has an error.
pub(super) fn assume(block: &Block, conditions: &mut Conditions<'_>, report: &mut Report) -> Option<Assume> {
    let mut clauses = Clauses::new(block);
    if !clauses.has("that") {
        clauses.missing("that", "that tokens < 100000", report);
    }
    let that = clauses
        .condition("that", report)
        .and_then(|condition| conditions.check(condition, Subject::Request, report));
    let (name, span) = (clauses.name().to_owned(), clauses.span());
    clauses.finish(report);
    Some(Assume {
        name,
        that: that?,
        span,
    })
}
