//! Which policy is served, and loading it anew.

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

/// The served policy and the last load that failed.
pub(super) async fn show(State(gateway): State<Arc<Gateway>>) -> Response {
    let mut shown = loaded(&gateway.holder.current());
    if let Value::Object(entries) = &mut shown {
        let failure = gateway.holder.last_failure();
        entries.insert("last_failed_load".to_owned(), json!(failure.as_ref().map(failed)));
    }
    reply::json(StatusCode::OK, &shown)
}

/// Loads the policy: 200 with what is served now, or 422 with what is wrong.
pub(super) async fn reload(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.reload.reload().await {
        Some(Ok(served)) => reply::json(StatusCode::OK, &loaded(&served)),
        Some(Err(failure)) => {
            let shown = json!({"last_failed_load": failed(&failure)});
            reply::json(StatusCode::UNPROCESSABLE_ENTITY, &shown)
        }
        None => Problem::internal().into_response(),
    }
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
