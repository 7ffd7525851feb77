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
use super::draw::Key;
use super::example::{self, Example, Others};
use super::holds::Held;
use super::joint::Joint;
use super::place::Place;
use super::rules;
use super::suspects;
use super::verdict::Verdict;
use crate::facts::{FactId, Facts};
use crate::tree::{Tree, text_of};
use std::collections::BTreeSet;

/// Most regions that are told for one set of callers.
const MAX_REGIONS: usize = 256;

/// Most requests that are looked at for one set of callers.
const MAX_REQUESTS: usize = 4_000;

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
    before: &'w rules::Rules<'w, 't>,
    now: &'w rules::Rules<'w, 't>,
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
        let seen = (self.before.half.seen(facts), self.now.half.seen(facts));
        let classes = (Class::of(self.before, &seen.0), Class::of(self.now, &seen.1));
        let formulas = &mut self.query.space.formulas;
        let keys = (
            Key::of(self.before, &classes.0, facts, formulas),
            Key::of(self.now, &classes.1, facts, formulas),
        );
        let mut all = vec![
            classes.0.formula(self.before, formulas),
            classes.1.formula(self.now, formulas),
        ];
        all.extend([&keys.0, &keys.1].into_iter().flatten().map(|key| key.alike));
        let region = formulas.and(all);
        let mut held = Held::new(&self.joint.tree, facts);
        let space = &self.query.space;
        if !held.holds(region, &space.formulas, &space.encoder) {
            return false;
        }
        let mut from = Verdict::of(self.before, &classes.0, keys.0.as_ref());
        let mut to = Verdict::of(self.now, &classes.1, keys.1.as_ref());
        if from == to {
            self.block(region);
            return true;
        }
        let around = cube::around(&mut self.query, &mut self.demands, &[], region, &mut held);
        let Some(cube) = around else {
            return false;
        };
        let formula = cube::formula(&mut self.query, &cube);
        let settled = (from.settled(self.before, &seen.0), to.settled(self.now, &seen.1));
        let same = self.same_draw([&keys.0, &keys.1]);
        let fixed = same.is_some_and(|same| self.implies(formula, same));
        if fixed {
            (from, to) = settled.clone();
            if from == to {
                self.block(formula);
                return true;
            }
        }
        let given = [&keys.0, &keys.1].into_iter().flatten().find_map(|key| key.given);
        let (example, others) = self.example(facts, given.filter(|_| !fixed), formula);
        if !example.reproduced
            && settled.0 == settled.1
            && let (Some(same), Others::None) = (same, others)
        {
            let formula = self.query.space.formulas.and([formula, same]);
            self.block(formula);
            return true;
        }
        let place = Place::of(self.query.space, self.joint, &cube);
        self.block(formula);
        walked.found.push(Found {
            place,
            classes,
            from,
            to,
            example,
        });
        true
    }

    /// What holds of the requests that draw the very same in both policies; `None` where no split is drawn, or that is
    /// not said.
    fn same_draw(&mut self, keys: [&Option<Key>; 2]) -> Option<Formula> {
        let same: Option<Vec<Formula>> = keys.into_iter().flatten().map(|key| key.same).collect();
        let same = same.filter(|same| !same.is_empty() && !self.several)?;
        Some(self.query.space.formulas.and(same))
    }

    /// Whether a formula holds of every request of which another does.
    fn implies(&mut self, formula: Formula, other: Formula) -> bool {
        let opposite = self.query.space.formulas.not(other);
        let all = [formula, opposite].map(|formula| self.demands.of(formula, &mut self.query));
        matches!(self.query.answer_of(&all), Answer::Contradiction(_))
    }

    /// The request as an example, or one of the same region that draws otherwise.
    fn example(&self, facts: &Facts, key: Option<FactId>, region: Formula) -> (Example, Others) {
        let inside = |facts: &Facts| {
            let all = self.joint.completed(facts);
            let mut held = Held::new(&self.joint.tree, &all);
            held.holds(region, &self.query.space.formulas, &self.query.space.encoder)
        };
        let rules = (self.before, self.now);
        example::of(rules, self.query.space, facts, key, self.patience, inside)
    }
}
