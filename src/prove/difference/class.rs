//! What a policy does with a request, told so coarsely that all requests of one class get the same, but for draws.

use super::super::fate::{self, Fate};
use super::super::formula::{Formula, Formulas};
use super::super::plans;
use super::super::space::{asks_for_embeddings, embeddings};
use super::rules::Rules;
use crate::decide::{NoOrders, Outcome, Refusal, decide};
use crate::explain::error_code;
use crate::facts::{Builtin, Facts};
use crate::model::{AssumeId, GuardId, ModelId, Named, RouteId, Routing, Target};
use std::collections::BTreeSet;

/// A class of requests.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Class {
    /// They break an assumption, and none before it.
    Broken(AssumeId),
    /// A guard denies them, and none before it does.
    Denied(GuardId),
    /// A route takes them.
    Taken(Taken),
    /// No route takes them.
    Untaken,
}

/// Requests that a route takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Taken {
    pub(super) route: RouteId,
    /// Where the route sends them.
    pub(super) sent: Option<Sent>,
}

/// Requests that a route sends somewhere.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sent {
    /// The model or pool asked for, where the route leads there.
    pub(super) requested: Option<Named>,
    /// The targets of the route that are left.
    pub(super) left: BTreeSet<ModelId>,
    /// The targets of the route that are not.
    pub(super) gone: BTreeSet<ModelId>,
    /// Whether a copy may go where the route's shadow leads; `None` without one.
    pub(super) copied: Option<bool>,
    /// The smallest cap that guards set.
    pub(super) cap: Option<i64>,
    /// The code of the refusal, where no target is left.
    pub(super) error: Option<&'static str>,
    /// Whether they ask for embeddings, where not all targets that are left share their vectors.
    pub(super) embeddings: Option<bool>,
}

impl Class {
    /// The class of a request, by the tree that runs.
    pub(super) fn of(rules: &Rules<'_, '_>, facts: &Facts) -> Class {
        match fate::of(rules.half.tree, facts) {
            Fate::Assumption(id) => Class::Broken(id),
            Fate::Denied(id) => Class::Denied(id),
            Fate::Untaken => Class::Untaken,
            Fate::Taken(route) => Class::Taken(Taken {
                route,
                sent: rules
                    .policy
                    .routing(route)
                    .map(|routing| sent(rules, routing, facts)),
            }),
        }
    }

    /// That a request is of the class.
    pub(super) fn formula(&self, rules: &Rules<'_, '_>, formulas: &mut Formulas) -> Formula {
        match self {
            Class::Broken(id) => {
                let at = id.0 as usize;
                let mut all: Vec<Formula> = rules.assumes.iter().take(at).copied().collect();
                let broken = rules.assumes.get(at).copied().unwrap_or(Formulas::TRUE);
                all.push(formulas.not(broken));
                formulas.and(all)
            }
            Class::Denied(id) => {
                let mut all = rules.assumes.clone();
                for (guard, formula) in rules.denying().take_while(|(guard, _)| guard <= id) {
                    all.push(if guard == *id {
                        formula
                    } else {
                        formulas.not(formula)
                    });
                }
                formulas.and(all)
            }
            Class::Taken(taken) => {
                let mut all = vec![rules.admits(formulas), rules.first(taken.route, formulas)];
                if let (Some(sent), Some(routing)) = (&taken.sent, rules.policy.routing(taken.route)) {
                    sent.demands(rules, routing, formulas, &mut all);
                }
                formulas.and(all)
            }
            Class::Untaken => {
                let mut all = vec![rules.admits(formulas)];
                for route in &rules.routes {
                    all.push(formulas.not(*route));
                }
                formulas.and(all)
            }
        }
    }

    /// Where the rule that ends the way of the requests stands: assumptions, guards, routes, each in policy order.
    pub(super) fn place(&self) -> (u8, u32) {
        match self {
            Class::Broken(id) => (0, id.0),
            Class::Denied(id) => (1, id.0),
            Class::Taken(taken) => (2, taken.route.0),
            Class::Untaken => (3, 0),
        }
    }
}

/// The targets that a route can lead to, for what the client asks.
fn targets(rules: &Rules<'_, '_>, routing: &Routing, requested: Option<Named>) -> Vec<ModelId> {
    if !matches!(routing.target, Target::Requested(_)) {
        return plans::models(rules.policy, routing);
    }
    let named = requested
        .into_iter()
        .chain(plans::fallbacks(routing).map(|choice| choice.named));
    let mut seen = BTreeSet::new();
    let members = named.flat_map(|named| rules.policy.members(named));
    members.filter(|model| seen.insert(*model)).collect()
}

fn sent(rules: &Rules<'_, '_>, routing: &Routing, facts: &Facts) -> Sent {
    let requested = match routing.target {
        Target::Requested(_) => rules.policy.find_named(facts.string(Builtin::Requested.into())),
        _ => None,
    };
    let all = targets(rules, routing, requested);
    let (left, gone): (BTreeSet<ModelId>, BTreeSet<ModelId>) =
        all.into_iter().partition(|model| rules.keeps(facts, *model));
    let decision = decide(rules.half.tree, facts, 0, &mut NoOrders);
    let error = match &decision.outcome {
        Outcome::Plan(_) => None,
        Outcome::Refused(refusal) => error_code(refusal),
    };
    let embeddings = (!plans::share_vectors(rules.policy, &left)).then(|| asks_for_embeddings(facts));
    let shadow = plans::shadow(routing).filter(|_| error.is_none());
    Sent {
        copied: shadow.map(|shadow| rules.keeps(facts, shadow.model)),
        requested,
        embeddings,
        left,
        gone,
        cap: decision.max_tokens,
        error,
    }
}

impl Sent {
    fn demands(
        &self,
        rules: &Rules<'_, '_>,
        routing: &Routing,
        formulas: &mut Formulas,
        all: &mut Vec<Formula>,
    ) {
        if matches!(routing.target, Target::Requested(_)) {
            all.push(rules.asks_for(self.requested, formulas));
            if self.requested.is_none() {
                return;
            }
        }
        for model in &self.left {
            all.push(rules.fitness(*model).eligible);
        }
        for model in &self.gone {
            let eligible = rules.fitness(*model).eligible;
            all.push(formulas.not(eligible));
        }
        if let Some(asked) = self.embeddings {
            let embeddings = embeddings(formulas);
            all.push(if asked {
                embeddings
            } else {
                formulas.not(embeddings)
            });
        }
        if let (Some(copied), Some(shadow)) = (self.copied, plans::shadow(routing)) {
            let eligible = rules.fitness(shadow.model).eligible;
            all.push(if copied { eligible } else { formulas.not(eligible) });
        }
        match self.error {
            Some(error) => self.refused(error, rules, routing, formulas, all),
            None => self.capped(rules, formulas, all),
        }
    }

    /// That guards set just this cap.
    fn capped(&self, rules: &Rules<'_, '_>, formulas: &mut Formulas, all: &mut Vec<Formula>) {
        let mut any = Vec::new();
        for (_, cap, formula) in rules.caps() {
            match self.cap {
                Some(own) if cap == own => any.push(formula),
                Some(own) if cap > own => {}
                _ => all.push(formulas.not(formula)),
            }
        }
        if self.cap.is_some() {
            all.push(formulas.or(any));
        }
    }

    /// Why nothing is left.
    fn refused(
        &self,
        error: &str,
        rules: &Rules<'_, '_>,
        routing: &Routing,
        formulas: &mut Formulas,
        all: &mut Vec<Formula>,
    ) {
        let code = |refusal: &Refusal| error_code(refusal).unwrap_or_default();
        let admitted = |model: &ModelId| rules.fitness(*model).admitted;
        let every: Vec<Formula> = self.gone.iter().map(admitted).collect();
        let all_admitted = formulas.and(every);
        let not_found = match (&routing.target, self.requested) {
            (Target::Requested(_), Some(named)) => {
                let mut none = Vec::new();
                for model in rules.policy.members(named) {
                    none.push(formulas.not(rules.fitness(model).admitted));
                }
                formulas.and(none)
            }
            _ => Formulas::FALSE,
        };
        if error == code(&Refusal::ModelNotFound) {
            all.push(not_found);
            return;
        }
        all.push(formulas.not(not_found));
        if error == code(&Refusal::NoEligibleTarget { guards: Vec::new() }) {
            all.push(formulas.not(all_admitted));
            return;
        }
        all.push(all_admitted);
        let mut narrow = Vec::with_capacity(2 * self.gone.len());
        for model in &self.gone {
            let fitness = rules.fitness(*model);
            narrow.extend([fitness.skilled, formulas.not(fitness.wide)]);
        }
        let all_narrow = formulas.and(narrow);
        let context_only = error == code(&Refusal::NoCapableTarget { context_only: true });
        all.push(if context_only {
            all_narrow
        } else {
            formulas.not(all_narrow)
        });
    }
}
