//! Whether the process lives, whether it takes requests, and what it has counted: open to everyone who can call.

use super::super::state::Gateway;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use std::sync::Arc;

/// The form that the metrics are written in.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// 503 from the moment that the process begins to stop.
pub(super) async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    if gateway.stop.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    "ready\n".into_response()
}

pub(super) async fn metrics(State(gateway): State<Arc<Gateway>>) -> Response {
    let rendered = gateway.metrics.render(gateway.snapshot());
    ([(CONTENT_TYPE, METRICS_TYPE)], rendered).into_response()
}
