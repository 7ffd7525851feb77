//! `GET /v1/models` and `GET /v1/models/NAME`: the models and pools that no guard takes from the caller.

use super::call::identify;
use super::context::Context;
use super::problem::Problem;
use super::{refusal, reply};
use crate::decide::{Refusal, is_usable, usable_names};
use crate::facts::{Builtin, Facts, Value};
use crate::wire::errors::ErrorForm;
use axum::extract::{Extension, Path};
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

/// Answers with one name, where the caller may ask for it; one that fits a pattern is as good as one of the list.
pub(super) async fn one(
    Extension(context): Extension<Context>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let speaks_anthropic = headers.contains_key(ANTHROPIC_VERSION);
    let loaded_at = context.loaded.loaded_at;
    match usable(&context, &headers, &name) {
        Ok(()) if speaks_anthropic => {
            let model = anthropic_model(&name, &loaded_at.to_string());
            reply::json(StatusCode::OK, &model)
        }
        Ok(()) => reply::json(StatusCode::OK, &model(&name, loaded_at.seconds())),
        Err(problem) if speaks_anthropic => problem.respond(ErrorForm::Anthropic),
        Err(problem) => problem.into_response(),
    }
}

/// All names on one page, as Anthropic's clients read them.
fn anthropic_page(names: &[String], created: &str) -> serde_json::Value {
    let data: Vec<_> = names.iter().map(|name| anthropic_model(name, created)).collect();
    json!({"data": data, "has_more": false, "first_id": names.first(), "last_id": names.last()})
}

fn anthropic_model(name: &str, created: &str) -> serde_json::Value {
    json!({"type": "model", "id": name, "display_name": name, "created_at": created})
}

fn names(context: &Context, headers: &HeaderMap) -> Result<Vec<String>, Problem> {
    let facts = facts(context, headers)?;
    Ok(usable_names(&context.loaded.tree, &facts))
}

/// Whether the caller may ask for this name; else the error that a request for it gets.
fn usable(context: &Context, headers: &HeaderMap, name: &str) -> Result<(), Problem> {
    let mut facts = facts(context, headers)?;
    let tree = &context.loaded.tree;
    if is_usable(tree, &facts, name) {
        return Ok(());
    }
    // The fact is a string, so that nothing is handed back.
    let _ = facts.set(Builtin::Model.into(), Value::String(name.to_owned()));
    Err(refusal::problem(tree, &facts, &Refusal::ModelNotFound, &[]))
}

/// What is known of a caller who sends no body.
fn facts(context: &Context, headers: &HeaderMap) -> Result<Facts, Problem> {
    let loaded = &context.loaded;
    let caller = identify(context, headers)?;
    let wishes = &loaded.prepared.wishes;
    let head = wishes.head(loaded.tree.policy(), caller, headers, context.now)?;
    Ok(wishes.without_body(head))
}

fn model_list(names: &[String], created: i64) -> serde_json::Value {
    let data: Vec<_> = names.iter().map(|name| model(name, created)).collect();
    json!({"object": "list", "data": data})
}

fn model(name: &str, created: i64) -> serde_json::Value {
    json!({"id": name, "object": "model", "created": created, "owned_by": "pointsman"})
}
