//! The end of a request: counted, and handed to the traffic record.

use super::candidate;
use super::content::{Recorded, Saying};
use super::context::Context;
use super::copy;
use super::metrics::InFlight;
use super::shadows::{Copied, Shadow, Shadows};
use super::state::Gateway;
use crate::decide::Decision;
use crate::engine::{self, Report};
use crate::facts::Facts;
use crate::model::{FailureClass, ModelId, Policy, Price};
use crate::quantity::Cost;
use crate::record::{
    Record, RecordedAttempt, RecordedDecision, RecordedFacts, RecordedOutcome, RecordedPass,
    RecordedPropensity, RecordedShadow, Usage, cancelled_cost, cost,
};
use crate::tree::Tree;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// A request that has been observed and is still to be ended. It counts as in flight until it has ended.
pub(super) struct Finish {
    gateway: Arc<Gateway>,
    context: Context,
    in_flight: Option<InFlight>,
    /// The request for the policy beside the served one.
    beside: Option<Arc<candidate::Request>>,
}

/// A request that has been decided and is still to be ended.
pub(super) struct Decided {
    finish: Finish,
    facts: Facts,
    seed: u64,
    decision: Decision,
    /// What is said in it, where that is recorded.
    saying: Option<Box<Saying>>,
}

impl Finish {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        context: Context,
        in_flight: InFlight,
        beside: Option<candidate::Request>,
    ) -> Self {
        Finish {
            gateway,
            context,
            in_flight: Some(in_flight),
            beside: beside.map(Arc::new),
        }
    }

    pub(super) fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    /// The request with its decision and the inputs that it rests on.
    pub(super) fn decided(self, facts: Facts, seed: u64, decision: Decision) -> Decided {
        Decided {
            finish: self,
            facts,
            seed,
            decision,
            saying: None,
        }
    }
}

impl Decided {
    /// The same, with what is said in it to be recorded.
    pub(super) fn saying(mut self, saying: Option<Box<Saying>>) -> Self {
        self.saying = saying;
        self
    }

    /// Ends a request that the decision refused.
    pub(super) fn refuse(self) {
        self.count(RecordedOutcome::Denied.name());
        self.record_later(RecordedOutcome::Denied, None, None);
    }

    /// Whether anybody wants to know what it cost.
    pub(super) fn accounts(&self) -> bool {
        self.finish.gateway.records.is_some() || self.finish.beside.is_some()
    }

    /// The copies of all requests.
    pub(super) fn shadows(&self) -> &Shadows {
        &self.finish.gateway.shadows
    }

    /// Ends a request that was carried out. What was said in it is made fit to be recorded beside other requests.
    pub(super) fn report(mut self, report: Report, shadow: Option<Shadow>) {
        let outcome = self.count_attempts(&report);
        let Some(saying) = self.saying.take() else {
            return self.end(outcome, report, shadow, None);
        };
        let said = saying.end(&self.finish.gateway.contents);
        tokio::spawn(async move {
            let content = said.redacted().await;
            self.end(outcome, report, shadow, Some(content));
        });
    }

    /// Records a request that was carried out. Its record waits for its copy, where it has one, and nothing else does.
    fn end(
        mut self,
        outcome: RecordedOutcome,
        report: Report,
        shadow: Option<Shadow>,
        content: Option<Recorded>,
    ) {
        let Some(shadow) = shadow else {
            return self.record_later(outcome, Some(report), content);
        };
        self.finish.in_flight = None;
        let client_left = report.outcome == engine::Outcome::ClientClosed;
        tokio::spawn(async move {
            let target = shadow.target;
            let tell = |copied: &Copied| {
                let policy = self.policy();
                self.finish
                    .gateway
                    .metrics
                    .shadow(name_of(policy, target), copy::class(copied));
                let shadow = copy::recorded(policy, target, copied);
                self.record(outcome, Some(&report), Some(shadow), content);
            };
            shadow.end(client_left, tell).await;
        });
    }

    /// Counts a request that was carried out, and its attempts.
    fn count_attempts(&self, report: &Report) -> RecordedOutcome {
        let policy = self.policy();
        let unfailed = match report.outcome {
            engine::Outcome::ClientClosed => "client-closed",
            _ => "ok",
        };
        for attempt in &report.attempts {
            let unfailed = if attempt.cancelled { "cancelled" } else { unfailed };
            let class = attempt.class.map_or(unfailed, |class| class.name());
            self.finish
                .gateway
                .metrics
                .attempt(name_of(policy, attempt.target), class, attempt.first_token);
        }
        for (target, _) in &report.passed_over {
            self.finish.gateway.metrics.passed_over(name_of(policy, *target));
        }
        let outcome = match report.outcome {
            engine::Outcome::Ok => RecordedOutcome::Ok,
            engine::Outcome::Failed => RecordedOutcome::Failed,
            engine::Outcome::Truncated => RecordedOutcome::Truncated,
            engine::Outcome::ClientClosed => RecordedOutcome::ClientClosed,
            engine::Outcome::Damaged => RecordedOutcome::Damaged,
        };
        if report.outcome != engine::Outcome::Ok && report.outcome != engine::Outcome::ClientClosed {
            let attempts: Vec<String> = report
                .attempts
                .iter()
                .map(|attempt| shown(policy, attempt))
                .chain(
                    report
                        .passed_over
                        .iter()
                        .map(|(target, _)| format!("{}=open", name_of(policy, *target))),
                )
                .collect();
            tracing::warn!(
                id = self.finish.context.id,
                outcome = outcome.name(),
                attempts = attempts.join(", "),
                "a request has no whole answer"
            );
        }
        self.count(outcome.name());
        outcome
    }

    fn policy(&self) -> &Policy {
        self.finish.context.loaded.tree.policy()
    }

    fn count(&self, outcome: &'static str) {
        let route = self.decision.route.and_then(|route| self.policy().route(route));
        let took = self.finish.context.arrived.elapsed();
        self.finish
            .gateway
            .metrics
            .request(route.map(|route| route.name.as_str()), outcome, took);
        tracing::debug!(
            id = self.finish.context.id,
            route = route.map(|route| route.name.as_str()),
            outcome,
            ms = milliseconds(took),
            "request ended"
        );
    }

    /// Records the request. Where nobody else reads it, the writer's thread puts it into words, so that no request waits
    /// for that. It counts as in flight until it has been handed over.
    fn record_later(mut self, outcome: RecordedOutcome, report: Option<Report>, content: Option<Recorded>) {
        if self.finish.beside.is_some() {
            return self.record(outcome, report.as_ref(), None, content);
        }
        let gateway = Arc::clone(&self.finish.gateway);
        let _in_flight = self.finish.in_flight.take();
        if let Some(writer) = &gateway.records {
            writer.write_later(move || {
                let line = self.line(outcome, report.as_ref(), None);
                match content {
                    Some(content) => content.within(line),
                    None => line,
                }
            });
        }
    }

    fn record(
        &self,
        outcome: RecordedOutcome,
        report: Option<&Report>,
        shadow: Option<RecordedShadow<'_>>,
        content: Option<Recorded>,
    ) {
        let Finish { gateway, beside, .. } = &self.finish;
        if gateway.records.is_none() && beside.is_none() {
            return;
        }
        let line = self.line(outcome, report, shadow);
        if let (Some(candidate), Some(request)) = (&gateway.candidate, beside) {
            candidate.ended(Arc::clone(request), line.clone());
        }
        if let Some(writer) = &gateway.records {
            match content {
                Some(content) => writer.write_later(move || content.within(line)),
                None => writer.write(line),
            };
        }
    }

    fn line(
        &self,
        outcome: RecordedOutcome,
        report: Option<&Report>,
        shadow: Option<RecordedShadow<'_>>,
    ) -> String {
        let Context { id, now, loaded, .. } = &self.finish.context;
        let (tree, policy) = (&loaded.tree, self.policy());
        let usage = report.and_then(usage);
        let answered = report
            .and_then(|report| report.target)
            .and_then(|target| policy.model(target));
        let price = answered.and_then(|model| model.price.as_ref());
        let record = Record {
            ts: Some(*now),
            id: Some(Cow::Borrowed(id)),
            policy: Some(Cow::Borrowed(&loaded.prepared.policy_hash)),
            seed: Some(self.seed),
            orders: self
                .decision
                .orders
                .iter()
                .filter_map(|(pool, members)| {
                    let members = members
                        .iter()
                        .map(|member| Cow::Borrowed(name_of(policy, *member)));
                    Some((
                        Cow::Borrowed(policy.pool(*pool)?.name.as_str()),
                        members.collect(),
                    ))
                })
                .collect(),
            facts: RecordedFacts::of(tree, &self.facts, &loaded.prepared.record_headers),
            demands: self.facts.demands(),
            prompted: prompted(tree, &self.facts),
            decision: Some(RecordedDecision::of(tree, &self.decision)),
            propensity: RecordedPropensity::of(tree, &self.facts, &self.decision),
            attempts: report.map(|report| attempts(policy, report)).unwrap_or_default(),
            shadow,
            passed_over: report
                .map(|report| passed_over(policy, report))
                .unwrap_or_default(),
            outcome: Some(outcome),
            usage,
            cost_usd: whole_cost(policy, price, usage.as_ref(), report),
            hold_exceeded: report.is_some_and(|report| report.hold_exceeded),
        };
        record.to_line()
    }
}

/// The tokens that were charged, where they are known.
pub(super) fn usage(report: &Report) -> Option<Usage> {
    report.usage.map(|usage| Usage {
        input: usage.input,
        cached: usage.cached,
        cache_write: usage.cache_written,
        output: usage.output,
    })
}

/// What the parts of conditions come to that read the prompt.
fn prompted<'t>(tree: &'t Tree, facts: &Facts) -> Vec<(Cow<'t, str>, bool)> {
    let outcomes = tree.prompt_outcomes(facts).into_iter();
    outcomes
        .map(|(part, outcome)| (Cow::Borrowed(part), outcome))
        .collect()
}

fn attempts<'p>(policy: &'p Policy, report: &Report) -> Vec<RecordedAttempt<'p>> {
    report.attempts.iter().map(|made| attempt(policy, made)).collect()
}

/// An attempt as it stands in the log. Why there was no connection is told in full: nothing else says so.
fn shown(policy: &Policy, attempt: &engine::Attempt) -> String {
    let unfailed = if attempt.cancelled { "cancelled" } else { "ok" };
    let class = attempt.class.map_or(unfailed, |class| class.name());
    let name = name_of(policy, attempt.target);
    match &attempt.reason {
        Some(reason) if attempt.class == Some(FailureClass::Connect) => format!("{name}={class} ({reason})"),
        _ => format!("{name}={class}"),
    }
}

/// An attempt as it stands in a record.
pub(super) fn attempt<'p>(policy: &'p Policy, attempt: &engine::Attempt) -> RecordedAttempt<'p> {
    RecordedAttempt {
        target: Cow::Borrowed(name_of(policy, attempt.target)),
        status: attempt.status,
        class: attempt.class.map(|class| Cow::Borrowed(class.name())),
        first_token_ms: attempt.first_token.map(milliseconds),
        ms: Some(milliseconds(attempt.took)),
        cancelled: attempt.cancelled,
    }
}

/// What a request cost: the answer, and what attempts cost that were broken off beside it.
fn whole_cost(
    policy: &Policy,
    price: Option<&Price>,
    usage: Option<&Usage>,
    report: Option<&Report>,
) -> Option<Cost> {
    let mut whole = cost(price, usage)?;
    for attempt in report.into_iter().flat_map(|report| &report.attempts) {
        if attempt.cancelled {
            let model = policy.model(attempt.target);
            whole += cancelled_cost(model.and_then(|model| model.price.as_ref()), usage)?;
        }
    }
    Some(whole)
}

fn passed_over<'p>(policy: &'p Policy, report: &Report) -> Vec<RecordedPass<'p>> {
    let recorded = |(target, class): &(ModelId, FailureClass)| RecordedPass {
        target: Cow::Borrowed(name_of(policy, *target)),
        class: Some(Cow::Borrowed(class.name())),
    };
    report.passed_over.iter().map(recorded).collect()
}

pub(super) fn name_of(policy: &Policy, target: ModelId) -> &str {
    policy
        .model(target)
        .map(|model| model.name.as_str())
        .unwrap_or_default()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
