//! Which policy is served, which one decides beside it, loading them anew, and letting them change places.

use super::super::candidate::Standing;
use super::super::policies::Followed;
use super::super::prepare::Prepared;
use super::super::problem::Problem;
use super::super::reply;
use super::super::state::Gateway;
use crate::reload::{FailedLoad, Loaded};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use std::sync::Arc;

/// The served policy and the last load that failed; where a policy decides beside it, that one and what it would change.
pub(super) async fn show(State(gateway): State<Arc<Gateway>>) -> Response {
    let mut shown = followed(&gateway.policies.followed());
    shown["generation"] = json!(gateway.policies.generation());
    if let (Some(candidate), Some(beside)) = (&gateway.candidate, gateway.policies.candidate()) {
        let mut beside = followed(&beside);
        beside["difference"] = json!(candidate.standing().await.as_ref().map(difference));
        shown["shadow"] = beside;
    }
    reply::json(StatusCode::OK, &shown)
}

/// Serves the policy that decided beside the served one: 200 with what is served now, or 409 where there is none.
pub(super) async fn promote(State(gateway): State<Arc<Gateway>>) -> Response {
    let Some(promoted) = gateway.policies.promote() else {
        return Problem::nothing_to_promote().into_response();
    };
    tracing::info!(
        policy = promoted.tree.hash().short(),
        generation = gateway.policies.generation(),
        "the policy of `--shadow` is served now, and the one before it decides beside it"
    );
    show(State(gateway)).await
}

/// Loads the served policy, and the one beside it: 200 with what is served now, or 422 with what is wrong.
pub(super) async fn reload(State(gateway): State<Arc<Gateway>>) -> Response {
    if let Some(beside) = gateway.policies.candidate() {
        // What is wrong with it stands in `/policy`, and is no trouble for what is served.
        let _ = beside.reload.reload().await;
    }
    match gateway.policies.followed().reload.reload().await {
        Some(Ok(_)) => show(State(gateway)).await,
        Some(Err(failure)) => {
            let shown = json!({"last_failed_load": failed(&failure)});
            reply::json(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        None => Problem::internal().into_response(),
    }
}

/// A policy and the last of its loads that failed.
fn followed(policy: &Followed) -> Value {
    let mut shown = loaded(&policy.holder.current());
    shown["last_failed_load"] = json!(policy.holder.last_failure().as_ref().map(failed));
    shown
}

/// What the policy beside the served one would have changed.
fn difference(standing: &Standing) -> Value {
    let rejected = standing.first_rejected.as_ref();
    json!({
        "from": standing.pair.served.tree.hash().to_string(),
        "to": standing.pair.candidate.tree.hash().to_string(),
        "since": standing.since,
        "rejected": standing.rejected,
        "first_rejected": rejected.map(|(id, reason)| json!({"id": id, "reason": reason})),
        "report": standing.report,
    })
}

fn loaded(loaded: &Loaded<Prepared>) -> Value {
    let files: Vec<&str> = loaded
        .tree
        .sources()
        .files()
        .map(|(_, file)| file.name())
        .collect();
    json!({
        "hash": loaded.tree.hash().to_string(),
        "generation": loaded.generation,
        "loaded_at": loaded.loaded_at.to_string(),
        "files": files,
        "warnings": loaded.warnings,
        "unproved": loaded.unproved,
    })
}

fn failed(failure: &FailedLoad) -> Value {
    json!({
        "at": failure.at.to_string(),
        "current": failure.current,
        "diagnostics": failure.diagnostics,
    })
}
