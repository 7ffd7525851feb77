//! The paths that operators and their machines call.

mod access;
mod explain;

mod health;
mod policy;
mod targets;

use super::problem::Problem;
use super::proxy::surround;
use super::state::Gateway;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{Method, Uri};
use std::sync::Arc;

/// The router of the admin listener.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let guarded = Router::new()
        .route("/policy", get(policy::show))
        .route("/policy/reload", post(policy::reload))
        .route("/policy/promote", post(policy::promote))
        .route("/explain", post(explain::explain))
        .route("/targets", get(targets::show))
        .layer(from_fn_with_state(Arc::clone(&gateway), access::check));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(guarded)
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&gateway), surround))
        .with_state(gateway)
}

async fn unknown(method: Method, uri: Uri) -> Response {
    let message = format!(
        "there is nothing at `{method} {}`: use /healthz, /readyz, /metrics, /policy, /policy/reload, /policy/promote, /explain or /targets",
        uri.path()
    );
    Problem::unknown_path(message).into_response()
}

async fn wrong_method(method: Method, uri: Uri) -> Response {
    let allow = match uri.path() {
        "/policy/reload" | "/policy/promote" | "/explain" => "POST",
        _ => "GET, HEAD",
    };
    Problem::wrong_method(
        format!("`{method}` is not for `{}`: use {allow}", uri.path()),
        allow,
    )
    .into_response()
}
