//! All proofs of a policy, the weightiest first, so that what is left where time is up matters least.

use super::patience::Patience;
use super::search::{Doubt, Found, Goal, find};
use super::space::Space;
use super::verdicts::asserts::{Refutation, Verdict};
use super::verdicts::{asserts, capable, constant, gaps, guards, left, reach, redundant, shadowed};
use super::witness;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Facts;
use crate::model::{Assert, AssertId, RouteId};
use crate::source::Span;
use crate::tree::{Attempt, Tree};

/// What the proofs of a policy say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// Everything found, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of asserts, and of routes that guards may leave without a target, that could not be told in time.
    pub unproved: Vec<String>,
}

/// Proves what can be told of a policy that compiles. `said` holds what compiling it has said: no place is told twice
/// that its condition never changes.
pub fn prove(tree: &Tree, said: &[Diagnostic], patience: &dyn Patience) -> Proofs {
    let mut space = Space::new(tree);
    let mut proofs = Proofs::default();
    assertions(&mut space, patience, &mut proofs);
    targets_left(&mut space, patience, &mut proofs);
    lints(&mut space, said, patience, &mut proofs.diagnostics);
    if patience.is_over() {
        proofs.diagnostics.push(
            Diagnostic::info(Code::UNPROVED, "time was up before all lints were made")
                .help("give proofs more time to see them"),
        );
    }
    proofs
}

/// Whether a request falls through all routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// This one does: its facts as JSON.
    Request(String),
    /// None does.
    Never,
    /// Not told.
    Unknown,
}

/// Looks for a request that no route of a policy takes.
pub fn untaken(tree: &Tree, patience: &dyn Patience) -> Untaken {
    let mut space = Space::new(tree);
    let shown = |_: &Space<'_>, facts: &Facts| Some(witness::shown(tree, facts));
    match find(&mut space, &[], Goal::Untaken, patience, shown) {
        Found::Some(request) => Untaken::Request(request),
        Found::None { .. } => Untaken::Never,
        Found::Unknown(_) => Untaken::Unknown,
    }
}

fn assertions(space: &mut Space<'_>, patience: &dyn Patience, proofs: &mut Proofs) {
    let policy = space.policy;
    for (id, assert) in (0u32..).map(AssertId).zip(&policy.asserts) {
        match asserts::verdict(space, id, patience) {
            Verdict::Proved(used) => {
                for assume in used.iter().filter_map(|id| policy.assume(*id)) {
                    let message = format!(
                        "the assert `{}` holds because of the assumption `{}`",
                        assert.name, assume.name
                    );
                    proofs.diagnostics.push(
                        Diagnostic::info(Code::PROVED_UNDER_ASSUMPTIONS, message)
                            .at(assert.span, "proved under an assumption")
                            .also(assume.span, "requests that break it are refused"),
                    );
                }
            }
            Verdict::Refuted(refutation) => {
                proofs.diagnostics.push(refuted(space, id, assert, &refutation));
            }
            Verdict::Unknown(Doubt::Bounds) => {
                proofs.unproved.push(assert.name.clone());
                proofs
                    .diagnostics
                    .push(unproved(format!("the assert `{}`", assert.name), assert.span));
            }
            Verdict::Unknown(Doubt::Opaque) => proofs.diagnostics.push(unknown(space, assert)),
        }
    }
}

fn unproved(what: String, span: Span) -> Diagnostic {
    Diagnostic::error(Code::UNPROVED, format!("{what} could not be told in time"))
        .at(span, "neither proved nor refuted")
        .help("give proofs more time, or write it more simply")
}

fn refuted(space: &Space<'_>, id: AssertId, assert: &Assert, refutation: &Refutation) -> Diagnostic {
    let policy = space.policy;
    let tree = space.tree;
    let name = |id| {
        policy
            .model(id)
            .map(|model| model.name.as_str())
            .unwrap_or_default()
    };
    let plan = witness::targets(&refutation.witness.decision);
    let route = policy.route(refutation.route);
    let message = format!(
        "the assert `{}` does not hold of the target `{}`",
        assert.name,
        name(refutation.target)
    );
    let mut diagnostic =
        Diagnostic::error(Code::ASSERT_REFUTED, message).at(assert.that.span, "false for this attempt");
    if let Some(route) = route {
        let label = match plan.len() {
            _ if refutation.undrawn => format!(
                "leads to `{}` where that arm is drawn; of the present callers none draws it",
                name(refutation.target)
            ),
            0 | 1 => format!("leads to `{}`", name(refutation.target)),
            count => format!(
                "leads to `{}`, attempt {} of {count}",
                name(refutation.target),
                refutation.position + 1
            ),
        };
        diagnostic = diagnostic.also(route.span, label);
    }
    if let Some(model) = policy.model(refutation.target) {
        diagnostic = diagnostic.also(model.span, "this target");
    }
    let facts = &refutation.witness.facts;
    diagnostic = diagnostic.help(format!(
        "a request that leads there: {}",
        witness::shown(tree, facts)
    ));
    let steps = trace(space, id, refutation);
    if !steps.is_empty() {
        diagnostic = diagnostic.help(steps);
    }
    diagnostic.help("let a guard remove the target for these requests, or change the route")
}

/// How the request comes to the attempt, in one line: guards, route, plan, and the values that break the assert.
fn trace(space: &Space<'_>, id: AssertId, refutation: &Refutation) -> String {
    let policy = space.policy;
    let decision = &refutation.witness.decision;
    let names = |ids: &[crate::model::ModelId]| {
        let names = ids
            .iter()
            .filter_map(|id| policy.model(*id))
            .map(|model| model.name.clone());
        names.collect::<Vec<String>>()
    };
    let mut steps = Vec::new();
    let guards: Vec<&str> = decision
        .guards
        .iter()
        .filter_map(|id| policy.guard(*id))
        .map(|guard| guard.name.as_str())
        .collect();
    if !guards.is_empty() {
        steps.push(format!("guards {}", guards.join(", ")));
    }
    if let Some(route) = policy.route(refutation.route) {
        steps.push(format!("route {}", route.name));
    }
    let plan = witness::targets(decision);
    if !plan.is_empty() {
        steps.push(format!("plan {}", names(plan).join(", ")));
    }
    let fallbacks = names(plan.get(refutation.position + 1..).unwrap_or_default());
    let attempt = Attempt {
        target: refutation.target,
        position: i64::try_from(refutation.position).unwrap_or(i64::MAX),
        fallbacks: &fallbacks,
    };
    let condition = space.tree.trace_assert(id, &refutation.witness.facts, attempt);
    let values = condition
        .parts
        .iter()
        .filter(|part| part.outcome == Some(false))
        .flat_map(|part| &part.values);
    let values: Vec<String> = values.map(|(name, value)| format!("{name} is {value}")).collect();
    if !values.is_empty() {
        steps.push(values.join(", "));
    }
    steps.join("; ")
}

/// An assert that rests on parts which are not looked into: those that may matter, underlined.
fn unknown(space: &Space<'_>, assert: &Assert) -> Diagnostic {
    let message = format!("whether the assert `{}` holds is not known", assert.name);
    let mut diagnostic =
        Diagnostic::error(Code::ASSERT_UNKNOWN, message).at(assert.span, "neither proved nor refuted");
    let mut places: Vec<Span> = space
        .encoder
        .all_unseen()
        .map(|(_, unseen)| unseen.part.span)
        .collect();
    places.sort_unstable();
    places.dedup();
    for place in places.into_iter().take(MAX_PLACES) {
        diagnostic = diagnostic.also(place, "proofs do not look into this");
    }
    diagnostic.help("write it with comparisons, `in`, `&&`, `||`, string functions or literal patterns, or state what may be relied on in an `assume`")
}

/// Most places that are underlined in one diagnostic.
const MAX_PLACES: usize = 5;

fn targets_left(space: &mut Space<'_>, patience: &dyn Patience, proofs: &mut Proofs) {
    let doubts = left::without_target(space, patience, &mut proofs.diagnostics);
    let policy = space.policy;
    let name = |id: RouteId| policy.route(id);
    for (route, doubt) in doubts
        .into_iter()
        .filter_map(|(id, doubt)| Some((name(id)?, doubt)))
    {
        if doubt == Doubt::Bounds {
            proofs.unproved.push(route.name.clone());
            let what = format!("whether guards leave the route `{}` a target", route.name);
            proofs.diagnostics.push(unproved(what, route.span));
        } else {
            let message = format!("guards may leave the route `{}` without any target", route.name);
            proofs.diagnostics.push(
                Diagnostic::warning(Code::MAY_LEAVE_NO_TARGET, message)
                    .at(route.span, "parts that proofs do not look into decide it")
                    .help("give the route a target that the guards allow in any case"),
            );
        }
    }
}

fn lints(space: &mut Space<'_>, said: &[Diagnostic], patience: &dyn Patience, found: &mut Vec<Diagnostic>) {
    let told = |span: Span| {
        said.iter().any(|diagnostic| {
            let of_it = [Code::CONSTANT_CONDITION, Code::IMPOSSIBLE_VALUE].contains(&diagnostic.code());
            of_it
                && diagnostic
                    .primary()
                    .is_some_and(|label| label.span.is_within(span))
        })
    };
    let reached = reach::routes_reached(space, patience, found);
    constant::conditions(space, patience, &told, found);
    guards::never_applying(space, patience, found);
    capable::targets(space, &reached, patience, found);
    redundant::redundant_routes(space, &reached, patience, found);
    redundant::redundant_guards(space, patience, found);
    shadowed::alternatives(space, &reached, patience, found);
    gaps::between_ranges(space, &reached, patience, found);
}
