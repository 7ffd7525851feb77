//! What a policy does with the requests of a class, by names: so that two policies can be held against each other, as a
//! replay holds two decisions.

use super::class::{Class, Sent};
use super::joint::Source;
use super::rules::Rules;
use crate::decide::ASSUMPTION_STATUS;
use crate::facts::Builtin;
use crate::model::{Denial, ModelId, Named, Pick, RouteAction, Routing, SplitKey, Target};
use crate::quantity::Share;
use std::collections::BTreeSet;

/// What is done with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The route that takes it.
    pub route: Option<String>,
    /// Who denies it.
    pub denied: Option<Denied>,
    /// The code of a refusal that is no denial.
    pub error: Option<&'static str>,
    /// The plans that it may get, one of which is drawn.
    pub plans: Vec<Drawn>,
    /// What draws among several plans.
    pub drawn_by: Option<String>,
    /// The cap on completion tokens that guards set.
    pub max_tokens: Option<i64>,
    /// Where a pool picks the first target of embeddings: for each target those that share its vectors, and so may follow.
    pub(super) spaces: Vec<(String, BTreeSet<String>)>,
    /// What the draw rests on, where it is not the request alone.
    pub(super) drawn_of: Option<String>,
}

/// A denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Its rule: `assume`, `guard` or `route`.
    pub rule: &'static str,
    /// The rule's name.
    pub by: String,
    /// HTTP status.
    pub status: u16,
    /// What the client is told; empty where an assumption is broken.
    pub message: String,
}

/// A plan and how often it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// The first draw of 10,000 that is not its any more; the plan before says the first one that is.
    pub until: u32,
    /// Its targets.
    pub steps: Vec<Step>,
}

/// A part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A target.
    Target(String),
    /// Members of a pool in an order that is picked for each request.
    Picked {
        /// The pool.
        pool: String,
        /// How it picks; live state is all one.
        pick: &'static str,
        /// The members left, by name.
        members: BTreeSet<String>,
        /// All members with their weights, as written, where the order is drawn from the seed.
        of: Vec<(String, u32)>,
    },
}

impl Verdict {
    /// What the rules do with the requests of a class.
    pub(super) fn of(rules: &Rules<'_, '_>, class: &Class) -> Verdict {
        let policy = rules.policy;
        match class {
            Class::Broken(id) => Verdict {
                denied: policy.assume(*id).map(|assume| Denied {
                    rule: "assume",
                    by: assume.name.clone(),
                    status: ASSUMPTION_STATUS,
                    message: String::new(),
                }),
                ..Verdict::default()
            },
            Class::Denied(id) => Verdict {
                denied: policy.guard(*id).and_then(|guard| {
                    let denial = guard.effects.iter().find_map(|effect| match effect {
                        crate::model::GuardEffect::Deny(denial) => Some(denial),
                        _ => None,
                    });
                    Some(denied("guard", &guard.name, denial?))
                }),
                ..Verdict::default()
            },
            Class::Untaken => Verdict::default(),
            Class::Taken(taken) => {
                let Some(route) = policy.route(taken.route) else {
                    return Verdict::default();
                };
                let mut verdict = Verdict {
                    route: Some(route.name.clone()),
                    ..Verdict::default()
                };
                match (&route.action, &taken.sent) {
                    (RouteAction::Send(routing), Some(sent)) => verdict.send(rules, routing, sent),
                    (RouteAction::Deny(denial), _) => {
                        verdict.denied = Some(denied("route", &route.name, denial));
                    }
                    (RouteAction::Send(_), None) => {}
                }
                verdict
            }
        }
    }

    fn send(&mut self, rules: &Rules<'_, '_>, routing: &Routing, sent: &Sent) {
        self.error = sent.error;
        if sent.error.is_some() {
            return;
        }
        self.max_tokens = sent.cap;
        let (plans, is_open) = drawn(rules, routing, sent);
        self.plans = plans;
        if is_open {
            self.spaces = spaces(rules, &sent.left);
        }
        if let (Target::Split(split), true) = (&routing.target, self.plans.len() > 1) {
            let (name, source) = match split.by {
                SplitKey::Request => ("request".to_owned(), None),
                SplitKey::Fact(fact) => {
                    let name = rules
                        .policy
                        .facts
                        .get(fact)
                        .map(|definition| definition.name.clone());
                    (name.unwrap_or_default(), rules.half.source(fact))
                }
            };
            self.drawn_by = Some(name);
            // A constant is another on the other side; so is the caller's name.
            let of = |source: Option<&Source>| match source {
                Some(Source::Fixed(value)) => value.to_string(),
                Some(Source::Given { default, .. }) => default.to_string(),
                _ => String::new(),
            };
            let caller = rules.half.source(Builtin::Tenant.into());
            self.drawn_of = Some(format!("{} {}", of(source), of(caller)));
        }
    }

    /// All targets that the request may be sent to, each at its first place.
    pub fn targets(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let names = self
            .plans
            .iter()
            .flat_map(|plan| &plan.steps)
            .flat_map(|step| match step {
                Step::Target(name) => vec![name.as_str()],
                Step::Picked { members, .. } => members.iter().map(String::as_str).collect(),
            });
        names.filter(|name| seen.insert(*name)).collect()
    }
}

fn denied(rule: &'static str, by: &str, denial: &Denial) -> Denied {
    Denied {
        rule,
        by: by.to_owned(),
        status: denial.status,
        message: denial.message.clone(),
    }
}

/// For each model those that share its vectors, by names.
fn spaces(rules: &Rules<'_, '_>, left: &BTreeSet<ModelId>) -> Vec<(String, BTreeSet<String>)> {
    let sharing = |model: &ModelId| {
        let others = left.iter().filter(|other| rules.shares_vectors(*model, **other));
        let names = others.map(|other| rules.model_name(*other)).collect();
        (rules.model_name(*model), names)
    };
    let mut spaces: Vec<(String, BTreeSet<String>)> = left.iter().map(sharing).collect();
    spaces.sort();
    spaces
}

/// The plans of a class, by the draws that lead to them; neighbours differ. And whether a pick decides which targets of a
/// plan share their vectors with its first one.
fn drawn(rules: &Rules<'_, '_>, routing: &Routing, sent: &Sent) -> (Vec<Drawn>, bool) {
    let policy = rules.policy;
    let open = |named: &Named| {
        policy
            .members(*named)
            .iter()
            .any(|model| sent.left.contains(model))
    };
    let firsts: Vec<(u64, Option<Named>)> = match &routing.target {
        Target::Named(choice) => vec![(1, Some(choice.named))],
        Target::Requested(_) => vec![(1, sent.requested)],
        Target::Split(split) => {
            let arms = split.arms.iter().filter(|arm| open(&arm.choice.named));
            let arms = arms.map(|arm| (u64::from(arm.share.basis_points()), Some(arm.choice.named)));
            let arms: Vec<_> = arms.filter(|(share, _)| *share > 0).collect();
            if arms.is_empty() { vec![(1, None)] } else { arms }
        }
    };
    let whole = u64::from(Share::WHOLE);
    let sum: u64 = firsts.iter().map(|(share, _)| share).sum();
    let mut running = 0;
    let mut is_open = false;
    let mut plans: Vec<Drawn> = Vec::new();
    for (share, first) in firsts {
        running += share;
        let until = u32::try_from((running * whole).div_ceil(sum.max(1))).unwrap_or(u32::MAX);
        let (steps, of_pick) = steps(rules, routing, sent, first);
        is_open |= of_pick;
        match plans.last_mut() {
            Some(last) if last.steps == steps => last.until = until,
            _ => plans.push(Drawn { until, steps }),
        }
    }
    (plans, is_open)
}

/// The parts of one plan, and whether a pick decides which of them share their vectors with the first.
fn steps(rules: &Rules<'_, '_>, routing: &Routing, sent: &Sent, first: Option<Named>) -> (Vec<Step>, bool) {
    let policy = rules.policy;
    let mut seen: BTreeSet<ModelId> = BTreeSet::new();
    let mut steps = Vec::new();
    // The first target, with which those of a request for embeddings share their vectors.
    let mut leader: Option<ModelId> = None;
    let mut is_open = false;
    let fallbacks = routing.fallbacks.iter().flat_map(|fallback| &fallback.choices);
    for named in first.into_iter().chain(fallbacks.map(|choice| choice.named)) {
        let members = policy.members(named);
        let mut left: Vec<ModelId> = members
            .into_iter()
            .filter(|model| sent.left.contains(model) && seen.insert(*model))
            .collect();
        if let Some(leader) = leader {
            left.retain(|model| rules.shares_vectors(leader, *model));
        }
        let pool = match named {
            Named::Pool(id) => policy.pool(id).filter(|pool| pool.pick != Pick::First),
            Named::Model(_) => None,
        };
        if steps.is_empty() && sent.embeddings == Some(true) {
            match pool {
                Some(_) if left.len() > 1 => is_open = true,
                _ => leader = left.first().copied(),
            }
            if let Some(leader) = leader {
                left.retain(|model| rules.shares_vectors(leader, *model));
            }
        }
        match pool {
            Some(pool) if left.len() > 1 => steps.push(Step::Picked {
                pool: pool.name.clone(),
                pick: if pool.pick.is_live() {
                    "live"
                } else {
                    pool.pick.name()
                },
                members: left.iter().map(|model| rules.model_name(*model)).collect(),
                of: if pool.pick.is_live() {
                    Vec::new()
                } else {
                    let member = |(model, weight): &(ModelId, u32)| (rules.model_name(*model), *weight);
                    pool.members.iter().map(member).collect()
                },
            }),
            _ => steps.extend(left.iter().map(|model| Step::Target(rules.model_name(*model)))),
        }
    }
    (steps, is_open)
}
