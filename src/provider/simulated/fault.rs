//! The errors that a simulated provider answers with.

use crate::model::FailureClass;
use crate::wire::errors::ErrorShape;

/// Seconds after which a simulated rate limit asks for the next try.
pub(super) const RETRY_AFTER: &str = "1";

/// The error of a fault that is an answer; `None` for those that are silence, cuts or emptiness.
pub(super) fn error(class: FailureClass) -> Option<ErrorShape<'static>> {
    let (status, kind, code, message) = match class {
        FailureClass::RateLimit => (
            429,
            "requests",
            Some("rate_limit_exceeded"),
            "simulated: rate limit reached",
        ),
        FailureClass::Quota => (
            429,
            "insufficient_quota",
            Some("insufficient_quota"),
            "simulated: you exceeded your current quota",
        ),
        FailureClass::Overload => (
            503,
            "overloaded_error",
            None,
            "simulated: the model is overloaded",
        ),
        FailureClass::Server => (500, "server_error", None, "simulated: the server had an error"),
        FailureClass::Auth => (
            401,
            "invalid_request_error",
            Some("invalid_api_key"),
            "simulated: incorrect API key",
        ),
        FailureClass::ContextLength => (
            400,
            "invalid_request_error",
            Some("context_length_exceeded"),
            "simulated: the prompt exceeds the maximum context length",
        ),
        FailureClass::ContentFilter => (
            400,
            "invalid_request_error",
            Some("content_filter"),
            "simulated: the prompt was refused by the content filter",
        ),
        FailureClass::BadRequest => (
            400,
            "invalid_request_error",
            None,
            "simulated: the request is not valid",
        ),
        _ => return None,
    };
    Some(ErrorShape {
        status,
        message,
        kind,
        code,
        param: None,
    })
}
