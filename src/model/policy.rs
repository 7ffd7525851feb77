//! The whole checked policy and what holds where a rule says nothing.

use super::breaker::Breaker;
use super::catalog::{Model, ModelId, Named, Pick, Pool, PoolId, Provider, ProviderId};
use super::expression::{Expression, LetId};
use super::failure::{ClassSet, FailureClass};
use super::identity::{Tenant, TenantId};
use super::promise::{Assert, AssertId, Assume, AssumeId};
use super::rules::{Guard, GuardId, Route, RouteId};
use super::served::Served;
use super::test_case::{TestCase, TestId};
use crate::facts::Register;
use crate::source::Span;
use std::time::Duration;

/// The bounds on an attempt's phases and on a request; `None` leaves the next wider setting in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// To an open connection.
    pub connect: Option<Duration>,
    /// From the attempt's start to the answer's headers.
    pub headers: Option<Duration>,
    /// From the attempt's start to the first content.
    pub first_token: Option<Duration>,
    /// Between two pieces of an answer.
    pub idle: Option<Duration>,
    /// From the request's arrival to its last byte.
    pub total: Option<Duration>,
}

impl Timeouts {
    /// These timeouts where they are set, else those of `wider`.
    #[must_use]
    pub fn over(self, wider: Timeouts) -> Timeouts {
        Timeouts {
            connect: self.connect.or(wider.connect),
            headers: self.headers.or(wider.headers),
            first_token: self.first_token.or(wider.first_token),
            idle: self.idle.or(wider.idle),
            total: self.total.or(wider.total),
        }
    }
}

/// Repeats on the same target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How many repeats of one target.
    pub count: u32,
    /// After which failures.
    pub on: ClassSet,
}

/// Until when an answer is held back, so that a failure can still be rescued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// Until the first event with content.
    FirstContent,
    /// Until so long after the attempt's first content.
    After(Duration),
    /// Until the answer is complete.
    Complete,
}

/// How the tokens of a request are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tokenizer {
    /// By an estimate.
    #[default]
    Estimate,
    /// Exactly, by OpenAI's `o200k_base`.
    O200k,
    /// Exactly, by OpenAI's `cl100k_base`.
    Cl100k,
}

/// What holds where route, model and provider say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// The failures after which a fallback without `on` is taken.
    pub fallback_on: ClassSet,
    /// Repeats on the same target.
    pub retry: Retry,
    /// Most attempts of one request, all together.
    pub attempts: u32,
    /// All timeouts, each of them set.
    pub timeouts: Timeouts,
    /// When an answer is committed.
    pub commit: Commit,
    /// Most bytes held back before the commit.
    pub hold: usize,
    /// The circuit breakers of targets.
    pub breaker: Breaker,
    /// How tokens are counted.
    pub tokenizer: Tokenizer,
}

impl Default for Defaults {
    fn default() -> Self {
        use FailureClass as Class;
        Defaults {
            fallback_on: [
                Class::Connect,
                Class::TimeoutHeaders,
                Class::TimeoutFirstToken,
                Class::TimeoutIdle,
                Class::TimeoutTotal,
                Class::RateLimit,
                Class::Quota,
                Class::Overload,
                Class::Server,
                Class::Auth,
                Class::ContextLength,
                Class::Empty,
                Class::Truncated,
            ]
            .into_iter()
            .collect(),
            retry: Retry {
                count: 1,
                on: [Class::Connect, Class::RateLimit, Class::Overload, Class::Server]
                    .into_iter()
                    .collect(),
            },
            attempts: 5,
            timeouts: Timeouts {
                connect: Some(Duration::from_secs(5)),
                headers: Some(Duration::from_secs(60)),
                first_token: Some(Duration::from_secs(120)),
                idle: Some(Duration::from_secs(60)),
                total: Some(Duration::from_secs(600)),
            },
            commit: Commit::FirstContent,
            hold: 8_000_000,
            breaker: Breaker::DEFAULT,
            tokenizer: Tokenizer::Estimate,
        }
    }
}

/// A `let`.
#[derive(Clone, Debug, PartialEq)]
pub struct Let {
    /// The name.
    pub name: String,
    /// What it stands for; refers only to `let`s of lower index.
    pub value: Expression,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// A policy that loads: what the checker makes of its files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// All facts.
    pub facts: Register,
    /// Named expressions, each after those that it refers to.
    pub lets: Vec<Let>,
    /// Where models are served.
    pub providers: Vec<Provider>,
    /// What requests can be sent to.
    pub models: Vec<Model>,
    /// Models behind one name.
    pub pools: Vec<Pool>,
    /// The callers; empty where the policy is open to everyone.
    pub tenants: Vec<Tenant>,
    /// Rules for every attempt, in policy order.
    pub guards: Vec<Guard>,
    /// Rules that pick targets, in policy order; the last one matches everything.
    pub routes: Vec<Route>,
    /// What holds for every attempt, in policy order.
    pub asserts: Vec<Assert>,
    /// What holds of every request, in policy order.
    pub assumes: Vec<Assume>,
    /// The tests that the policy holds of itself, in policy order.
    pub tests: Vec<TestCase>,
    /// What holds where nothing else is said.
    pub defaults: Defaults,
    /// The names that clients may ask for.
    pub served: Served,
}

impl Policy {
    /// The provider of this id.
    pub fn provider(&self, id: ProviderId) -> Option<&Provider> {
        self.providers.get(id.0 as usize)
    }

    /// The model of this id.
    pub fn model(&self, id: ModelId) -> Option<&Model> {
        self.models.get(id.0 as usize)
    }

    /// The pool of this id.
    pub fn pool(&self, id: PoolId) -> Option<&Pool> {
        self.pools.get(id.0 as usize)
    }

    /// The tenant of this id.
    pub fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        self.tenants.get(id.0 as usize)
    }

    /// The guard of this id.
    pub fn guard(&self, id: GuardId) -> Option<&Guard> {
        self.guards.get(id.0 as usize)
    }

    /// The route of this id.
    pub fn route(&self, id: RouteId) -> Option<&Route> {
        self.routes.get(id.0 as usize)
    }

    /// The assert of this id.
    pub fn assert(&self, id: AssertId) -> Option<&Assert> {
        self.asserts.get(id.0 as usize)
    }

    /// The assumption of this id.
    pub fn assume(&self, id: AssumeId) -> Option<&Assume> {
        self.assumes.get(id.0 as usize)
    }

    /// The test of this id.
    pub fn test(&self, id: TestId) -> Option<&TestCase> {
        self.tests.get(id.0 as usize)
    }

    /// The `let` of this id.
    pub fn binding(&self, id: LetId) -> Option<&Let> {
        self.lets.get(id.0 as usize)
    }

    /// The policy's name of a model or pool; empty for an id of another policy.
    pub fn name_of(&self, named: Named) -> &str {
        match named {
            Named::Model(id) => self.model(id).map(|model| model.name.as_str()),
            Named::Pool(id) => self.pool(id).map(|pool| pool.name.as_str()),
        }
        .unwrap_or_default()
    }

    /// A pool's `pick` as policies write it.
    pub fn pick_words(&self, pick: Pick) -> String {
        match pick {
            Pick::Sticky(fact) => {
                let name = self.facts.get(fact).map(|definition| definition.name.as_str());
                format!("sticky by {}", name.unwrap_or_default())
            }
            pick => pick.name().to_owned(),
        }
    }

    /// The models that a name stands for, in written order.
    pub fn members(&self, named: Named) -> Vec<ModelId> {
        self.each_member(named).collect()
    }

    /// The models that a name stands for, one by one, in written order.
    pub fn each_member(&self, named: Named) -> impl Iterator<Item = ModelId> {
        let (model, pool) = match named {
            Named::Model(model) => (Some(model), None),
            Named::Pool(pool) => (None, self.pool(pool)),
        };
        let members = pool.into_iter().flat_map(|pool| &pool.members);
        model.into_iter().chain(members.map(|(model, _)| *model))
    }

    /// All models and pools, models first, each in policy order.
    pub fn all_named(&self) -> impl Iterator<Item = Named> {
        let models = (0u32..)
            .zip(&self.models)
            .map(|(index, _)| Named::Model(ModelId(index)));
        let pools = (0u32..)
            .zip(&self.pools)
            .map(|(index, _)| Named::Pool(PoolId(index)));
        models.chain(pools)
    }

    /// The model or pool of this name.
    pub fn find_named(&self, name: &str) -> Option<Named> {
        self.all_named().find(|named| self.name_of(*named) == name)
    }

    /// Every tag that any tenant lists: clients cannot claim these.
    pub fn reserved_tags(&self) -> std::collections::BTreeSet<&str> {
        self.tenants
            .iter()
            .flat_map(|tenant| tenant.tags.iter().map(String::as_str))
            .collect()
    }
}
