//! `hedge [a, b] after 800ms`.

use super::clauses::refuse_repeated;
use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::route::choice;
use crate::diagnostic::Code;
use crate::model::{Hedge, Named};
use crate::source::Span;

/// The hedge behind the word `hedge`, which stands at `span`.
pub(super) fn hedge(
    items: &mut Items<'_>,
    span: Span,
    named: &mut Names<Named>,
    report: &mut Report,
) -> Option<Hedge> {
    let sides = items.peek().map_or(span, |item| item.span);
    let names = items.names("two models or pools such as `[a, b]`", report)?;
    refuse_repeated(&names, "hedge", report);
    let choices: Vec<_> = names
        .iter()
        .filter_map(|name| choice(name, named, report))
        .collect();
    if names.len() != 2 {
        let message = format!("a hedge has two sides, not {}", names.len());
        report.error(
            Code::BAD_VALUE,
            sides,
            message,
            "the one that is tried first, and the one beside it",
        );
    }
    items.expect_word("after", report)?;
    let after = items.duration(report)?;
    let sides = <[_; 2]>::try_from(choices).ok()?;
    Some(Hedge { sides, after, span })
}
