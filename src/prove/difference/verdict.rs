//! What a policy does with the requests of a class, by names: so that two policies can be held against each other, as a
//! replay holds two decisions.

use super::class::{Class, Sent};
use super::draw::Key;
use super::pick::{self, Sticky};
use super::plans;
use super::rules::Rules;
use crate::decide::{ASSUMPTION_STATUS, NoOrders, decide_with_trace};
use crate::facts::Facts;
use crate::model::{Denial, Pick, RouteAction, Routing};
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
    pub drawn_by: Option<DrawnBy>,
    /// Where copies go, and how many.
    pub shadow: Option<(String, Share)>,
    /// The cap on completion tokens that guards set.
    pub max_tokens: Option<i64>,
}

/// Draws that are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Draws {
    /// Those of splits.
    pub(super) split: bool,
    /// Those of pools that stick to facts.
    pub(super) sticky: bool,
}

impl Draws {
    /// All that facts draw.
    pub(super) const ALL: Draws = Draws {
        split: true,
        sticky: true,
    };
}

/// What draws among several plans; two are the same where the draws are, whatever they are called.
#[derive(Clone, Debug, Eq)]
pub struct DrawnBy {
    /// The fact's name, or `request`.
    pub name: String,
    /// What the draw rests on.
    pub(super) of: String,
}

impl PartialEq for DrawnBy {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of
    }
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
#[derive(Clone, Debug, Eq)]
pub struct Drawn {
    /// The first draw of 10,000 that is not its any more; the plan before says the first one that is.
    pub until: u32,
    /// Its targets.
    pub steps: Vec<Step>,
    /// Where a pool picks the first target of embeddings, and so which others stay: for each first one those that follow.
    pub(super) by_first: Vec<(String, Vec<Step>)>,
}

impl Drawn {
    /// Whether both lead to the same, however often they are drawn.
    pub(super) fn is_like(&self, other: &Drawn) -> bool {
        if self.by_first.is_empty() && other.by_first.is_empty() {
            return self.steps == other.steps;
        }
        self.steps.first() == other.steps.first() && self.by_first == other.by_first
    }
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        self.until == other.until && self.is_like(other)
    }
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
        /// How it picks, and by what; live state is all one.
        pick: String,
        /// The members left, by name.
        members: BTreeSet<String>,
        /// All members as written, where that counts: with their weights where the order is drawn from the seed, with their
        /// prices where these make it.
        of: Vec<(String, String)>,
    },
}

impl Verdict {
    /// What the rules do with the requests of a class whose split is drawn by a key, and whose pools stick to keys.
    pub(super) fn of(rules: &Rules<'_, '_>, class: &Class, key: Option<&Key>, sticky: &Sticky) -> Verdict {
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
                    (RouteAction::Send(routing), Some(sent)) => {
                        verdict.send(rules, (routing, sent), key, sticky);
                    }
                    (RouteAction::Deny(denial), _) => {
                        verdict.denied = Some(denied("route", &route.name, denial));
                    }
                    (RouteAction::Send(_), None) => {}
                }
                verdict
            }
        }
    }

    fn send(
        &mut self,
        rules: &Rules<'_, '_>,
        (routing, sent): (&Routing, &Sent),
        key: Option<&Key>,
        sticky: &Sticky,
    ) {
        self.error = sent.error;
        if sent.error.is_some() {
            return;
        }
        self.max_tokens = sent.cap;
        let shadow = super::super::plans::shadow(routing).filter(|_| sent.copied == Some(true));
        self.shadow = shadow.map(|shadow| (rules.model_name(shadow.model), shadow.share));
        self.plans = plans::drawn(rules, routing, sent, sticky);
        if self.plans.len() > 1 {
            self.drawn_by = key.map(|key| key.by.clone());
        }
    }

    /// What is done with the requests that are drawn as this one is by the draws that are settled, and for which the cheapest
    /// come in the order in which they do here.
    pub(super) fn settled(&self, rules: &Rules<'_, '_>, facts: &Facts, draws: Draws) -> Verdict {
        let by_facts = |pick| match pick {
            Pick::Cheapest => true,
            Pick::Sticky(_) => draws.sticky,
            _ => false,
        };
        let drawn = match draws.split {
            true => self.drawn(rules, facts),
            false => self.clone(),
        };
        pick::ordered(&drawn, rules, facts, by_facts)
    }

    /// Whether a pool puts the cheapest first.
    pub(super) fn picks_cheapest(&self) -> bool {
        let mut steps = self.plans.iter().flat_map(|plan| &plan.steps);
        steps.any(|step| matches!(step, Step::Picked { pick, .. } if *pick == Pick::Cheapest.name()))
    }

    /// What is done with the requests for which the cheapest come in the order in which they do here.
    pub(super) fn priced(&self, rules: &Rules<'_, '_>, facts: &Facts) -> Verdict {
        pick::ordered(self, rules, facts, |pick| pick == Pick::Cheapest)
    }

    /// The verdict with the plan that is drawn for a request.
    fn drawn(&self, rules: &Rules<'_, '_>, facts: &Facts) -> Verdict {
        let mut drawn = self.clone();
        if self.plans.len() < 2 {
            return drawn;
        }
        let (_, trace) = decide_with_trace(rules.half.tree, facts, 0, &mut NoOrders);
        let Some((by_seed, draw)) = trace.split.and_then(|split| Some((split.by_seed, split.draw?))) else {
            return drawn;
        };
        if by_seed {
            drawn.drawn_by = Some(Key::seed(rules).by);
            return drawn;
        }
        drawn.plans.retain(|plan| draw < u64::from(plan.until));
        drawn.plans.truncate(1);
        for plan in &mut drawn.plans {
            plan.until = u32::from(Share::WHOLE);
        }
        drawn.drawn_by = None;
        drawn
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
