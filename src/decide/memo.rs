//! Decisions remembered by the class of their requests, for many requests under one policy, as a dry run decides them. The
//! decision is the same as [`decide`] makes: what seeds and orders bear on is never remembered.
//!
//! [`decide`]: super::decide

use super::decision::Decision;
use super::orders::Orders;
use super::steps::{Arms, Matched, Ruled, Steps};
use super::tracer::Unseen;
use crate::facts::{FactId, Facts};
use crate::model::RouteId;
use crate::tree::{Class, Classes, Tree};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Most classes that are remembered.
const MOST: usize = 8_192;

/// Of what is known of the requests of a route, so much is looked through for what a new class of them has too.
const LOOKED_THROUGH: usize = 16;

/// What is known of the requests of a class.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    /// Their decision, whatever the seed and the orders.
    Decision(Box<Decision>),
    /// Their decisions by the arm of a split, whatever the orders.
    Arms(Arms),
    /// Which rules they match.
    Rules(Matched),
}

/// The decisions of one tree that are remembered.
#[derive(Debug)]
pub struct Memo<'t> {
    tree: &'t Tree,
    /// `None` where classes are too many to be of use.
    classes: Option<Classes<'t>>,
    /// For each class that was met where it stands what is known of it.
    places: HashMap<Class, usize, BuildHasherDefault<Folding>>,
    /// What is known of classes. Most share theirs with others, so that it is little, and stays near the processor.
    known: Vec<Known>,
    /// Where it stands by the route that requests take.
    by_route: HashMap<Option<RouteId>, Vec<usize>>,
    /// Requests whose class was known, and those that were decided since nothing more is kept.
    found: u64,
    unknown: u64,
    /// The decision that was made last.
    last: Decision,
}

impl<'t> Memo<'t> {
    /// Nothing is remembered of this tree yet.
    pub fn new(tree: &'t Tree) -> Self {
        Self::of_classes(tree, Classes::of(tree))
    }

    /// The same, for requests that are like this one but for facts of which `varies` is true.
    pub fn like(tree: &'t Tree, facts: &Facts, varies: impl Fn(FactId) -> bool) -> Self {
        Self::of_classes(tree, Classes::of(tree).map(|classes| classes.like(facts, varies)))
    }

    fn of_classes(tree: &'t Tree, classes: Option<Classes<'t>>) -> Self {
        Memo {
            tree,
            classes,
            places: HashMap::default(),
            known: Vec::new(),
            by_route: HashMap::new(),
            found: 0,
            unknown: 0,
            last: Decision::none(),
        }
    }

    /// The decision that [`super::decide`] makes of the same.
    pub fn decide(&mut self, facts: &Facts, seed: u64, orders: &mut dyn Orders) -> &Decision {
        let steps = Steps {
            tree: self.tree,
            facts,
            seed,
        };
        let Some(classes) = &self.classes else {
            self.last = steps.run(orders, &mut Unseen);
            return &self.last;
        };
        let class = classes.class(facts);
        let known = match self.places.get(&class) {
            Some(at) => *at,
            None if self.places.len() < MOST => self.remember(class, &steps),
            None => {
                self.miss();
                self.last = steps.run(orders, &mut Unseen);
                return &self.last;
            }
        };
        self.found += 1;
        let remembered = match self.known.get(known) {
            Some(Known::Decision(decision)) => Some(&**decision),
            Some(Known::Arms(arms)) => steps.decision_by_arm(arms),
            Some(Known::Rules(matched)) => {
                self.last = steps.behind_rules(matched, orders, &mut Unseen);
                return &self.last;
            }
            None => None,
        };
        match remembered {
            Some(decision) => decision,
            // What is remembered is whole, so that nothing leads here.
            None => {
                self.last = steps.run(orders, &mut Unseen);
                &self.last
            }
        }
    }

    /// Keeps what is known of a class from one request of it; where that stands.
    fn remember(&mut self, class: Class, steps: &Steps<'_>) -> usize {
        let known = remembered(steps);
        let alike = self.by_route.entry(known.route()).or_default();
        let same = alike.iter().rev().take(LOOKED_THROUGH).copied();
        let mut same = same.filter(|at| self.known.get(*at) == Some(&known));
        let at = same.next().unwrap_or_else(|| {
            alike.push(self.known.len());
            self.known.push(known);
            self.known.len() - 1
        });
        self.places.insert(class, at);
        at
    }

    /// Counts a class that is not kept. Where most are not, looking for them is given up.
    fn miss(&mut self) {
        self.unknown += 1;
        if self.unknown > MOST as u64 && self.unknown > self.found {
            self.classes = None;
            self.places = HashMap::default();
            self.known = Vec::new();
            self.by_route = HashMap::new();
        }
    }
}

impl Known {
    /// The route that requests take, where they get as far.
    fn route(&self) -> Option<RouteId> {
        match self {
            Known::Decision(decision) => decision.route,
            Known::Arms(arms) => Some(arms.route),
            Known::Rules(matched) => Some(matched.route),
        }
    }
}

/// What is known of a class from one request of it.
fn remembered(steps: &Steps<'_>) -> Known {
    let matched = match steps.by_rules(&mut Unseen) {
        Ruled::Refused(decision) => return Known::Decision(decision),
        Ruled::Matched(matched) => matched,
    };
    if let Some(decision) = steps.plain_decision(&matched) {
        return Known::Decision(Box::new(decision));
    }
    match steps.decisions_by_arm(&matched) {
        Some(arms) => Known::Arms(arms),
        None => Known::Rules(matched),
    }
}

/// Folds words into a hash by multiplications to 128 bits. It is not keyed: a class is no text that somebody chose.
#[derive(Debug, Default)]
struct Folding(u64);

impl Hasher for Folding {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x2d35_8dcc_aa6c_78a5) * 0x9e37_79b9_7f4a_7c15;
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}
