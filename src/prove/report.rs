//! All proofs of a policy, the weightiest first, so that what is left where time is up matters least.

use super::opaque;
use super::patience::Patience;
use super::refuted;
use super::search::{Doubt, Found, Goal, find};
use super::space::Space;
use super::verdicts::asserts::Verdict;
use super::verdicts::{asserts, capable, constant, gaps, guards, left, overlaps, reach, redundant, shadowed};
use super::witness;
use crate::diagnostic::{Code, Diagnostic, Label, Request};
use crate::facts::Facts;
use crate::model::AssertId;
use crate::source::Span;
use crate::tree::Tree;

/// What the proofs of a policy say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// Everything found, in no particular order.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of asserts, and of routes that guards may leave without a target, that could not be told in time.
    pub unproved: Vec<String>,
    /// Conditions of which all is said here that there is to say about their never changing: what the checker has said
    /// of them is less.
    pub settled: Vec<Span>,
}

/// Proves what can be told of a policy that compiles. `said` holds what compiling it has said: no place is told twice
/// that its condition never changes.
pub fn prove(tree: &Tree, said: &[Diagnostic], patience: &dyn Patience) -> Proofs {
    let mut space = Space::new(tree);
    let mut proofs = Proofs::default();
    assertions(&mut space, said, patience, &mut proofs);

    targets_left(&mut space, said, patience, &mut proofs);
    lints(&mut space, said, patience, &mut proofs);
    if patience.is_over() {
        proofs.diagnostics.push(
            Diagnostic::info(Code::UNPROVED, "time was up before all lints were made")
                .help("give proofs more time to see them"),
        );
    }
    proofs
}

/// What the proofs of a policy's asserts say, and of nothing else.
pub fn prove_asserts(tree: &Tree, said: &[Diagnostic], patience: &dyn Patience) -> Proofs {
    let mut proofs = Proofs::default();
    assertions(&mut Space::new(tree), said, patience, &mut proofs);
    proofs
}

/// Whether a request falls through all routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untaken {
    /// This one does.
    Request(Box<Request>),
    /// None does.
    Never,
    /// Not told.
    Unknown,
}

/// Looks for a request that no route of a policy takes.
pub fn untaken(tree: &Tree, patience: &dyn Patience) -> Untaken {
    let mut space = Space::new(tree);
    let shown = |_: &Space<'_>, facts: &Facts| Some(witness::request(tree, facts, 0));
    match find(&mut space, &[], Goal::Untaken, patience, shown) {
        Found::Some(request) => Untaken::Request(Box::new(request)),
        Found::None { .. } => Untaken::Never,
        Found::Unknown(_) => Untaken::Unknown,
    }
}

fn assertions(space: &mut Space<'_>, said: &[Diagnostic], patience: &dyn Patience, proofs: &mut Proofs) {
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
                proofs
                    .diagnostics
                    .push(refuted::diagnostic(space, id, assert, &refutation));
            }
            Verdict::Undrawn(undrawn) => {
                proofs
                    .diagnostics
                    .push(refuted::undrawn(policy, assert, &undrawn));
            }
            Verdict::Unknown(Doubt::Bounds, _) => {
                proofs.unproved.push(assert.name.clone());
                proofs
                    .diagnostics
                    .push(unproved(format!("the assert `{}`", assert.name), assert.span));
            }
            Verdict::Unknown(Doubt::Opaque, doubted) => {
                proofs
                    .diagnostics
                    .push(opaque::unknown_assert(space, assert, &doubted, said));
            }
        }
    }
}

fn unproved(what: String, span: Span) -> Diagnostic {
    Diagnostic::error(Code::UNPROVED, format!("{what} could not be told in time"))
        .at(span, "neither proved nor refuted")
        .help("give proofs more time, or write it more simply")
}

fn targets_left(space: &mut Space<'_>, said: &[Diagnostic], patience: &dyn Patience, proofs: &mut Proofs) {
    let doubts = left::without_target(space, patience, &mut proofs.diagnostics);
    let policy = space.policy;
    for doubtful in doubts {
        let Some(route) = policy.route(doubtful.route) else {
            continue;
        };
        if doubtful.doubt == Doubt::Bounds {
            proofs.unproved.push(route.name.clone());
            let what = format!("whether guards leave the route `{}` a target", route.name);
            proofs.diagnostics.push(unproved(what, route.span));
        } else {
            proofs
                .diagnostics
                .push(opaque::may_leave_no_target(space, route, &doubtful.doubted, said));
        }
    }
}

fn lints(space: &mut Space<'_>, said: &[Diagnostic], patience: &dyn Patience, proofs: &mut Proofs) {
    let found = &mut proofs.diagnostics;
    let told = |span: Span| {
        said.iter().any(|diagnostic| {
            let of_it = [Code::CONSTANT_CONDITION, Code::IMPOSSIBLE_VALUE, Code::TIME_TRAP]
                .contains(&diagnostic.code());
            of_it
                && diagnostic
                    .primary()
                    .is_some_and(|label| label.span.is_within(span))
        })
    };
    let reached = reach::routes_reached(space, patience, found);
    let before = found.len();
    proofs.settled = constant::conditions(space, patience, &told, found);
    // A span over midnight is told as that, with the condition that was meant.
    let trapped = |label: &Label| {
        let traps = said.iter().filter(|said| said.code() == Code::TIME_TRAP);
        let mut places = traps.filter_map(Diagnostic::primary);
        places.any(|trap| trap.span == label.span)
    };
    let constant = found.split_off(before);
    let told_better = |found: &Diagnostic| found.primary().is_some_and(trapped);
    found.extend(constant.into_iter().filter(|found| !told_better(found)));
    guards::never_applying(space, patience, found);
    capable::targets(space, &reached, patience, found);
    redundant::redundant_routes(space, &reached, patience, found);
    redundant::redundant_guards(space, patience, found);
    shadowed::alternatives(space, &reached, patience, found);
    overlaps::of_ranges(space, &reached, patience, found);
    gaps::between_ranges(space, &reached, patience, found);
}
