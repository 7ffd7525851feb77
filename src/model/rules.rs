//! Guards and routes.

use super::catalog::{ModelId, Named};
use super::content::Content;
use super::expression::Expression;
use super::failure::ClassSet;
use super::policy::{Commit, Retry, Timeouts};
use crate::facts::FactId;
use crate::quantity::Share;
use crate::source::Span;
use std::time::Duration;

/// Index of a guard in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuardId(pub u32);

/// Index of a route in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteId(pub u32);

/// A refusal as the policy words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// HTTP status, 400 to 599.
    pub status: u16,
    /// What the client is told.
    pub message: String,
}

/// What a guard does to the requests that it matches.
#[derive(Clone, Debug, PartialEq)]
pub enum GuardEffect {
    /// Refuses them.
    Deny(Denial),
    /// Keeps only the targets for which it is true.
    Require(Expression),
    /// Lowers the caps on completion tokens to this number.
    MaxTokensAtMost(i64),
    /// Keeps what was said out of records, whatever their routes say.
    NoContent,
}

/// A rule that holds for every attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Guard {
    /// The policy's name of the guard.
    pub name: String,
    /// Which requests it matches; `None` matches all.
    pub when: Option<Expression>,
    /// What it does, one or more.
    pub effects: Vec<GuardEffect>,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// A rule that picks targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// The policy's name of the route.
    pub name: String,
    /// Which requests it matches; `None` only for the last route.
    pub when: Option<Expression>,
    /// What it does with them.
    pub action: RouteAction,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// What a route does.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteAction {
    /// Refuses.
    Deny(Denial),
    /// Sends to targets.
    Send(Box<Routing>),
}

/// Where a route sends requests and how attempts are made.
#[derive(Clone, Debug, PartialEq)]
pub struct Routing {
    /// The first choice.
    pub target: Target,
    /// What follows after failures, as written.
    pub fallbacks: Vec<Fallback>,
    /// Where a copy of some requests goes beside them.
    pub shadow: Option<Shadow>,
    /// Repeats on the same target; `None` takes the defaults.
    pub retry: Option<Retry>,
    /// Timeouts over those of model, provider and defaults.
    pub timeouts: Timeouts,
    /// When bytes reach the client; `None` takes the defaults.
    pub commit: Option<Commit>,
    /// Most attempts of a request; `None` takes the defaults.
    pub attempts: Option<u32>,
    /// What its records hold of what was said; `None` is nothing.
    pub content: Option<Content>,
}

/// A route's `target`.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A model or pool.
    Named(Choice),
    /// The model or pool that the client asked for.
    Requested(Span),
    /// Arms with shares.
    Split(Split),
    /// Two sides that race each other.
    Hedge(Hedge),
}

impl Target {
    /// The models and pools that it names, as written; none for the one that the client asks for.
    pub fn choices(&self) -> Vec<&Choice> {
        match self {
            Target::Named(choice) => vec![choice],
            Target::Requested(_) => Vec::new(),
            Target::Split(split) => split.arms.iter().map(|arm| &arm.choice).collect(),
            Target::Hedge(hedge) => hedge.sides.iter().collect(),
        }
    }
}

/// A model or pool and where its name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is chosen.
    pub named: Named,
    /// Where the policy says so.
    pub span: Span,
}

/// `split by FACT { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// What keeps a caller on one arm.
    pub by: SplitKey,
    /// The arms as written; their shares sum to the whole.
    pub arms: Vec<SplitArm>,
    /// Where the policy says so.
    pub span: Span,
}

/// `hedge [a, b] after 800ms`.
#[derive(Clone, Debug, PartialEq)]
pub struct Hedge {
    /// The side that is tried first, and the one that is tried beside it.
    pub sides: [Choice; 2],
    /// How long the first has for its first content before the second begins.
    pub after: Duration,
    /// Where the policy says so.
    pub span: Span,
}

/// `shadow M 5%`: a copy of a share of requests, whose answer nobody gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadow {
    /// Where the copy goes.
    pub model: ModelId,
    /// How many requests are copied.
    pub share: Share,
    /// Where the policy names the model.
    pub span: Span,
}

/// What a split draws by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitKey {
    /// A fact, as text.
    Fact(FactId),
    /// The request's seed.
    Request,
}

/// One arm of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitArm {
    /// Where the arm leads.
    pub choice: Choice,
    /// How many requests take it.
    pub share: Share,
}

impl SplitArm {
    /// An arm without a share is never drawn, and its targets are none of the route's.
    pub fn can_be_drawn(&self) -> bool {
        self.share != Share::default()
    }
}

/// One `fallback` clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// Its targets as written.
    pub choices: Vec<Choice>,
    /// The failures after which it is taken; `None` takes the defaults' list.
    pub on: Option<ClassSet>,
    /// Where the policy says so.
    pub span: Span,
}
