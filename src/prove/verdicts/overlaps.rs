//! Ranges of which an earlier route takes a part: `tokens > 4000` behind `tokens < 8000` begins at 8000.
//!
//! A ladder (`tokens > 32000`, then `tokens > 8000`) is how first-match rules are written, and is left alone.

use super::super::patience::Patience;
use super::super::search::{Found, Goal, find};
use super::super::space::Space;
use super::super::witness;
use super::ranges::{Range, of_routes};
use super::reach::Reach;
use crate::diagnostic::{Code, Diagnostic};

/// Most earlier ranges that are held against one.
const MAX_EARLIER: usize = 64;

/// Says which ranges do not begin, or end, where their route says so.
pub(in super::super) fn of_ranges(
    space: &mut Space<'_>,
    reached: &[Reach],
    patience: &dyn Patience,
    found: &mut Vec<Diagnostic>,
) {
    for (subject, ranges) in of_routes(space) {
        for (at, later) in ranges.iter().enumerate() {
            if !matches!(reached.get(later.route.0 as usize), Some(Reach::By(_))) {
                continue;
            }
            let earlier = ranges.iter().take(at).rev().take(MAX_EARLIER);
            let cutting = earlier.filter(|earlier| cuts(earlier, later));
            for earlier in cutting {
                if patience.is_over() {
                    return;
                }
                if let Some(diagnostic) = overlap(space, &subject, earlier, later, patience) {
                    found.push(diagnostic);
                    break;
                }
            }
        }
    }
}

/// Whether an earlier range takes a part of a later one, and neither is the finer step of a ladder.
fn cuts(earlier: &Range<'_>, later: &Range<'_>) -> bool {
    let narrower = later.holds_all_of(earlier);
    let ladder = narrower && earlier.rest == later.rest;
    common(earlier, later).is_some()
        && earlier.rest.is_subset(&later.rest)
        && !earlier.holds_all_of(later)
        && !ladder
}

/// The values that both ranges hold: from and to, where there are such ends.
fn common(one: &Range<'_>, other: &Range<'_>) -> Option<(Option<i64>, Option<i64>)> {
    let value = |end: Option<(i64, _)>| end.map(|(value, _)| value);
    let least = value(one.least).max(value(other.least));
    let ends = [value(one.most), value(other.most)];
    let most = ends.into_iter().flatten().min();
    let empty = matches!((least, most), (Some(least), Some(most)) if least > most);
    (!empty).then_some((least, most))
}

fn overlap(
    space: &mut Space<'_>,
    subject: &str,
    earlier: &Range<'_>,
    later: &Range<'_>,
    patience: &dyn Patience,
) -> Option<Diagnostic> {
    let policy = space.policy;
    let (first, second) = (policy.route(earlier.route)?, policy.route(later.route)?);
    let wanted = space.route(later.route);
    let Found::Some(facts) = find(
        space,
        &[wanted],
        Goal::Route(earlier.route),
        patience,
        |_, facts| Some(facts.clone()),
    ) else {
        return None;
    };
    let part = match common(earlier, later)? {
        (Some(least), Some(most)) if least == most => format!("`{subject}` of {least}"),
        (Some(least), Some(most)) => format!("`{subject}` from {least} to {most}"),
        (Some(least), None) => format!("`{subject}` from {least} on"),
        (None, Some(most)) => format!("`{subject}` up to {most}"),
        (None, None) => return None,
    };
    let message = format!("a part of the route `{}` is never reached", second.name);
    let place = later.least.or(later.most)?.1;
    let taking = earlier.least.or(earlier.most)?.1;
    let request = witness::request(space.tree, &facts, 0);
    Some(
        Diagnostic::info(Code::PARTLY_SHADOWED, message)
            .at(place, format!("{part} is taken before"))
            .also(taking, format!("the route `{}` takes it", first.name))
            .help(format!(
                "such a request goes to `{}`: {}",
                first.name,
                witness::text(&request)
            ))
            .help("let the two ranges meet without overlapping, or move the route up")
            .shown_by(request),
    )
}
