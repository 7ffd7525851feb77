//! The decision for facts, and why.

use super::super::body::{self, Limit};
use super::super::problem::Problem;
use super::super::reply;
use super::super::state::Gateway;
use crate::decide::{NoOrders, decide_with_trace};
use crate::{explain, facts};
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use std::sync::Arc;

/// Largest object of facts in bytes.
const MAX_FACTS: Limit = Limit {
    bytes: 1 << 20,
    setting: None,
};

/// The seed of explained decisions: the same question has the same answer.
const SEED: u64 = 0;

pub(super) async fn explain(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Body) -> Response {
    let body = match body::read(body, &headers, MAX_FACTS).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let tree = Arc::clone(&gateway.policies.served().tree);
    let read = facts::distinct::parse(&body)
        .map_err(|error| match error.is_data() {
            true => format!("the body is ambiguous: {error}"),
            false => format!("the body is not JSON: {error}"),
        })
        .and_then(|json| {
            facts::json::from_json(&tree.policy().facts, &json).map_err(|errors| errors.join("; "))
        });
    match read {
        Ok(facts) => {
            let (decision, trace) = decide_with_trace(&tree, &facts, SEED, &mut NoOrders);
            reply::json(
                StatusCode::OK,
                &explain::to_json(&tree, &facts, &decision, &trace),
            )
        }
        Err(message) => Problem::invalid(message, None).into_response(),
    }
}
