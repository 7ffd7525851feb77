//! What was decided, and the plan with all that it rests on.

use super::why::{broken_assumptions, class_names, error_code, why};
use crate::decide::{ASSUMPTION_STATUS, Clause, Decision, OrderSource, Outcome, Plan, Refusal, Trace};
use crate::model::{AssumeId, Commit, GuardId, ModelId, Named, Policy, RouteId, SplitKey};
use crate::quantity::format_duration;
use serde::Serialize;
use std::collections::BTreeMap;

/// The decision by names.
#[derive(Serialize)]
pub(super) struct Decided {
    /// The route; none where a broken assumption or a guard refused before.
    pub(super) route: Option<String>,
    /// The plan's targets in order; none for a refusal.
    pub(super) targets: Vec<String>,
    /// Every guard that matched.
    pub(super) guards: Vec<String>,
    /// Where a copy of the request goes, whose answer nobody gets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) shadow: Option<String>,
    /// What left the plan.
    pub(super) skipped: Vec<Skip>,
    /// The denial, where a guard or the route denies or the request breaks an assumption.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) denied: Option<Denied>,
    /// The code of any other refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<&'static str>,
    /// The guards that removed a target, where none is left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) removed_by: Vec<String>,
    /// The cap on completion tokens that guards set.
    pub(super) max_tokens: Option<i64>,
    /// Whether a pool's order is drawn from the seed for want of live state.
    pub(super) estimated: bool,
}

/// A target that left the plan.
#[derive(Serialize)]
pub(super) struct Skip {
    /// Which one.
    pub(super) target: String,
    /// Why.
    pub(super) why: String,
}

/// A denial.
#[derive(Serialize)]
pub(super) struct Denied {
    /// HTTP status.
    pub(super) status: u16,
    /// What the client is told.
    pub(super) message: String,
    /// `assumption_broken` where that is why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
    /// The guard or route that gives both, or the first assumption that is broken.
    pub(super) by: String,
    /// Other guards that deny, or other assumptions that are broken.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) also: Vec<String>,
}

/// One clause of the plan.
#[derive(Serialize)]
pub(super) struct PlanGroup {
    /// `target`, `fallback 1`.
    pub(super) clause: String,
    /// The failures after which its targets may be tried.
    pub(super) on: Vec<&'static str>,
    /// Its targets, first choice first.
    pub(super) targets: Vec<String>,
    /// The target that is tried beside the first one, where that has had no content in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hedge: Option<HedgedBy>,
}

/// A second attempt beside the first one.
#[derive(Serialize)]
pub(super) struct HedgedBy {
    /// Its target.
    pub(super) target: String,
    /// How long the first attempt has.
    pub(super) after: String,
}

/// How a split was drawn.
#[derive(Serialize)]
pub(super) struct SplitDraw {
    /// The fact that the policy draws by, or `request`.
    pub(super) by: String,
    /// The text that was drawn by.
    pub(super) key: String,
    /// Whether that is the request's seed.
    pub(super) by_seed: bool,
    /// The draw, 0 to 9,999.
    pub(super) draw: Option<u64>,
    /// The arms as written.
    pub(super) arms: Vec<Arm>,
    /// The arm that was drawn.
    pub(super) chosen: Option<String>,
}

/// One arm of a split.
#[derive(Serialize)]
pub(super) struct Arm {
    /// The model or pool.
    pub(super) target: String,
    /// The share as written.
    pub(super) share: String,
    /// Whether it was drawn among.
    pub(super) open: bool,
}

/// How a shadow was drawn.
#[derive(Serialize)]
pub(super) struct ShadowDraw {
    /// Where the copy goes.
    pub(super) target: String,
    /// The share as written.
    pub(super) share: String,
    /// The draw, 0 to 9,999.
    pub(super) draw: u64,
    /// Whether it falls into the share.
    pub(super) drawn: bool,
    /// What keeps copies of this request from the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) skipped: Option<String>,
}

/// A pool in the order that its members took.
#[derive(Serialize)]
pub(super) struct PoolOrder {
    /// The pool.
    pub(super) pool: String,
    /// Its `pick`.
    pub(super) pick: String,
    /// All members, first choice first.
    pub(super) order: Vec<String>,
    /// Where the order came from: `written`, `facts`, `seed`, `live`, `seed, live state unknown`.
    pub(super) source: &'static str,
}

/// The settings that hold for the first target.
#[derive(Serialize)]
pub(super) struct Settings {
    /// Timeouts by name.
    pub(super) timeouts: BTreeMap<&'static str, String>,
    /// Repeats on the same target.
    pub(super) retry: Retries,
    /// When bytes reach the client.
    pub(super) commit: String,
    /// Most attempts, all together.
    pub(super) attempts: u32,
    /// What the record holds of what was said; left out where that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) record: Option<String>,
}

/// Repeats on the same target.
#[derive(Serialize)]
pub(super) struct Retries {
    /// How many.
    pub(super) count: u32,
    /// After which failures.
    pub(super) on: Vec<&'static str>,
}

impl Decided {
    /// The decision with the policy's names.
    pub(super) fn of(policy: &Policy, decision: &Decision) -> Self {
        let route = decision.route.and_then(|route| policy.route(route));
        let mut decided = Decided {
            route: route.map(|route| route.name.clone()),
            targets: Vec::new(),
            shadow: None,
            guards: guard_names(policy, &decision.guards),
            skipped: decision
                .skipped
                .iter()
                .map(|skipped| Skip {
                    target: model_name(policy, skipped.target),
                    why: why(policy, skipped.reason),
                })
                .collect(),
            denied: None,
            error: None,
            removed_by: Vec::new(),
            max_tokens: decision.max_tokens,
            estimated: decision.estimated,
        };
        match &decision.outcome {
            Outcome::Plan(plan) => {
                decided.targets = model_names(policy, &plan.targets);
                decided.shadow = plan.shadow.map(|model| model_name(policy, model));
            }
            Outcome::Refused(refusal) => decided.refuse(policy, refusal),
        }
        decided
    }

    fn refuse(&mut self, policy: &Policy, refusal: &Refusal) {
        self.error = error_code(refusal);
        match refusal {
            Refusal::AssumptionBroken { assumes } => {
                let mut names = assume_names(policy, assumes).into_iter();
                self.denied = Some(Denied {
                    status: ASSUMPTION_STATUS,
                    message: broken_assumptions(policy, assumes),
                    code: Some("assumption_broken"),
                    by: names.next().unwrap_or_default(),
                    also: names.collect(),
                });
            }
            Refusal::DeniedByGuards {
                guards,
                status,
                message,
            } => {
                let mut names = guard_names(policy, guards).into_iter();
                self.denied = Some(Denied {
                    status: *status,
                    message: message.clone(),
                    code: None,
                    by: names.next().unwrap_or_default(),
                    also: names.collect(),
                });
            }
            Refusal::DeniedByRoute { status, message } => {
                self.denied = Some(Denied {
                    status: *status,
                    message: message.clone(),
                    code: None,
                    by: self.route.clone().unwrap_or_default(),
                    also: Vec::new(),
                });
            }
            Refusal::NoEligibleTarget { guards } => self.removed_by = guard_names(policy, guards),
            Refusal::ModelNotFound | Refusal::NoCapableTarget { .. } => {}
        }
    }
}

/// The clauses of a plan. A fallback without a target left has no group, so that the trace says which ones are there.
pub(super) fn groups(policy: &Policy, plan: &Plan, trace: &Trace) -> Vec<PlanGroup> {
    let mut clauses = vec![Clause::Target];
    for seen in trace.targets.iter().filter(|seen| seen.skipped.is_none()) {
        if clauses.last() != Some(&seen.clause) {
            clauses.push(seen.clause);
        }
    }
    let name = |at: &usize| {
        plan.targets
            .get(*at)
            .map(|model| model_name(policy, *model))
            .unwrap_or_default()
    };
    clauses
        .into_iter()
        .zip(&plan.groups)
        .map(|(clause, group)| PlanGroup {
            clause: clause_name(clause),
            on: class_names(group.on),
            targets: group.targets.iter().map(name).collect(),
            hedge: plan
                .hedge
                .filter(|_| clause == Clause::Target)
                .map(|hedge| HedgedBy {
                    target: name(&hedge.second),
                    after: format_duration(hedge.after),
                }),
        })
        .collect()
}

/// The clause as operators count: the first fallback is 1.
fn clause_name(clause: Clause) -> String {
    match clause {
        Clause::Target => "target".to_owned(),
        Clause::Fallback(index) => format!("fallback {}", index + 1),
    }
}

/// The split, where one was drawn.
pub(super) fn split(policy: &Policy, trace: &Trace) -> Option<SplitDraw> {
    let split = trace.split.as_ref()?;
    let name = |named: Named| policy.name_of(named).to_owned();
    let by = match split.by {
        SplitKey::Fact(fact) => policy.facts.get(fact).map(|fact| fact.name.clone()),
        SplitKey::Request => None,
    };
    Some(SplitDraw {
        by: by.unwrap_or_else(|| "request".to_owned()),
        key: split.key.clone(),
        by_seed: split.by_seed,
        draw: split.draw,
        arms: split
            .arms
            .iter()
            .map(|arm| Arm {
                target: name(arm.named),
                share: arm.share.to_string(),
                open: arm.open,
            })
            .collect(),
        chosen: split
            .chosen
            .and_then(|at| split.arms.get(at))
            .map(|arm| name(arm.named)),
    })
}

/// The shadow, where the route has one.
pub(super) fn shadow(policy: &Policy, trace: &Trace) -> Option<ShadowDraw> {
    trace.shadow.as_ref().map(|shadow| ShadowDraw {
        target: model_name(policy, shadow.target),
        share: shadow.share.to_string(),
        draw: shadow.draw,
        drawn: shadow.is_drawn,
        skipped: shadow.skipped.map(|reason| why(policy, reason)),
    })
}

/// The pools that were put in order.
pub(super) fn pools(policy: &Policy, trace: &Trace) -> Vec<PoolOrder> {
    trace
        .pools
        .iter()
        .filter_map(|seen| {
            let pool = policy.pool(seen.pool)?;
            Some(PoolOrder {
                pool: pool.name.clone(),
                pick: policy.pick_words(pool.pick),
                order: model_names(policy, &seen.order),
                source: match seen.source {
                    OrderSource::Written => "written",
                    OrderSource::Seed => "seed",
                    OrderSource::Facts => "facts",
                    OrderSource::Live => "live",
                    OrderSource::SeedForLive => "seed, live state unknown",
                },
            })
        })
        .collect()
}

impl Settings {
    /// What holds for an attempt at a target of a route.
    pub(super) fn of(policy: &Policy, route: RouteId, target: ModelId, guards: &[GuardId]) -> Self {
        let timeouts = policy.timeouts(route, target);
        let retry = policy.retry(route);
        Settings {
            timeouts: [
                ("connect", timeouts.connect),
                ("headers", timeouts.headers),
                ("first-token", timeouts.first_token),
                ("idle", timeouts.idle),
                ("total", timeouts.total),
            ]
            .into_iter()
            .filter_map(|(name, timeout)| Some((name, format_duration(timeout?))))
            .collect(),
            retry: Retries {
                count: retry.count,
                on: class_names(retry.on),
            },
            commit: match policy.commit(route) {
                Commit::FirstContent => "first-content".to_owned(),
                Commit::After(duration) => format!("after {}", format_duration(duration)),
                Commit::Complete => "complete".to_owned(),
            },
            attempts: policy.attempts(route),
            record: policy.content(route, guards).map(ToString::to_string),
        }
    }
}

fn model_name(policy: &Policy, model: ModelId) -> String {
    policy.name_of(Named::Model(model)).to_owned()
}

fn model_names(policy: &Policy, models: &[ModelId]) -> Vec<String> {
    models.iter().map(|model| model_name(policy, *model)).collect()
}

fn guard_names(policy: &Policy, guards: &[GuardId]) -> Vec<String> {
    guards
        .iter()
        .filter_map(|guard| Some(policy.guard(*guard)?.name.clone()))
        .collect()
}

fn assume_names(policy: &Policy, assumes: &[AssumeId]) -> Vec<String> {
    assumes
        .iter()
        .filter_map(|assume| Some(policy.assume(*assume)?.name.clone()))
        .collect()
}
