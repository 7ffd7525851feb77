//! All requests of some callers that are decided otherwise: one is sought, the region around it is named and kept out,
//! and so on until there is none.

use super::super::atom::Atom;
use super::super::formula::{Formula, Formulas, Node};
use super::super::patience::Patience;
use super::super::query::{Answer, Query};
use super::super::space::Space;
use super::callers::Scope;
use super::class::Class;
use super::cube::{self, Demands};
use super::example::{self, Example, Inside, Others};
use super::holds::Held;
use super::joint::Joint;
use super::met::Met;
use super::place::Place;
use super::rules::{self, Rules};
use super::suspects;
use super::verdict::{Draws, Verdict};
use crate::facts::{Definition, FactId, Facts, Type};
use crate::tree::{Tree, text_of};
use std::collections::BTreeSet;

/// Most regions that are told for one set of callers.
const MAX_REGIONS: usize = 256;

/// Most requests that are looked at for one set of callers.
const MAX_REQUESTS: usize = 4_000;

/// Most callers of whom each may be looked at by itself.
const MAX_CALLERS: usize = 64;

/// The draws that are settled, by themselves and together.
const DRAWS: [Draws; 3] = [
    Draws {
        split: true,
        sticky: false,
    },
    Draws {
        split: false,
        sticky: true,
    },
    Draws::ALL,
];

/// Requests that are decided otherwise, all of them alike.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Which requests.
    pub(super) place: Place,
    /// The rules that decide, in the old policy and in the new.
    pub(super) classes: (Class, Class),
    pub(super) from: Verdict,
    pub(super) to: Verdict,
    pub(super) example: Example,
}

/// What came of a walk.
#[derive(Clone, Debug, Default)]
pub(super) struct Walked {
    pub(super) found: Vec<Found>,
    /// Whether there may be more.
    pub(super) more: bool,
    /// Conditions that were not looked into and may decide about more.
    pub(super) unseen: BTreeSet<String>,
}

/// Finds the requests of a scope's callers that are decided otherwise.
pub(super) fn walk(old: &Tree, new: &Tree, scope: &Scope, patience: &dyn Patience) -> Walked {
    let Ok(joint) = Joint::new(old, new, scope) else {
        // Each of the conditions was within bounds before.
        return Walked {
            more: true,
            ..Walked::default()
        };
    };
    let mut space = Space::new(&joint.tree);
    space.links.keep(|fact| joint.is_read_by_both(fact));
    let (before, now) = rules::both(&joint, &mut space);
    let suspicion = suspects::suspicion(&before, &now, &mut space.formulas);
    let mut walked = Walked::default();
    if suspicion == Formulas::FALSE {
        return walked;
    }
    let mut walk = Walk {
        joint: &joint,
        before: &before,
        now: &now,
        query: Query::new(&mut space, patience),
        demands: Demands::default(),
        sought: Vec::new(),
        patience,
        blocked: Vec::new(),
        several: scope.names.len() > 1,
    };
    let first = walk.query.demand(suspicion);
    walk.sought.push(first);
    walk.run(suspicion, &mut walked);
    walked
}

struct Walk<'w, 's, 't> {
    joint: &'w Joint<'t>,
    before: &'w Rules<'w, 't>,
    now: &'w Rules<'w, 't>,
    query: Query<'s, 'w, 'w>,
    demands: Demands,
    /// The numbers of the demands that a request shall meet.
    sought: Vec<usize>,
    patience: &'w dyn Patience,
    /// What was kept out.
    blocked: Vec<Formula>,
    /// Whether the caller stands for others of other names.
    several: bool,
}

impl Walk<'_, '_, '_> {
    fn run(&mut self, suspicion: Formula, walked: &mut Walked) {
        for _ in 0..MAX_REQUESTS {
            if walked.found.len() >= MAX_REGIONS {
                break;
            }
            let facts = match self.query.answer_of(&self.sought) {
                Answer::Contradiction(_) => return,
                Answer::Unknown => break,
                Answer::Request(facts) => {
                    let chosen = self.query.chosen_unseen();
                    let facts = self.query.settled_of(facts, &self.sought);
                    let all = self.joint.completed(&facts);
                    if self.is_new(&all, suspicion) {
                        all
                    } else {
                        // What is not looked into comes out otherwise than the solver chose.
                        walked.more = true;
                        self.note(&chosen, &mut walked.unseen);
                        if !self.keep_out(&chosen) {
                            return;
                        }
                        continue;
                    }
                }
            };
            if !self.take(&facts, walked) {
                walked.more = true;
                return;
            }
        }
        walked.more = true;
    }

    /// Whether a request is one of those sought.
    fn is_new(&self, facts: &Facts, suspicion: Formula) -> bool {
        let mut held = Held::new(&self.joint.tree, facts);
        let space = &self.query.space;
        let mut holds = |formula| held.holds(formula, &space.formulas, &space.encoder);
        holds(suspicion) && !self.blocked.iter().any(|blocked| holds(*blocked))
    }

    /// Keeps out what the solver chose for the parts that are not looked into; whether there are such.
    fn keep_out(&mut self, chosen: &[(Formula, bool)]) -> bool {
        let mut all = Vec::with_capacity(chosen.len());
        for (formula, holds) in chosen {
            all.push(if *holds {
                *formula
            } else {
                self.query.space.formulas.not(*formula)
            });
        }
        let all = self.query.space.formulas.and(all);
        if all == Formulas::TRUE {
            return false;
        }
        let number = self.query.forbid(all);
        self.sought.push(number);
        true
    }

    /// Notes the conditions that are not looked into.
    fn note(&self, chosen: &[(Formula, bool)], unseen: &mut BTreeSet<String>) {
        let space = &self.query.space;
        for (formula, _) in chosen {
            if let Node::Atom(id) = space.formulas.node(*formula)
                && let Some(Atom::Opaque(text)) = space.formulas.atom_of(*id)
                && let Some(part) = space.encoder.unseen(text)
            {
                unseen.insert(text_of(&part.part, self.joint.tree.policy()));
            }
        }
    }

    fn block(&mut self, formula: Formula) {
        let number = self.query.forbid(formula);
        self.sought.push(number);
        self.blocked.push(formula);
    }

    /// Takes a request in; false where that cannot be done.
    fn take(&mut self, facts: &Facts, walked: &mut Walked) -> bool {
        let rules = [self.before, self.now];
        let mut met = Met::new(rules, facts, &mut self.query.space.formulas);
        let region = met.region(&mut self.query.space.formulas);
        let mut held = Held::new(&self.joint.tree, facts);
        let space = &self.query.space;
        if !held.holds(region, &space.formulas, &space.encoder) {
            return false;
        }
        if met.is_alike() {
            self.block(region);
            return true;
        }
        let around = cube::around(&mut self.query, &mut self.demands, &[], region, &mut held);
        let Some(cube) = around else {
            return false;
        };
        let formula = cube::formula(&mut self.query, &cube);
        if let Some(alike) = self.settle(&mut met, formula) {
            self.block(alike);
            return true;
        }
        let (example, others) = self.example(&met, formula);
        if !example.reproduced
            && others == Others::None
            && met.settled(Draws::ALL).is_alike()
            && let Some(same) = self.same_draw(&met, Draws::ALL)
        {
            let formula = self.query.space.formulas.and([formula, same]);
            self.block(formula);
            return true;
        }
        let place = Place::of(self.query.space, self.joint, &cube);
        self.block(formula);
        let [was, is] = met.sides;
        walked.found.push(Found {
            place,
            classes: (was.class, is.class),
            from: was.verdict,
            to: is.verdict,
            example,
        });
        true
    }

    /// Settles what is the same for all requests of a region; where nothing then changes, or not for those that are drawn as
    /// the one at hand is and one of few, what holds of these.
    fn settle(&mut self, met: &mut Met<'_, '_>, region: Formula) -> Option<Formula> {
        let priced = met.priced();
        if priced.differs_from(met)
            && let Some(same) = met.cheapest_alike(&mut self.query.space.formulas)
        {
            if priced.is_alike() {
                return Some(self.query.space.formulas.and([region, same]));
            }
            if self.implies(region, same) {
                *met = priced;
            }
        }
        for draws in DRAWS {
            let Some(same) = self.same_draw(met, draws) else {
                continue;
            };
            let settled = met.settled(draws);
            let implied = self.implies(region, same);
            if settled.is_alike() && (implied || self.has_few_draws(met, draws)) {
                return Some(self.query.space.formulas.and([region, same]));
            }
            if implied {
                *met = settled;
            }
        }
        None
    }

    /// What holds of the requests that draw the very same in both policies; `None` where nothing is drawn so, or that is not
    /// said.
    fn same_draw(&mut self, met: &Met<'_, '_>, draws: Draws) -> Option<Formula> {
        let same: Option<Vec<Formula>> = met.keys(draws).map(|key| key.same).collect();
        let mut same = same.filter(|same| !same.is_empty() && !self.several)?;
        let formulas = &mut self.query.space.formulas;
        same.push(met.cheapest_alike(formulas)?);
        Some(formulas.and(same))
    }

    /// Whether there are so few values to draw by that each may be looked at.
    fn has_few_draws(&self, met: &Met<'_, '_>, draws: Draws) -> bool {
        let space = &self.query.space;
        let few_callers = match space.tenants.closed() {
            true => space.policy.tenants.len() <= MAX_CALLERS,
            false => self.joint.old.caller.is_some(),
        };
        let few = |fact: FactId| {
            let definition = space.policy.facts.get(fact);
            let small = |known: &Definition| known.one_of.is_some() || known.ty == Type::Bool;
            space.tenants.closed() && space.tenants.says(fact) || definition.is_some_and(small)
        };
        let mut keys = met.keys(draws);
        few_callers && keys.all(|key| key.given.is_none_or(few))
    }

    /// Whether a formula holds of every request of which another does.
    fn implies(&mut self, formula: Formula, other: Formula) -> bool {
        let opposite = self.query.space.formulas.not(other);
        let all = [formula, opposite].map(|formula| self.demands.of(formula, &mut self.query));
        matches!(self.query.answer_of(&all), Answer::Contradiction(_))
    }

    /// The request as an example, or one of the same region that draws otherwise.
    fn example(&self, met: &Met<'_, '_>, region: Formula) -> (Example, Others) {
        let inside = |facts: &Facts| {
            let all = self.joint.completed(facts);
            let mut held = Held::new(&self.joint.tree, &all);
            if !held.holds(region, &self.query.space.formulas, &self.query.space.encoder) {
                return Inside::Not;
            }
            match met.is_alike_for(facts) {
                true => Inside::Alike,
                false => Inside::Otherwise,
            }
        };
        let keys = met.drawn_by();
        let rules = (self.before, self.now);
        example::of(rules, self.query.space, met.facts, &keys, self.patience, inside)
    }
}
