//! The checked policy: every name resolved, every value typed and legal. It knows nothing of how it was written, but
//! for spans, so that what is explained can point into the text.

mod breaker;
mod catalog;
mod content;
mod effective;
mod expression;
mod failure;
mod identity;
mod policy;
mod promise;
mod rules;
mod served;
mod test_case;
pub mod time;

pub use breaker::{Breaker, BreakerRule};
pub use catalog::{
    Capability, Credential, CredentialSource, HealthCheck, Model, ModelId, Named, Obstacle, Pick, Pool,
    PoolId, Price, Protocol, Provider, ProviderId, SimulatedBehaviour, SimulatedFault,
};
pub use content::{Content, Redaction, Sensitive, USUAL_CONTENT};
pub use expression::{Expression, ExpressionKind, Function, LetId, Macro, TargetAttribute, Type};
pub use failure::{ClassSet, FailureClass};
pub use identity::{KeySecret, Tenant, TenantId, TenantKey};
pub use policy::{Commit, Defaults, Let, Policy, Retry, Timeouts, Tokenizer};
pub use promise::{Assert, AssertId, Assume, AssumeId, AttemptAttribute};
pub use rules::{
    Choice, Denial, Fallback, Guard, GuardEffect, GuardId, Hedge, Route, RouteAction, RouteId, Routing,
    Shadow, Split, SplitArm, SplitKey, Target,
};
pub use served::{Served, glob_fits};
pub use test_case::{Expectation, ExpectationKind, Failing, Given, Membership, TestCase, TestId};

#[cfg(test)]
mod tests;
