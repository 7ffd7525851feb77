//! The requests of one policy: its rules as formulas over what a request can be.

use super::atom::{Atom, NumberSubject, TextSubject};
use super::encode::{Attempt, Encoder, Surroundings};
use super::formula::{Formula, Formulas};
use super::links::Links;
use super::tenants::Tenants;
use super::text::TextTest;
use super::text::TextTheory;
use crate::facts::{Builtin, Demand, Demands, Facts};
use crate::model::{AssumeId, Capability, Expression, Guard, GuardEffect, GuardId, ModelId, Policy, RouteId};
use crate::tree::Tree;

/// What `api` is of a request for embeddings: all targets of its plan share their vectors with the first.
const EMBEDDINGS: &str = "embeddings";

/// What `api` can be.
const APIS: [&str; 4] = ["chat", "responses", "messages", EMBEDDINGS];

/// What proofs over one policy share: everything is encoded once.
#[derive(Debug)]
pub(super) struct Space<'a> {
    pub(super) tree: &'a Tree,
    pub(super) policy: &'a Policy,
    pub(super) formulas: Formulas,
    pub(super) encoder: Encoder<'a>,
    pub(super) tenants: Tenants<'a>,
    pub(super) texts: TextTheory,
    pub(super) links: Links,
    /// What was demanded of the request that was last sought in vain since parts of it are not looked into.
    pub(super) doubted: Vec<Formula>,
    routes: Vec<Option<Formula>>,
    guards: Vec<Option<Formula>>,
    assumes: Vec<Option<Formula>>,
    admitted: Vec<Option<Formula>>,
    capable: Vec<Option<Formula>>,
}

impl<'a> Space<'a> {
    /// The space of a policy, in which nothing is encoded yet.
    pub(super) fn new(tree: &'a Tree) -> Self {
        let policy = tree.policy();
        Space {
            tree,
            policy,
            formulas: Formulas::new(),
            encoder: Encoder::new(policy),
            tenants: Tenants::new(policy),
            texts: TextTheory::default(),
            links: Links::new(policy),
            doubted: Vec::new(),
            routes: vec![None; policy.routes.len()],
            guards: vec![None; policy.guards.len()],
            assumes: vec![None; policy.assumes.len()],
            admitted: vec![None; policy.models.len()],
            capable: vec![None; policy.models.len()],
        }
    }

    /// A condition over facts.
    pub(super) fn condition(&mut self, condition: &Expression) -> Formula {
        self.encoder
            .condition(condition, Surroundings::default(), &mut self.formulas)
    }

    /// A condition over facts and a target.
    pub(super) fn of_target(&mut self, condition: &Expression, target: ModelId) -> Formula {
        let surroundings = Surroundings {
            target: Some(target),
            attempt: None,
        };
        self.encoder
            .condition(condition, surroundings, &mut self.formulas)
    }

    /// A condition over facts, a target and an attempt at it.
    pub(super) fn of_attempt(
        &mut self,
        condition: &Expression,
        target: ModelId,
        attempt: &Attempt,
    ) -> Formula {
        let surroundings = Surroundings {
            target: Some(target),
            attempt: Some(attempt),
        };
        self.encoder
            .condition(condition, surroundings, &mut self.formulas)
    }

    /// Whether a route's `when` holds.
    pub(super) fn route(&mut self, id: RouteId) -> Formula {
        let index = id.0 as usize;
        if let Some(Some(known)) = self.routes.get(index) {
            return *known;
        }
        let policy = self.policy;
        let Some(route) = policy.route(id) else {
            return Formulas::FALSE;
        };
        let formula = route
            .when
            .as_ref()
            .map_or(Formulas::TRUE, |when| self.condition(when));
        remember(&mut self.routes, index, formula)
    }

    /// Whether a guard's `when` holds.
    pub(super) fn guard(&mut self, id: GuardId) -> Formula {
        let index = id.0 as usize;
        if let Some(Some(known)) = self.guards.get(index) {
            return *known;
        }
        let policy = self.policy;
        let Some(guard) = policy.guard(id) else {
            return Formulas::FALSE;
        };
        let formula = guard
            .when
            .as_ref()
            .map_or(Formulas::TRUE, |when| self.condition(when));
        remember(&mut self.guards, index, formula)
    }

    /// Whether an assumption holds.
    pub(super) fn assume(&mut self, id: AssumeId) -> Formula {
        let index = id.0 as usize;
        if let Some(Some(known)) = self.assumes.get(index) {
            return *known;
        }
        let policy = self.policy;
        let Some(assume) = policy.assume(id) else {
            return Formulas::TRUE;
        };
        let formula = self.condition(&assume.that);
        remember(&mut self.assumes, index, formula)
    }

    /// Whether no guard's `require` removes a model.
    pub(super) fn admitted(&mut self, model: ModelId) -> Formula {
        let index = model.0 as usize;
        if let Some(Some(known)) = self.admitted.get(index) {
            return *known;
        }
        let policy = self.policy;
        let mut all = Vec::new();
        for (id, guard) in guards(policy) {
            for effect in &guard.effects {
                if let GuardEffect::Require(require) = effect {
                    let holds = self.of_target(require, model);
                    let when = self.guard(id);
                    let not = self.formulas.not(when);
                    all.push(self.formulas.or([not, holds]));
                }
            }
        }
        let formula = self.formulas.and(all);
        remember(&mut self.admitted, index, formula)
    }

    /// Whether a model can take the request: its capabilities, its context window and its protocol.
    pub(super) fn capable(&mut self, model: ModelId) -> Formula {
        let index = model.0 as usize;
        if let Some(Some(known)) = self.capable.get(index) {
            return *known;
        }
        let all = [self.skilled(model), self.wide(model), self.spoken(model)];
        let formula = self.formulas.and(all);
        remember(&mut self.capable, index, formula)
    }

    /// Whether a model can do what the request asks for.
    pub(super) fn skilled(&mut self, model: ModelId) -> Formula {
        let policy = self.policy;
        let Some(found) = policy.model(model) else {
            return Formulas::FALSE;
        };
        let lacks = |word: Capability| found.can.as_ref().is_some_and(|words| !words.contains(&word));
        let mut all = Vec::new();
        for (word, fact) in [
            (Capability::Tools, Builtin::Tools),
            (Capability::Vision, Builtin::Images),
        ] {
            if lacks(word) {
                all.push(self.at_most(fact, 0));
            }
        }
        if lacks(Capability::Json) {
            let asked = self.formulas.atom(Atom::Flag(Builtin::Json.into()));
            all.push(self.formulas.not(asked));
        }
        if lacks(Capability::Embeddings) {
            let asked = embeddings(&mut self.formulas);
            all.push(self.formulas.not(asked));
        }
        self.formulas.and(all)
    }

    /// Whether the protocol of a model's provider has the endpoint that the request calls.
    pub(super) fn spoken(&mut self, model: ModelId) -> Formula {
        let found = self.policy.model(model);
        let provider = found.and_then(|model| self.policy.provider(model.provider));
        match provider {
            Some(provider) if provider.protocol.obstacle(EMBEDDINGS, Demands::NONE).is_some() => {
                let asked = embeddings(&mut self.formulas);
                self.formulas.not(asked)
            }
            _ => Formulas::TRUE,
        }
    }

    /// Whether the protocol of a model's provider can express what the request asks for beyond what every protocol has;
    /// requests that pass without translation it can.
    pub(super) fn expressed(&mut self, model: ModelId) -> Formula {
        let policy = self.policy;
        let found = policy.model(model);
        let Some(provider) = found.and_then(|model| policy.provider(model.provider)) else {
            return Formulas::TRUE;
        };
        let protocol = &provider.protocol;
        let beyond = |demand: &Demand| {
            APIS.iter()
                .any(|api| protocol.obstacle(api, Demands::from_iter([*demand])).is_some())
        };
        let beyond: Vec<Demand> = Demand::ALL.into_iter().filter(beyond).collect();
        if beyond.is_empty() {
            return Formulas::TRUE;
        }
        let native = APIS.iter().filter(|api| protocol.is_native(api));
        let native: Vec<String> = native.map(|api| (*api).to_owned()).collect();
        let native = self.one_of(Builtin::Api, native);
        let mut none = Vec::with_capacity(beyond.len());
        for demand in beyond {
            let asked = self.formulas.atom(Atom::Demand(demand));
            none.push(self.formulas.not(asked));
        }
        let none = self.formulas.and(none);
        self.formulas.or([native, none])
    }

    /// Whether a model's context window is wide enough for the request.
    pub(super) fn wide(&mut self, model: ModelId) -> Formula {
        let window = self.policy.model(model).map(|found| found.context);
        match window {
            None => Formulas::FALSE,
            Some(None) => Formulas::TRUE,
            Some(Some(window)) => self.at_most(Builtin::Tokens, i64::try_from(window).unwrap_or(i64::MAX)),
        }
    }

    /// Whether a model stays in the plan of a request that may lead to it.
    pub(super) fn eligible(&mut self, model: ModelId) -> Formula {
        let (admitted, capable) = (self.admitted(model), self.capable(model));
        self.formulas.and([admitted, capable])
    }

    /// Whether a string fact is one of these.
    pub(super) fn one_of(&mut self, fact: Builtin, words: Vec<String>) -> Formula {
        let subject = TextSubject::Fact(fact.into());
        let mut any = Vec::with_capacity(words.len());
        for word in words {
            any.push(
                self.formulas
                    .atom(Atom::Text(subject.clone(), TextTest::Equals(word))),
            );
        }
        self.formulas.or(any)
    }

    fn at_most(&mut self, fact: Builtin, bound: i64) -> Formula {
        let subject = NumberSubject::Fact(fact.into());
        if super::range::of(&subject, self.policy).most <= bound {
            return Formulas::TRUE;
        }
        self.formulas.atom(Atom::AtMost(subject, bound))
    }
}

/// That a request asks for embeddings.
pub(super) fn embeddings(formulas: &mut Formulas) -> Formula {
    let subject = TextSubject::Fact(Builtin::Api.into());
    formulas.atom(Atom::Text(subject, TextTest::Equals(EMBEDDINGS.to_owned())))
}

/// Whether a request asks for embeddings.
pub(super) fn asks_for_embeddings(facts: &Facts) -> bool {
    facts.string(Builtin::Api.into()) == EMBEDDINGS
}

fn remember(known: &mut [Option<Formula>], index: usize, formula: Formula) -> Formula {
    if let Some(slot) = known.get_mut(index) {
        *slot = Some(formula);
    }
    formula
}

/// All guards with their ids, in policy order.
pub(super) fn guards(policy: &Policy) -> impl Iterator<Item = (GuardId, &Guard)> {
    (0u32..).map(GuardId).zip(&policy.guards)
}

/// All routes' ids, in policy order.
pub(super) fn routes(policy: &Policy) -> impl Iterator<Item = RouteId> + use<> {
    (0..u32::try_from(policy.routes.len()).unwrap_or(u32::MAX)).map(RouteId)
}

/// Whether a guard refuses the requests that it matches.
pub(super) fn denies(guard: &Guard) -> bool {
    guard
        .effects
        .iter()
        .any(|effect| matches!(effect, GuardEffect::Deny(_)))
}
