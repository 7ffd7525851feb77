//! Everything that the proxy itself answers with instead of a model's answer: the one place that turns a failure into
//! HTTP, in the shape of the client's protocol.

use super::callers::Stranger;
use crate::decide::ASSUMPTION_STATUS;
use crate::wire::errors::{ErrorForm, ErrorShape};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::borrow::Cow;

/// An error as the client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: Cow<'static, str>,
    param: Option<String>,
    final_: bool,
    allow: Option<&'static str>,
}

impl Problem {
    fn new(
        status: StatusCode,
        kind: &'static str,
        code: Option<&'static str>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Problem {
            status,
            kind,
            code,
            message: message.into(),
            param: None,
            final_: false,
            allow: None,
        }
    }

    /// The request is not as it should be: 400.
    pub fn invalid(message: impl Into<Cow<'static, str>>, param: Option<String>) -> Self {
        Problem {
            param,
            ..Self::new(StatusCode::BAD_REQUEST, "invalid_request_error", None, message)
        }
    }

    /// There is no policy beside the served one: 409.
    pub fn nothing_to_promote() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "invalid_request_error",
            None,
            "no policy decides beside the served one: start with `--shadow POLICY`",
        )
    }

    /// No key, or none that is taken: 401.
    pub fn unauthorized(message: &'static str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "invalid_request_error",
            Some("invalid_api_key"),
            message,
        )
    }

    /// Who calls is not known: 401, or 400 where the headers say two things.
    pub fn stranger(stranger: Stranger) -> Self {
        match stranger {
            Stranger::Twice(header) => Self::invalid(stranger.message(), Some(header.to_owned())),
            Stranger::TwoKeys => Self::invalid(stranger.message(), None),
            _ => Self::unauthorized(stranger.message()),
        }
    }

    /// The body is larger than the limit, which a flag may set: 413.
    pub fn too_large(limit: usize, setting: Option<&str>) -> Self {
        let setting = setting
            .map(|name| format!(", the limit that `{name}` sets"))
            .unwrap_or_default();
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid_request_error",
            Some("request_too_large"),
            format!("the request body is larger than {limit} bytes{setting}"),
        )
    }

    /// The head of the request is larger than the limits: 414 or 431.
    pub fn head_too_large(status: StatusCode, message: &'static str) -> Self {
        Self::new(
            status,
            "invalid_request_error",
            Some("request_too_large"),
            message,
        )
    }

    /// The head says twice how long the body is, or has it coded as a whole: 400.
    pub fn ambiguous_length() -> Self {
        Self::invalid(
            "where the request's body ends can be read in two ways: send one `content-length`, or `transfer-encoding: chunked` alone",
            None,
        )
    }

    /// The head names two hosts: 400.
    pub fn ambiguous_host() -> Self {
        Self::invalid("the request has more than one `host` header: send one", None)
    }

    /// The head names no host, which HTTP/1.1 asks for: 400.
    pub fn no_host() -> Self {
        Self::invalid("the request has no `host` header: send one", None)
    }

    /// What the head names is no host: 400.
    pub fn broken_host() -> Self {
        Self::invalid(
            "the `host` header is no name or address with an optional port",
            None,
        )
    }

    /// The body did not come in time: 408.
    pub fn too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "invalid_request_error",
            None,
            "the request body did not arrive in time",
        )
    }

    /// The body is in a coding that is not known here: 415.
    pub fn unknown_coding(coding: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request_error",
            None,
            format!(
                "the request body has the content coding `{coding}`, which is not known here: send it plain or as `gzip`"
            ),
        )
    }

    /// The body is not what its coding says: 400.
    pub fn broken_coding() -> Self {
        Self::invalid("the request body is no whole `gzip`", None)
    }

    /// Nothing is at this path: 404.
    pub fn unknown_path(message: String) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "invalid_request_error",
            Some("unknown_url"),
            message,
        )
    }

    /// The path takes other methods: 405.
    pub fn wrong_method(message: String, allow: &'static str) -> Self {
        Problem {
            allow: Some(allow),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "invalid_request_error",
                Some("method_not_allowed"),
                message,
            )
        }
    }

    /// The admin listener was called by a name that is not this machine's own: 403.
    pub fn foreign_name() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "invalid_request_error",
            Some("foreign_name"),
            "without an admin token this path answers only calls by a loopback name, such as `localhost`",
        )
    }

    /// A guard or route denies, with the policy's status and text.
    pub fn denied(status: u16, message: String) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
        Self::new(status, "policy_error", Some("denied"), message).for_good()
    }

    /// The request is not what the policy takes for granted: 403.
    pub fn assumption_broken(message: String) -> Self {
        let status = StatusCode::from_u16(ASSUMPTION_STATUS).unwrap_or(StatusCode::FORBIDDEN);
        Self::new(status, "policy_error", Some("assumption_broken"), message).for_good()
    }

    /// The model is not there for this caller: 404.
    pub fn model_not_found(message: String) -> Self {
        Problem {
            param: Some("model".to_owned()),
            ..Self::new(
                StatusCode::NOT_FOUND,
                "invalid_request_error",
                Some("model_not_found"),
                message,
            )
            .for_good()
        }
    }

    /// Guards left no target: 503.
    pub fn no_eligible_target(message: String) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "policy_error",
            Some("no_eligible_target"),
            message,
        )
        .for_good()
    }

    /// No target can take the request: 400.
    pub fn no_capable_target(message: String, context_only: bool) -> Self {
        let code = if context_only {
            "context_length_exceeded"
        } else {
            "no_capable_target"
        };
        Self::new(
            StatusCode::BAD_REQUEST,
            "invalid_request_error",
            Some(code),
            message,
        )
        .for_good()
    }

    /// A fault of the proxy's own: 500.
    pub fn internal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            None,
            "the proxy failed to carry out the request",
        )
    }

    /// Marks the problem as one that a repeat cannot change.
    #[must_use]
    fn for_good(mut self) -> Self {
        self.final_ = true;
        self
    }

    /// The problem, which this field of the body has brought about.
    #[must_use]
    pub fn about(mut self, field: String) -> Self {
        self.param = Some(field);
        self
    }

    /// The problem with more to its message.
    #[must_use]
    pub fn adding(mut self, more: String) -> Self {
        self.message.to_mut().push_str(&more);
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What the client is told.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The error's code, where it has one.
    pub fn code(&self) -> Option<&'static str> {
        self.code
    }

    /// The error as a body in this form.
    pub fn body(&self, form: ErrorForm) -> Vec<u8> {
        let shape = ErrorShape {
            status: self.status.as_u16(),
            message: &self.message,
            kind: self.kind,
            code: self.code,
            param: self.param.as_deref(),
        };
        shape.body(form)
    }

    /// The answer for a client that reads errors of this form.
    pub fn respond(self, form: ErrorForm) -> Response {
        let mut response = Response::new(Body::from(self.body(form)));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers();
        response
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.final_ {
            headers.insert("x-should-retry", HeaderValue::from_static("false"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(allow) = self.allow {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        headers
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.respond(ErrorForm::OpenAi)
    }
}
