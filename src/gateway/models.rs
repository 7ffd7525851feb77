//! `GET /v1/models`: the models and pools that no guard takes from the caller.

use super::call::identify;
use super::context::Context;
use super::problem::Problem;
use super::reply;
use crate::decide::usable_names;
use axum::extract::Extension;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

/// Answers with the names that the caller may ask for.
pub(super) async fn list(Extension(context): Extension<Context>, headers: HeaderMap) -> Response {
    match names(&context, &headers) {
        Ok(names) => reply::json(
            StatusCode::OK,
            &model_list(&names, context.loaded.loaded_at.seconds()),
        ),
        Err(problem) => problem.into_response(),
    }
}

fn names(context: &Context, headers: &HeaderMap) -> Result<Vec<String>, Problem> {
    let loaded = &context.loaded;
    let caller = identify(context, headers)?;
    let wishes = &loaded.prepared.wishes;
    let head = wishes.head(loaded.tree.policy(), caller, headers, context.now)?;
    Ok(usable_names(&loaded.tree, &wishes.without_body(head)))
}

fn model_list(names: &[String], created: i64) -> serde_json::Value {
    let data: Vec<_> = names
        .iter()
        .map(|name| json!({"id": name, "object": "model", "created": created, "owned_by": "pointsman"}))
        .collect();
    json!({"object": "list", "data": data})
}
