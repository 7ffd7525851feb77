//! `hedge [a, b] after 800ms`.

use super::clauses::refuse_repeated;
use super::items::Items;
use super::names::Names;
use super::report::Report;
use super::route::choice;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Hedge, Named};
use crate::source::Span;
use crate::syntax::ast::Word;

/// The hedge behind the word `hedge`, which stands at `span`.
pub(super) fn hedge(
    items: &mut Items<'_>,
    span: Span,
    named: &mut Names<Named>,
    report: &mut Report,
) -> Option<Hedge> {
    let sides = items.peek().map_or(span, |item| item.span);
    let names = items.names("two models or pools such as `[a, b]`", report)?;
    check_sides(&names, sides, report);
    let choices: Vec<_> = names
        .iter()
        .filter_map(|name| choice(name, named, report))
        .collect();
    items.expect_word("after", report)?;
    let after = items.duration(report)?;
    let sides = <[_; 2]>::try_from(choices).ok()?;
    Some(Hedge { sides, after, span })
}

/// Reports sides that are not two different ones.
fn check_sides(names: &[Word], span: Span, report: &mut Report) {
    match names {
        [first, second] if first.text == second.text => report.push(
            Diagnostic::error(
                Code::DUPLICATE_ENTRY,
                format!("both sides of the hedge are `{}`", first.text),
            )
            .at(second.span, "again here")
            .also(first.span, "first here")
            .help("a hedge is of two targets: name another one beside the first"),
        ),
        [_, _] => {}
        _ => {
            refuse_repeated(names, "hedge", report);
            report.error(
                Code::BAD_VALUE,
                span,
                format!("a hedge has two sides, not {}", names.len()),
                "the one that is tried first, and the one beside it",
            );
        }
    }
}
