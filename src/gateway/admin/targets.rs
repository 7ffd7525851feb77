//! The live state of the served policy's targets.

use super::super::reply;
use super::super::state::Gateway;
use crate::model::{ModelId, Policy};
use crate::targets::{BreakerState, CheckState, Standing, TargetState};
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

pub(super) async fn show(State(gateway): State<Arc<Gateway>>) -> Response {
    let loaded = gateway.policies.served();
    let policy = loaded.tree.policy();
    let targets: Vec<Value> = (0_u32..)
        .zip(&policy.models)
        .map(|(index, model)| {
            let state = loaded.prepared.targets.state(ModelId(index));
            let live = &loaded.prepared.targets;
            let breaker = match live.down(ModelId(index), Instant::now()) {
                Some(wait) => Some(open(wait, Some("check"))),
                None => state.map(|state| breaker(policy, ModelId(index), state)),
            };
            let first_content = state.and_then(|state| state.first_content());
            json!({
                "target": model.name,
                "provider": policy.provider(model.provider).map(|provider| &provider.name),
                "in_flight": state.map_or(0, |state| state.in_flight()),
                "first_content_ms": first_content.map(|average| average.as_secs_f64() * 1000.0),
                "breaker": breaker,
                "check": live.check(model.provider).map(|check| standing(check)),
                "ejected": state.and_then(|state| ejected(state)),
            })
        })
        .collect();
    reply::json(StatusCode::OK, &json!({ "targets": targets }))
}

/// The circuit breaker's state; while it is open, how long until the target is probed.
fn breaker(policy: &Policy, model: ModelId, state: &TargetState) -> Value {
    if policy.breaker(model).is_none() {
        return json!({"state": "off"});
    }
    match state.breaker(Instant::now()) {
        BreakerState::Closed => json!({"state": "closed"}),
        BreakerState::HalfOpen => json!({"state": "half-open"}),
        BreakerState::Open(wait) => open(wait, None),
    }
}

/// An open breaker: until when, and who opened it where no attempt did.
fn open(wait: Duration, by: Option<&str>) -> Value {
    let mut open = json!({
        "state": "open",
        "retry_in_ms": u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
    });
    if let (Some(by), Some(object)) = (by, open.as_object_mut()) {
        object.insert("by".to_owned(), json!(by));
    }
    open
}

/// What checks have told of a target's provider.
fn standing(check: &CheckState) -> &'static str {
    match check.standing(Instant::now()) {
        Standing::Unknown => "unknown",
        Standing::Well => "well",
        Standing::Down(_) => "down",
    }
}

/// Why and for how long a target is left alone that is worse than the other members of its pools.
fn ejected(state: &TargetState) -> Option<Value> {
    let ejected = state.ejected(Instant::now())?;
    Some(json!({
        "as": ejected.class.name(),
        "back_in_ms": u64::try_from(ejected.wait.as_millis()).unwrap_or(u64::MAX),
    }))
}
