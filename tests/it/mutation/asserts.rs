//! Asserts held against attempts of requests that are tried; no proof has a hand in it.

use crate::support::decisions::decided;
use crate::support::requests::Request;
use pointsman::decide::Outcome;
use pointsman::facts::{FactId, Facts, Value};
use pointsman::model::{Expression, ExpressionKind, ModelId};
use pointsman::tree::Tree;
use std::collections::HashMap;

/// The asserts of a policy, held against attempts by the interpreter of conditions alone. Those that speak of an attempt's
/// place in its plan are left out: the interpreter knows no place.
pub(super) struct Asserts<'t> {
    tree: &'t Tree,
    /// Outcomes by condition, target and the values of the facts that the condition reads.
    known: HashMap<(*const Expression, Option<ModelId>, String), bool>,
}

impl<'t> Asserts<'t> {
    /// Those of a policy.
    pub(super) fn new(tree: &'t Tree) -> Self {
        Asserts {
            tree,
            known: HashMap::new(),
        }
    }

    /// One that an attempt of a request breaks.
    pub(super) fn broken_by(&mut self, request: &Request) -> Option<&'t str> {
        let facts = request.facts(self.tree)?;
        let decision = decided(self.tree, &facts, request.seed);
        let Outcome::Plan(plan) = &decision.outcome else {
            return None;
        };
        let mut asserts = self.tree.policy().asserts.iter();
        let broken = asserts.find(|assert| {
            !reads(&assert.that).contains(&Read::Place)
                && assert
                    .when
                    .as_ref()
                    .is_none_or(|when| self.holds(when, &facts, None))
                && !plan
                    .targets
                    .iter()
                    .all(|target| self.holds(&assert.that, &facts, Some(*target)))
        });
        broken.map(|assert| assert.name.as_str())
    }

    fn holds(&mut self, condition: &Expression, facts: &Facts, target: Option<ModelId>) -> bool {
        let read = reads(condition);
        let values: Vec<Option<&Value>> = match read.contains(&Read::Binding) {
            true => self
                .tree
                .policy()
                .facts
                .definitions()
                .map(|(id, _)| facts.get(id))
                .collect(),
            false => read
                .iter()
                .map(|read| {
                    if let Read::Fact(id) = read {
                        facts.get(*id)
                    } else {
                        None
                    }
                })
                .collect(),
        };
        let key = (std::ptr::from_ref(condition), target, format!("{values:?}"));
        let tree = self.tree;
        *self
            .known
            .entry(key)
            .or_insert_with(|| tree.interpret(condition, facts, target).unwrap())
    }
}

/// What a condition reads beside the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    Fact(FactId),
    Binding,
    Place,
}

fn reads(condition: &Expression) -> Vec<Read> {
    match condition.kind {
        ExpressionKind::Fact(id) => vec![Read::Fact(id)],
        ExpressionKind::Let(_) => vec![Read::Binding],
        ExpressionKind::Attempt(_) => vec![Read::Place],
        _ => condition.children().into_iter().flat_map(reads).collect(),
    }
}
