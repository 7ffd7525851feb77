//! The errors that a simulated provider answers with.

use crate::model::FailureClass;
use serde_json::{Value, json};

/// Seconds after which a simulated rate limit asks for the next try.
pub(super) const RETRY_AFTER: &str = "1";

/// Status and error body of a fault that is an answer; `None` for those that are silence, cuts or emptiness.
pub(super) fn error(class: FailureClass) -> Option<(u16, Value)> {
    let (status, kind, code, message) = match class {
        FailureClass::RateLimit => (429, "requests", Some("rate_limit_exceeded"), "rate limit reached"),
        FailureClass::Quota => (
            429,
            "insufficient_quota",
            Some("insufficient_quota"),
            "you exceeded your current quota",
        ),
        FailureClass::Overload => (503, "overloaded_error", None, "the model is overloaded"),
        FailureClass::Server => (500, "server_error", None, "the server had an error"),
        FailureClass::Auth => (
            401,
            "invalid_request_error",
            Some("invalid_api_key"),
            "incorrect API key",
        ),
        FailureClass::ContextLength => (
            400,
            "invalid_request_error",
            Some("context_length_exceeded"),
            "the prompt exceeds the maximum context length",
        ),
        FailureClass::ContentFilter => (
            400,
            "invalid_request_error",
            Some("content_filter"),
            "the prompt was refused by the content filter",
        ),
        FailureClass::BadRequest => (400, "invalid_request_error", None, "the request is not valid"),
        _ => return None,
    };
    let message = format!("simulated: {message}");
    let body = json!({ "error": { "message": message, "type": kind, "param": null, "code": code } });
    Some((status, body))
}
