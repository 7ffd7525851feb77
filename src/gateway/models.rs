//! `GET /v1/models`: the models and pools that no guard takes from the caller.

use super::call::identify;
use super::context::Context;
use super::problem::Problem;
use super::reply;
use crate::decide::usable_names;
use crate::wire::errors::ErrorForm;
use axum::extract::Extension;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::json;

/// The header that Anthropic's clients send.
pub(super) const ANTHROPIC_VERSION: &str = "anthropic-version";

/// Answers with the names that the caller may ask for.
pub(super) async fn list(Extension(context): Extension<Context>, headers: HeaderMap) -> Response {
    let speaks_anthropic = headers.contains_key(ANTHROPIC_VERSION);
    match names(&context, &headers) {
        Ok(names) if speaks_anthropic => {
            let page = anthropic_page(&names, &context.loaded.loaded_at.to_string());
            reply::json(StatusCode::OK, &page)
        }
        Ok(names) => reply::json(
            StatusCode::OK,
            &model_list(&names, context.loaded.loaded_at.seconds()),
        ),
        Err(problem) if speaks_anthropic => problem.respond(ErrorForm::Anthropic),
        Err(problem) => problem.into_response(),
    }
}

/// All names on one page, as Anthropic's clients read them.
fn anthropic_page(names: &[String], created: &str) -> serde_json::Value {
    let data: Vec<_> = names
        .iter()
        .map(|name| json!({"type": "model", "id": name, "display_name": name, "created_at": created}))
        .collect();
    json!({"data": data, "has_more": false, "first_id": names.first(), "last_id": names.last()})
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
