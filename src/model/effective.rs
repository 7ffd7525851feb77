//! What holds for the attempts of a route: its own settings over the policy's defaults.

use super::breaker::{Breaker, BreakerRule};
use super::catalog::ModelId;
use super::content::Content;
use super::failure::FailureClass;
use super::policy::{Commit, Policy, Retry, Timeouts};
use super::rules::{GuardEffect, GuardId, RouteAction, RouteId, Routing};

impl Policy {
    /// Where a route sends requests and how; `None` where it denies, or for an id of another policy.
    pub fn routing(&self, route: RouteId) -> Option<&Routing> {
        match &self.route(route)?.action {
            RouteAction::Send(routing) => Some(routing),
            RouteAction::Deny(_) => None,
        }
    }

    /// Repeats on the same target.
    pub fn retry(&self, route: RouteId) -> Retry {
        self.routing(route)
            .and_then(|routing| routing.retry)
            .unwrap_or(self.defaults.retry)
    }

    /// When bytes reach the client.
    pub fn commit(&self, route: RouteId) -> Commit {
        self.routing(route)
            .and_then(|routing| routing.commit)
            .unwrap_or(self.defaults.commit)
    }

    /// Most attempts of a request, all together.
    pub fn attempts(&self, route: RouteId) -> u32 {
        self.routing(route)
            .and_then(|routing| routing.attempts)
            .unwrap_or(self.defaults.attempts)
    }

    /// What the record of a request holds of what was said: what its route says, unless one of the guards that matched
    /// forbids it.
    pub fn content(&self, route: RouteId, guards: &[GuardId]) -> Option<&Content> {
        let content = self.routing(route)?.content.as_ref()?;
        let forbids = |guard: &GuardId| {
            let guard = self.guard(*guard);
            guard.is_some_and(|guard| guard.effects.contains(&GuardEffect::NoContent))
        };
        (!guards.iter().any(forbids)).then_some(content)
    }

    /// The failure that stands for all where one is made up: `server`, or the first of the defaults' list where that
    /// lacks it.
    pub fn standing_failure(&self) -> FailureClass {
        let listed = self.defaults.fallback_on;
        let can_be_rescued = |class: &FailureClass| *class != FailureClass::TimeoutTotal;
        match listed.contains(FailureClass::Server) {
            true => FailureClass::Server,
            false => listed.iter().find(can_be_rescued).unwrap_or(FailureClass::Server),
        }
    }

    /// The timeouts of an attempt at a model: route over model over provider over defaults.
    pub fn timeouts(&self, route: RouteId, model: ModelId) -> Timeouts {
        let model = self.model(model);
        let provider = model.and_then(|model| self.provider(model.provider));
        self.routing(route)
            .map(|routing| routing.timeouts)
            .unwrap_or_default()
            .over(model.map(|model| model.timeouts).unwrap_or_default())
            .over(provider.map(|provider| provider.timeouts).unwrap_or_default())
            .over(self.defaults.timeouts)
    }

    /// The circuit breaker of a target: model over provider over defaults; `None` where there is none.
    pub fn breaker(&self, model: ModelId) -> Option<BreakerRule> {
        let model = self.model(model)?;
        let provider = self.provider(model.provider);
        let breaker = model
            .breaker
            .or(provider.and_then(|provider| provider.breaker))
            .unwrap_or(self.defaults.breaker);
        match breaker {
            Breaker::On(rule) => Some(rule),
            Breaker::Off => None,
        }
    }
}
