//! Asserts, over every attempt that a decision can lead to: proved, refuted with a request, or not told.
//!
//! First each target is asked for alone: most asserts hold of a target whatever the route, since a guard removes it
//! from the requests of which the assert speaks. What is left is asked for each route that leads there. An assert that
//! reads `position` or `fallbacks` is held against every plan of a route, for each choice of targets that guards and
//! capabilities can leave.

use super::super::encode::Attempt;
use super::super::formula::{Formula, Formulas};
use super::super::patience::Patience;
use super::super::plans;
use super::super::search::{Doubt, Found, Goal, Taker, find};
use super::super::space::{Space, asks_for_embeddings, embeddings, routes};
use super::super::witness;
use super::refutation::{self, Refutation, Shown, Sought, Undrawn};
use crate::decide::is_eligible;
use crate::facts::{Builtin, Facts};
use crate::model::{
    Assert, AssertId, AssumeId, Expression, ExpressionKind, ModelId, Named, RouteAction, RouteId, Routing,
    Target,
};
use std::collections::{BTreeMap, BTreeSet};

/// Most choices of eligible targets of one route that are gone through for an assert on the attempt.
const MAX_CHOICES: usize = 512;

/// Most draws that one attempt is sought with, where those that were found do not lead to it.
const MAX_DRAWS: usize = 64;

/// Most attempts that are sought with other draws for one assert.
const MAX_UNDRAWN: usize = 16;

/// What is known of an assert.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Verdict {
    /// It holds of every attempt; where not without these assumptions, they are named.
    Proved(BTreeSet<AssumeId>),
    /// It does not hold of this attempt.
    Refuted(Box<Refutation>),
    /// It does not hold of an attempt to which no request was found that leads.
    Undrawn(Undrawn),
    /// Neither is known; these formulas hold the parts that may decide it and are not looked into.
    Unknown(Doubt, BTreeSet<Formula>),
}

/// Proves or refutes an assert.
pub(in super::super) fn verdict(space: &mut Space<'_>, id: AssertId, patience: &dyn Patience) -> Verdict {
    let policy = space.policy;
    let Some(assert) = policy.assert(id) else {
        return Verdict::Unknown(Doubt::Bounds, BTreeSet::new());
    };
    let when = assert
        .when
        .as_ref()
        .map_or(Formulas::TRUE, |when| space.condition(when));
    let mut proof = Proof {
        space,
        patience,
        id,
        assert,
        when,
        used: BTreeSet::new(),
        doubt: None,
        doubted: BTreeSet::new(),
        undrawn: Vec::new(),
        safe: BTreeMap::new(),
    };
    let of_attempt = reads_the_attempt(&assert.that);
    for route in routes(policy) {
        let Some(RouteAction::Send(routing)) = policy.route(route).map(|route| &route.action) else {
            continue;
        };
        let refuted = if of_attempt {
            proof.every_plan(route, routing, Formulas::TRUE)
        } else {
            proof
                .every_target(route, routing)
                .or_else(|| proof.every_copy(route, routing))
        };
        if let Some(refutation) = refuted {
            return Verdict::Refuted(Box::new(refutation));
        }
    }
    match (proof.undrawn.first(), proof.doubt) {
        (Some(undrawn), _) => Verdict::Undrawn(*undrawn),
        (None, Some(doubt)) => Verdict::Unknown(doubt, proof.doubted),
        (None, None) => Verdict::Proved(proof.used),
    }
}

fn reads_the_attempt(that: &Expression) -> bool {
    let mut reads = false;
    that.walk(&mut |part| reads |= matches!(part.kind, ExpressionKind::Attempt(_)));
    reads
}

struct Proof<'p, 'a> {
    space: &'p mut Space<'a>,
    patience: &'p dyn Patience,
    id: AssertId,
    assert: &'a Assert,
    when: Formula,
    used: BTreeSet<AssumeId>,
    doubt: Option<Doubt>,
    doubted: BTreeSet<Formula>,
    /// Attempts of which it does not hold and that no request was found to lead to.
    undrawn: Vec<Undrawn>,
    /// Whether the assert holds of a target whatever the route.
    safe: BTreeMap<ModelId, bool>,
}

impl Proof<'_, '_> {
    /// Goes through the targets of a route. Which of them a request for embeddings leads to depends on its whole plan,
    /// where they do not share their vectors.
    fn every_target(&mut self, route: RouteId, routing: &Routing) -> Option<Refutation> {
        let models = plans::models(self.space.policy, routing);
        let alike = plans::share_vectors(self.space.policy, &models.iter().copied().collect());
        let embeddings = embeddings(&mut self.space.formulas);
        let apart = match alike {
            true => Formulas::TRUE,
            false => self.space.formulas.not(embeddings),
        };
        let mut is_safe = true;
        for target in models {
            if self.is_safe(target) {
                continue;
            }
            is_safe = false;
            let bad = self.breaks(target, None);
            let led = self.led_to(routing, target);
            let eligible = self.space.eligible(target);
            let demands = [self.when, led, eligible, bad, apart];
            if let Some(refutation) = self.look(route, &demands, Sought::target(target, &[])) {
                return Some(refutation);
            }
        }
        if alike || is_safe {
            return None;
        }
        self.every_plan(route, routing, embeddings)
    }

    /// Looks for a copy of a route's request of which the assert does not hold.
    fn every_copy(&mut self, route: RouteId, routing: &Routing) -> Option<Refutation> {
        let target = plans::shadow(routing)?.model;
        if self.is_safe(target) {
            return None;
        }
        let bad = self.breaks(target, None);
        let eligible = self.space.eligible(target);
        self.look(route, &[self.when, eligible, bad], Sought::copy(target, &[]))
    }

    /// Whether no request of which the assert speaks keeps a target of which it does not hold.
    fn is_safe(&mut self, target: ModelId) -> bool {
        if let Some(known) = self.safe.get(&target) {
            return *known;
        }
        let bad = self.breaks(target, None);
        let eligible = self.space.eligible(target);
        let demands = [self.when, eligible, bad];
        let found = find(self.space, &demands, Goal::Admitted, self.patience, |_, _| {
            Some(())
        });
        let safe = match found {
            Found::None { takers, .. } => {
                self.note(&takers);
                true
            }
            _ => false,
        };
        self.safe.insert(target, safe);
        safe
    }

    /// Whether a model stays in the plan of a request, whatever that asks of protocols.
    fn stays(&mut self, model: ModelId) -> Formula {
        let (eligible, expressed) = (self.space.eligible(model), self.space.expressed(model));
        self.space.formulas.and([eligible, expressed])
    }

    /// That a request asks for embeddings, or for none.
    fn embeddings(&mut self, asked: bool) -> Formula {
        let embeddings = embeddings(&mut self.space.formulas);
        match asked {
            true => embeddings,
            false => self.space.formulas.not(embeddings),
        }
    }

    fn breaks(&mut self, target: ModelId, attempt: Option<&Attempt>) -> Formula {
        let that = &self.assert.that;
        let holds = match attempt {
            Some(attempt) => self.space.of_attempt(that, target, attempt),
            None => self.space.of_target(that, target),
        };
        self.space.formulas.not(holds)
    }

    /// What a request must ask for so that a route of `requested` leads to a target; anything for other routes.
    fn led_to(&mut self, routing: &Routing, target: ModelId) -> Formula {
        if !matches!(routing.target, Target::Requested(_)) {
            return Formulas::TRUE;
        }
        let policy = self.space.policy;
        let by_fallback =
            plans::fallbacks(routing).any(|choice| policy.members(choice.named).contains(&target));
        let names = policy
            .all_named()
            .filter(|named| by_fallback || policy.members(*named).contains(&target))
            .map(|named| policy.name_of(named).to_owned());
        let names: Vec<String> = names.collect();
        self.space.one_of(Builtin::Requested, names)
    }

    /// Looks for a request of a route that meets the demands and leads to the attempt.
    fn look(&mut self, route: RouteId, demands: &[Formula], sought: Sought<'_>) -> Option<Refutation> {
        if self.undrawn.len() >= MAX_UNDRAWN {
            return None;
        }
        let (id, patience) = (self.id, self.patience);
        let mut demands = demands.to_vec();
        let mut tried = 0;
        loop {
            let found = find(
                self.space,
                &demands,
                Goal::Route(route),
                patience,
                |space, facts| refutation::of_request(space, id, route, facts, sought, patience),
            );
            if tried > 0 && matches!(found, Found::None { .. }) {
                return None;
            }
            let facts = match self.noted(found)? {
                Shown::Attempt(refutation) => return Some(*refutation),
                Shown::Undrawn(facts) => facts,
            };
            if tried == 0 {
                self.undrawn.push(sought.undrawn(route));
            }
            tried += 1;
            // Requests that are drawn otherwise may lead there.
            let alike = witness::drawn_alike(self.space, route, &facts);
            match alike.filter(|_| tried < MAX_DRAWS) {
                Some(alike) => demands.push(self.space.formulas.not(alike)),
                None => return None,
            }
        }
    }

    /// What was found; where that is nothing, by what, and where it is not known, why, is noted.
    fn noted<T>(&mut self, found: Found<T>) -> Option<T> {
        match found {
            Found::Some(found) => return Some(found),
            Found::None { takers, .. } => self.note(&takers),
            Found::Unknown(doubt) => self.doubts(doubt),
        }
        None
    }

    /// Notes why something is not known.
    fn doubts(&mut self, doubt: Doubt) {
        self.doubt.get_or_insert(doubt);
        if doubt == Doubt::Opaque {
            self.doubted.extend(self.space.doubted.iter().copied());
        }
    }

    fn note(&mut self, takers: &[Taker]) {
        self.used.extend(takers.iter().filter_map(|taker| match taker {
            Taker::Assumption(id) => Some(*id),
            _ => None,
        }));
    }

    /// Goes through the choices of eligible targets that those requests of a route have which meet a demand, and through
    /// the plans of each.
    fn every_plan(&mut self, route: RouteId, routing: &Routing, demand: Formula) -> Option<Refutation> {
        let policy = self.space.policy;
        let models = plans::models(policy, routing);
        let eligible: Vec<(ModelId, Formula)> =
            models.iter().map(|model| (*model, self.stays(*model))).collect();
        let mut demands = vec![self.when, demand];
        let mut seen = BTreeSet::new();
        for _ in 0..MAX_CHOICES {
            let patience = self.patience;
            let found = find(self.space, &demands, Goal::Route(route), patience, |_, facts| {
                Some(facts.clone())
            });
            let facts = self.noted(found)?;
            let requested = policy.find_named(facts.string(Builtin::Requested.into()));
            let left = self.left(&facts, &models);
            let embeddings = (!plans::share_vectors(policy, &left)).then(|| asks_for_embeddings(&facts));
            if !seen.insert((left.clone(), requested, embeddings)) {
                // What is not looked into makes the request one that was looked at.
                self.space.doubted.clone_from(&demands);
                self.doubts(Doubt::Opaque);
                return None;
            }
            let mut choice: Vec<Formula> = Vec::with_capacity(eligible.len() + 1);
            for (model, formula) in &eligible {
                let kept = left.contains(model);
                choice.push(if kept {
                    *formula
                } else {
                    self.space.formulas.not(*formula)
                });
            }
            if matches!(routing.target, Target::Requested(_)) {
                let name = requested.map(|named| policy.name_of(named).to_owned());
                choice.push(
                    self.space
                        .one_of(Builtin::Requested, vec![name.unwrap_or_default()]),
                );
            }
            if let Some(asked) = embeddings {
                let formula = self.embeddings(asked);
                choice.push(formula);
            }
            let choice = self.space.formulas.and(choice);
            let of = (&left, requested, embeddings == Some(true));
            if let Some(refutation) = self.plans_of(route, routing, of, choice) {
                return Some(refutation);
            }
            demands.push(self.space.formulas.not(choice));
        }
        self.doubt.get_or_insert(Doubt::Bounds);
        None
    }

    /// The targets of a route that guards and capabilities leave a request.
    fn left(&self, facts: &Facts, models: &[ModelId]) -> BTreeSet<ModelId> {
        models
            .iter()
            .copied()
            .filter(|model| is_eligible(self.space.tree, facts, *model))
            .collect()
    }

    fn plans_of(
        &mut self,
        route: RouteId,
        routing: &Routing,
        (left, requested, embeddings): (&BTreeSet<ModelId>, Option<Named>, bool),
        choice: Formula,
    ) -> Option<Refutation> {
        let policy = self.space.policy;
        if matches!(routing.target, Target::Requested(_)) && requested.is_none() {
            return None;
        }
        let Some(plans) = plans::plans(policy, routing, left, requested, embeddings) else {
            self.doubt.get_or_insert(Doubt::Bounds);
            return None;
        };
        let name = |model: &ModelId| {
            policy
                .model(*model)
                .map(|model| model.name.clone())
                .unwrap_or_default()
        };
        let mut seen = BTreeSet::new();
        for way in plans {
            let priced = way.priced(policy, &mut self.space.formulas);
            let choice = self.space.formulas.and([choice, priced]);
            let plan = way.plan;
            for (at, target) in plan.iter().enumerate() {
                let behind: Vec<String> = plan.iter().skip(at + 1).map(name).collect();
                let told = (*target, at, behind.clone(), priced);
                if seen.contains(&told) {
                    continue;
                }
                let attempt = Attempt {
                    position: i64::try_from(at).unwrap_or(i64::MAX),
                    fallbacks: behind,
                };
                let bad = self.breaks(*target, Some(&attempt));
                if bad == Formulas::FALSE {
                    continue;
                }
                let demands = [self.when, choice, bad];
                let undrawn = self.undrawn.len();
                if let Some(refutation) = self.look(route, &demands, Sought::target(*target, &plan)) {
                    return Some(refutation);
                }
                // Where none was found that is drawn so, one of another plan may be.
                if self.undrawn.len() == undrawn {
                    seen.insert(told);
                }
            }
            if let Some(refutation) = self.copy_beside(route, routing, &plan, choice) {
                return Some(refutation);
            }
        }
        None
    }

    /// Looks for a copy beside a plan of which the assert does not hold: its place is behind the plan, and nothing follows it.
    fn copy_beside(
        &mut self,
        route: RouteId,
        routing: &Routing,
        plan: &[ModelId],
        choice: Formula,
    ) -> Option<Refutation> {
        let target = plans::shadow(routing)?.model;
        let attempt = Attempt {
            position: i64::try_from(plan.len()).unwrap_or(i64::MAX),
            fallbacks: Vec::new(),
        };
        let bad = self.breaks(target, Some(&attempt));
        if bad == Formulas::FALSE {
            return None;
        }
        let stays = self.stays(target);
        let demands = [self.when, choice, stays, bad];
        self.look(route, &demands, Sought::copy(target, plan))
    }
}
