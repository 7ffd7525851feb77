//! What of a policy its tests reach: rules, arms of splits, conditions seen both true and false.

use super::course::Course;
use super::words::shown_name;
use crate::decide::Trace;
use crate::facts::Facts;
use crate::model::{GuardId, ModelId, RouteId, Target};
use crate::quantity::Share;
use crate::source::Span;
use crate::tree::{ConditionTrace, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// What tests reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Guards that matched and routes that took a request.
    pub rules: Tally,
    /// Arms above 0 % that were drawn.
    pub arms: Tally,
    /// Comparisons of `when` and `require` (what stands between `&&`, `||`, `!` and `?:`, in `let`s too) that came out
    /// both true and false.
    pub conditions: Tally,
}

/// How many of a kind are reached, and which are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that are reached.
    pub covered: usize,
    /// All.
    pub total: usize,
    /// Those that are not, in policy order.
    pub missing: Vec<Missing>,
}

/// What no test reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What it is, as the policy writes it.
    pub what: String,
    /// What did not happen: `never matched`, `never true`.
    pub why: &'static str,
    /// Where it stands.
    pub span: Span,
}

impl Coverage {
    /// The three kinds with their names.
    pub fn kinds(&self) -> [(&'static str, &Tally); 3] {
        [
            ("rules", &self.rules),
            ("arms", &self.arms),
            ("conditions", &self.conditions),
        ]
    }

    /// How much is covered of all items together, rounded down to hundredths of a percent; the whole where there is
    /// nothing to cover.
    pub fn share(&self) -> Share {
        let sum = |count: fn(&Tally) -> usize| self.kinds().iter().map(|(_, tally)| count(tally)).sum();
        share(sum(|tally| tally.covered), sum(|tally| tally.total))
    }
}

impl Tally {
    /// How much is covered, rounded down to hundredths of a percent; the whole where there is nothing to cover.
    pub fn share(&self) -> Share {
        share(self.covered, self.total)
    }

    fn add(&mut self, covered: bool, missing: impl FnOnce() -> Missing) {
        self.total += 1;
        if covered {
            self.covered += 1;
        } else {
            self.missing.push(missing());
        }
    }
}

fn share(covered: usize, total: usize) -> Share {
    let whole = usize::from(Share::WHOLE);
    let points = (covered * whole).checked_div(total).unwrap_or(whole);
    Share::from_basis_points(u16::try_from(points).unwrap_or(Share::WHOLE)).unwrap_or_default()
}

/// What tests have reached so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    guards: BTreeSet<GuardId>,
    routes: BTreeSet<RouteId>,
    arms: BTreeSet<(RouteId, usize)>,
    conditions: BTreeMap<Span, Outcomes>,
}

/// How a comparison came out.
#[derive(Clone, Copy, Debug, Default)]
struct Outcomes {
    yes: bool,
    no: bool,
}

impl Seen {
    /// Notes what one way of a request reaches.
    pub(super) fn add_course(&mut self, course: &Course) {
        self.guards.extend(&course.decision.guards);
        self.routes.extend(course.decision.route);
        let chosen = course.draws.split.as_ref().and_then(|split| split.chosen);
        self.arms.extend(course.decision.route.zip(chosen));
    }

    /// Notes how comparisons came out; they do so whatever is drawn.
    pub(super) fn add_trace(&mut self, trace: &Trace) {
        let guards = trace.guards.iter().map(|seen| &seen.condition);
        let routes = trace.routes.iter().filter_map(|seen| seen.condition.as_ref());
        let requires = trace.requires.iter().map(|seen| &seen.condition);
        for part in guards
            .chain(routes)
            .chain(requires)
            .flat_map(|condition| &condition.parts)
        {
            if let Some(outcome) = part.outcome {
                let seen = self.conditions.entry(part.span).or_default();
                seen.yes |= outcome;
                seen.no |= !outcome;
            }
        }
    }

    /// Holds it against all that the policy has.
    pub(super) fn coverage(&self, tree: &Tree) -> Coverage {
        Coverage {
            rules: self.rules(tree),
            arms: self.arms(tree),
            conditions: self.conditions(tree),
        }
    }

    fn rules(&self, tree: &Tree) -> Tally {
        let mut tally = Tally::default();
        for (id, guard) in (0u32..).zip(&tree.policy().guards) {
            tally.add(self.guards.contains(&GuardId(id)), || Missing {
                what: format!("guard {}", shown_name(&guard.name)),
                why: "never matched",
                span: guard.span,
            });
        }
        for (id, route) in (0u32..).zip(&tree.policy().routes) {
            tally.add(self.routes.contains(&RouteId(id)), || Missing {
                what: format!("route {}", shown_name(&route.name)),
                why: "never taken",
                span: route.span,
            });
        }
        tally
    }

    fn arms(&self, tree: &Tree) -> Tally {
        let policy = tree.policy();
        let mut tally = Tally::default();
        for (id, route) in (0u32..).zip(&policy.routes) {
            let id = RouteId(id);
            let Some(Target::Split(split)) = policy.routing(id).map(|routing| &routing.target) else {
                continue;
            };
            for (at, arm) in split.arms.iter().enumerate() {
                if arm.share == Share::default() {
                    continue;
                }
                tally.add(self.arms.contains(&(id, at)), || Missing {
                    what: format!(
                        "route {}: arm {} {}",
                        shown_name(&route.name),
                        shown_name(policy.name_of(arm.choice.named)),
                        arm.share
                    ),
                    why: "never drawn",
                    span: arm.choice.span,
                });
            }
        }
        tally
    }

    fn conditions(&self, tree: &Tree) -> Tally {
        let mut tally = Tally::default();
        for (span, text) in comparisons(tree) {
            let seen = self.conditions.get(&span).copied().unwrap_or_default();
            tally.add(seen.yes && seen.no, || Missing {
                what: text,
                why: match (seen.yes, seen.no) {
                    (true, _) => "never false",
                    (_, true) => "never true",
                    _ => "never read",
                },
                span,
            });
        }
        tally
    }
}

/// All comparisons of a policy's guards and routes, each once, by their place.
fn comparisons(tree: &Tree) -> BTreeMap<Span, String> {
    let policy = tree.policy();
    let facts = Facts::empty(&policy.facts);
    let guards = (0u32..).zip(&policy.guards).flat_map(|(id, _)| {
        let when = tree.trace_guard(GuardId(id), &facts);
        [when, tree.trace_require(GuardId(id), &facts, ModelId(0))]
    });
    let routes = (0u32..)
        .zip(&policy.routes)
        .map(|(id, _)| tree.trace_route(RouteId(id), &facts));
    let parts = |condition: ConditionTrace| condition.parts;
    guards
        .chain(routes)
        .flat_map(parts)
        .map(|part| (part.span, part.text))
        .collect()
}
