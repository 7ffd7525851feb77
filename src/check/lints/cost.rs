//! Conditions that cost much at each request: rounds within rounds, and rounds over what a client makes long.

use super::comprehension::{Comprehension, mentions};
use super::native::native_form;
use crate::check::report::Report;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Expression, ExpressionKind};

/// Maps whose size the client chooses.
const MAPS: [(&str, &str); 2] = [("headers", "header"), ("metadata", "key of the metadata")];

/// Reports costly conditions.
pub(in crate::check) fn costly_conditions<'a>(
    conditions: impl Iterator<Item = &'a Expression>,
    report: &mut Report,
) {
    for condition in conditions {
        examine(condition, report);
    }
}

fn examine(expression: &Expression, report: &mut Report) {
    let found = Comprehension::of(expression).filter(|_| native_form(expression).is_none());
    match found.as_ref().and_then(|found| cost(expression, found)) {
        Some(diagnostic) => report.push(diagnostic),
        None => expression
            .children()
            .into_iter()
            .for_each(|child| examine(child, report)),
    }
}

fn cost(whole: &Expression, found: &Comprehension<'_>) -> Option<Diagnostic> {
    let diagnostic = |message: &str| Diagnostic::warning(Code::COSTLY_CONDITION, message);
    if !is_written_out(found.range)
        && let Some(inner) = rounds_within(found.step)
    {
        return Some(
            diagnostic("rounds within rounds, in the interpreter")
                .at(whole.span, "as many rounds as both lists together multiply to")
                .also(inner.span, "goes through its list anew for each element")
                .help("ask for single values with `in`, which takes one look: `\"vip\" in tags`")
                .help("or let the tenant carry the answer: `fact … bool from tenant default false`"),
        );
    }
    if let ExpressionKind::Identifier(name) = &found.range.kind
        && let Some((map, entry)) = MAPS.iter().find(|(map, _)| map == name)
    {
        let message = format!("goes through every {entry}, in the interpreter");
        return Some(
            diagnostic(&message)
                .at(whole.span, "a client chooses how many there are")
                .help(format!(
                    "name the key: `\"x-team\" in {map} && {map}[\"x-team\"] == \"red\"`"
                )),
        );
    }
    (!is_written_out(found.range) && mentions(found.step, "prompt")).then(|| {
        diagnostic("looks through the whole prompt for each element, in the interpreter")
            .at(whole.span, "up to 32 KiB a round")
            .help("write the words into one pattern: `prompt.matches(\"(?i)red|blue\")`")
    })
}

/// A macro over a list that is not written out, within an expression.
fn rounds_within(step: &Expression) -> Option<&Expression> {
    let mut inner = None;
    step.walk(&mut |part| {
        let counts = |found: &Comprehension<'_>| !is_written_out(found.range) && native_form(part).is_none();
        if inner.is_none() && Comprehension::of(part).as_ref().is_some_and(counts) {
            inner = Some(part);
        }
    });
    inner
}

/// Whether a list stands in the policy with all its elements.
fn is_written_out(range: &Expression) -> bool {
    matches!(range.kind, ExpressionKind::List(_) | ExpressionKind::Map(_))
}
