//! The headers that say what became of a request.

use super::context::{Context, REQUEST_ID};
use crate::engine::Answer;
use crate::model::{ModelId, Policy, RouteId};
use crate::wire::errors::ErrorForm;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const POLICY: HeaderName = HeaderName::from_static("x-pointsman-policy");
const ROUTE: HeaderName = HeaderName::from_static("x-pointsman-route");
const TARGET: HeaderName = HeaderName::from_static("x-pointsman-target");
const ATTEMPTS: HeaderName = HeaderName::from_static("x-pointsman-attempts");
const FAILURES: HeaderName = HeaderName::from_static("x-pointsman-failures");
const UPSTREAM_ID: HeaderName = HeaderName::from_static("x-pointsman-upstream-id");
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The header in which clients of messages read a request's id, beside the one of all.
const MESSAGE_REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// Adds what every answer has, to a client that reads answers of this form.
pub(super) fn mark(headers: &mut HeaderMap, context: &Context, form: ErrorForm) {
    set(headers, HeaderName::from_static(REQUEST_ID), &context.id);
    if form == ErrorForm::Anthropic {
        set(headers, MESSAGE_REQUEST_ID, &context.id);
    }
    headers.insert(POLICY, context.loaded.prepared.policy_header.clone());
}

/// Adds what answers have that come from a decision without attempts.
pub(super) fn mark_refused(headers: &mut HeaderMap, policy: &Policy, route: Option<RouteId>) {
    set_route(headers, policy, route);
    headers.insert(ATTEMPTS, HeaderValue::from_static("0"));
}

/// The response of an answer.
pub(super) fn respond(answer: Answer, policy: &Policy, route: RouteId) -> Response {
    let mut headers = answer.headers;
    set_route(&mut headers, policy, Some(route));
    if let Some(target) = answer.target {
        set(&mut headers, TARGET, name_of(policy, target));
    }
    headers.insert(ATTEMPTS, HeaderValue::from(answer.attempts));
    if !answer.failures.is_empty() {
        let failures: Vec<String> = answer
            .failures
            .iter()
            .map(|(target, setback)| format!("{}={setback}", name_of(policy, *target)))
            .collect();
        set(&mut headers, FAILURES, &failures.join(", "));
    }
    if let Some(id) = &answer.upstream_id {
        set(&mut headers, UPSTREAM_ID, id);
    }
    if answer.is_stream {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    }
    let mut response = Response::new(Body::new(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// A JSON value as a response.
pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A policy's hash as a header's value.
pub(super) fn policy_header(short_hash: &str) -> HeaderValue {
    text(short_hash)
}

fn set_route(headers: &mut HeaderMap, policy: &Policy, route: Option<RouteId>) {
    if let Some(route) = route.and_then(|route| policy.route(route)) {
        set(headers, ROUTE, &route.name);
    }
}

fn name_of(policy: &Policy, target: ModelId) -> &str {
    policy
        .model(target)
        .map(|model| model.name.as_str())
        .unwrap_or_default()
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    headers.insert(name, text(value));
}

/// Text as a header's value; characters that cannot stand in one become `?`.
fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or_else(|_| {
        let plain: String = value
            .chars()
            .map(|character| {
                if (' '..='~').contains(&character) {
                    character
                } else {
                    '?'
                }
            })
            .collect();
        HeaderValue::from_str(&plain).unwrap_or_else(|_| HeaderValue::from_static("?"))
    })
}
