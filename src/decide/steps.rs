//! From facts to plan: the assumptions, then the seven steps in their order.

use super::assemble::{Assembly, Planned};
use super::decision::{Decision, Outcome, Refusal};
use super::draws::Draws;
use super::eligibility::{self, Eligibility, Needs};
use super::orders::{NoOrders, Orders};
use super::plan::Plan;
use super::pool::PoolOrders;
use super::targets::{self, ExpandedClause};
use super::trace::{Recorder, Trace};
use super::tracer::{Clause, Plain, Tracer, Unseen};
use super::{assumptions, guards, route, shadow, simple, split};
use crate::facts::Facts;
use crate::model::{GuardId, Route, RouteAction, RouteId, Routing, Target};
use crate::quantity::Share;
use crate::tree::Tree;
use smallvec::SmallVec;

/// Decides what is done with a request of these facts. The same four inputs give the same decision, always.
///
/// `facts` are made with the tree's register; `seed` is drawn for each request, never from what the client sends;
/// `orders` is asked for each pool in the plan whose `pick` wants live state, once.
pub fn decide(tree: &Tree, facts: &Facts, seed: u64, orders: &mut dyn Orders) -> Decision {
    Steps { tree, facts, seed }.run(orders, &mut Unseen)
}

/// Decides as [`decide`] does, but reads every guard, and every route up to the one that matches, from top to bottom: the
/// meaning of a policy, which the index that [`decide`] asks is held against.
pub fn decide_by_plain_reading(tree: &Tree, facts: &Facts, seed: u64, orders: &mut dyn Orders) -> Decision {
    Steps { tree, facts, seed }.run(orders, &mut Plain)
}

/// Decides as [`decide`] does, and tells what was drawn.
pub fn decide_with_draws(
    tree: &Tree,
    facts: &Facts,
    seed: u64,
    orders: &mut dyn Orders,
) -> (Decision, Draws) {
    let mut draws = Draws::default();
    let decision = Steps { tree, facts, seed }.run(orders, &mut draws);
    (decision, draws)
}

/// Decides as [`decide`] does, and tells how each step came out.
pub fn decide_with_trace(
    tree: &Tree,
    facts: &Facts,
    seed: u64,
    orders: &mut dyn Orders,
) -> (Decision, Trace) {
    let mut recorder = Recorder::new(tree, facts);
    let decision = Steps { tree, facts, seed }.run(orders, &mut recorder);
    (decision, recorder.finish())
}

/// The inputs that every step reads.
pub(super) struct Steps<'a> {
    pub(super) tree: &'a Tree,
    pub(super) facts: &'a Facts,
    pub(super) seed: u64,
}

/// The rules that a request matches: what comes of steps 1 and 2.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Matched {
    guards: guards::Reading,
    pub(super) route: RouteId,
}

/// The decisions of requests on which nothing but the arm of a split bears.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arms {
    pub(super) route: RouteId,
    /// For each arm that can be drawn, as written, its share and the decision.
    decisions: Vec<(Share, Decision)>,
}

/// What comes of the assumptions and of steps 1 and 2.
pub(super) enum Ruled {
    /// The request is refused before a route is found, or as no route matches.
    Refused(Box<Decision>),
    /// These rules match.
    Matched(Matched),
}

fn refused(outcome: Outcome, guards: SmallVec<[GuardId; 8]>) -> Ruled {
    Ruled::Refused(Box::new(Decision {
        guards,
        outcome,
        ..Decision::none()
    }))
}

impl Steps<'_> {
    pub(super) fn run(&self, orders: &mut dyn Orders, tracer: &mut impl Tracer) -> Decision {
        match self.by_rules(tracer) {
            Ruled::Refused(decision) => *decision,
            Ruled::Matched(matched) => self.behind_rules(&matched, orders, tracer),
        }
    }

    /// The assumptions, and steps 1 and 2.
    pub(super) fn by_rules(&self, tracer: &mut impl Tracer) -> Ruled {
        let request = self.tree.request(self.facts);
        if let Some(broken) = assumptions::read(self.tree, &request, tracer) {
            return refused(Outcome::Refused(broken), SmallVec::new());
        }
        let mut guards = guards::read(self.tree, &request, tracer);
        if let Some(denial) = guards.denial.take() {
            return refused(Outcome::Refused(denial), guards.matched);
        }
        match route::first(self.tree, &request, tracer) {
            Some(route) => Ruled::Matched(Matched { guards, route }),
            None => refused(Decision::none().outcome, guards.matched),
        }
    }

    /// Steps 3 to 7, and the shadow.
    pub(super) fn behind_rules(
        &self,
        matched: &Matched,
        orders: &mut dyn Orders,
        tracer: &mut impl Tracer,
    ) -> Decision {
        let mut decision = Decision::none();
        let guards = &matched.guards;
        decision.guards.clone_from(&guards.matched);
        let Some(route) = self.tree.policy().route(matched.route) else {
            return decision;
        };
        decision.route = Some(matched.route);
        match &route.action {
            RouteAction::Deny(denial) => {
                decision.outcome = Outcome::Refused(Refusal::DeniedByRoute {
                    status: denial.status,
                    message: denial.message.clone(),
                });
            }
            RouteAction::Send(routing) => {
                self.send(route, routing, guards, &mut decision, orders, tracer);
                let request = (self.tree, self.facts, self.seed);
                shadow::add(request, (route, routing), guards, &mut decision, tracer);
            }
        }
        decision
    }

    /// The decision behind these rules, where neither seed nor orders bear on it and the facts only by what they need.
    pub(super) fn plain_decision(&self, matched: &Matched) -> Option<Decision> {
        let route = self.tree.policy().route(matched.route)?;
        let plain = match &route.action {
            RouteAction::Deny(_) => true,
            RouteAction::Send(routing) => {
                routing.shadow.is_none() && self.simple_plan(routing, &matched.guards).is_some()
            }
        };
        plain.then(|| self.behind_rules(matched, &mut NoOrders, &mut Unseen))
    }

    /// The decisions behind these rules by the arm of a split, where nothing else is drawn, orders do not bear on them and
    /// the facts only by what they need, beside the draw.
    pub(super) fn decisions_by_arm(&self, matched: &Matched) -> Option<Arms> {
        let (policy, guards) = (self.tree.policy(), &matched.guards);
        let RouteAction::Send(routing) = &policy.route(matched.route)?.action else {
            return None;
        };
        if routing.shadow.is_some() || !self.can_be_simple(guards) {
            return None;
        }
        let plans = simple::plans_by_arm(policy, &Needs::of(self.facts), routing)?;
        let decision = |plan| Decision {
            route: Some(matched.route),
            guards: guards.matched.clone(),
            max_tokens: guards.max_tokens,
            outcome: Outcome::Plan(plan),
            ..Decision::none()
        };
        let decisions = plans.into_iter().map(|(share, plan)| (share, decision(plan)));
        Some(Arms {
            route: matched.route,
            decisions: decisions.collect(),
        })
    }

    /// That of the arm which is drawn.
    pub(super) fn decision_by_arm<'a>(&self, arms: &'a Arms) -> Option<&'a Decision> {
        let route = self.tree.policy().route(arms.route)?;
        let RouteAction::Send(routing) = &route.action else {
            return None;
        };
        let Target::Split(split) = &routing.target else {
            return None;
        };
        let draw = split::number(route, split, self.facts, self.seed);
        let at = split::arm_at(arms.decisions.iter().map(|(share, _)| *share), draw)?;
        arms.decisions.get(at).map(|(_, decision)| decision)
    }

    /// Steps 3 to 7.
    fn send<T: Tracer>(
        &self,
        route: &Route,
        routing: &Routing,
        guards: &guards::Reading,
        decision: &mut Decision,
        orders: &mut dyn Orders,
        tracer: &mut T,
    ) {
        if !T::READS_EVERY_RULE
            && let Some(plan) = self.simple_plan(routing, guards)
        {
            decision.max_tokens = guards.max_tokens;
            decision.outcome = Outcome::Plan(plan);
            return;
        }
        let Some(clauses) = targets::expand(self.tree, self.facts, routing) else {
            decision.outcome = Outcome::Refused(Refusal::ModelNotFound);
            return;
        };
        let eligibility = eligibility::judge(self.tree, self.facts, &guards.requiring, &clauses, tracer);
        decision.skipped = eligibility.skipped_with(&[]);
        match self.plan(route, routing, &clauses, &eligibility, orders, tracer) {
            Some(planned) => {
                decision.skipped = eligibility.skipped_with(&planned.other_vectors);
                decision.max_tokens = guards.max_tokens;
                decision.orders = planned.orders;
                decision.estimated = planned.estimated;
                decision.outcome = Outcome::Plan(planned.plan);
            }
            None if requested_was_taken(routing, &clauses, &eligibility) => {
                decision.outcome = Outcome::Refused(Refusal::ModelNotFound);
            }
            None => {
                decision.outcome = Outcome::Refused(eligibility::refusal(
                    self.tree,
                    self.facts,
                    &guards.requiring,
                    &decision.skipped,
                ));
            }
        }
    }

    /// The plan of a route whose targets are models that all stay.
    fn simple_plan(&self, routing: &Routing, guards: &guards::Reading) -> Option<Plan> {
        if !self.can_be_simple(guards) {
            return None;
        }
        simple::plan(self.tree.policy(), &Needs::of(self.facts), routing)
    }

    /// Whether neither guards nor the space of embeddings can take a target away.
    fn can_be_simple(&self, guards: &guards::Reading) -> bool {
        guards.requiring.is_empty() && !eligibility::asks_for_embeddings(self.facts)
    }

    /// Steps 5 and 6.
    fn plan(
        &self,
        route: &Route,
        routing: &Routing,
        clauses: &[ExpandedClause],
        eligibility: &Eligibility,
        orders: &mut dyn Orders,
        tracer: &mut impl Tracer,
    ) -> Option<Planned> {
        let mut pools = PoolOrders::new(self.facts, self.seed, orders);
        let embeddings = eligibility::asks_for_embeddings(self.facts);
        let mut assembly = Assembly::new(self.tree.policy(), eligibility, embeddings);
        for clause in clauses {
            match (&routing.target, clause.clause) {
                (Target::Split(split), Clause::Target) => {
                    let (arms, facts, seed) = (&clause.choices, self.facts, self.seed);
                    let arm = split::draw(route, split, arms, eligibility, facts, seed, tracer);
                    assembly.add(clause.on, arm, &mut pools, tracer);
                }
                (Target::Hedge(hedge), Clause::Target) => {
                    assembly.add_hedge(clause.on, &clause.choices, hedge.after, &mut pools, tracer);
                }
                _ => assembly.add(clause.on, &clause.choices, &mut pools, tracer),
            }
        }
        assembly.finish(pools)
    }
}

/// Whether the route leads to the model asked for, and guards take that from the caller.
fn requested_was_taken(routing: &Routing, clauses: &[ExpandedClause], eligibility: &Eligibility) -> bool {
    let asked = clauses.first().and_then(|clause| clause.choices.first());
    matches!(routing.target, Target::Requested(_))
        && asked.is_some_and(|asked| eligibility.taken_by_guards(&asked.members))
}
