//! A failed attempt, and what the client gets where it cannot be rescued.

use super::answer::AnswerBody;
use super::client::Head;
use super::headers::{downstream, upstream_id};
use super::journal::Journal;
use crate::model::{FailureClass, ModelId};
use crate::wire::errors::{ErrorForm, ErrorShape, is_error_body};
use crate::wire::exchange::Exchange;
use crate::wire::openai::ErrorFields;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use std::time::Duration;

/// Longest code of a provider that is shown in a log.
const SHOWN_CODE: usize = 64;

/// The shortest wait that clients are asked for: `retry-after` has whole seconds.
const LEAST_WAIT: Duration = Duration::from_secs(1);

/// Why an attempt failed before anything of it reached the client.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) class: FailureClass,
    /// For logs: no secret, no text of the provider.
    pub(super) reason: String,
    /// The wait that the provider asks for.
    pub(super) retry_after: Option<Duration>,
    /// The answer that the client gets where nothing rescues it.
    pub(super) answer: Option<Box<ErrorAnswer>>,
}

/// An answer of a provider that is passed on as it came.
#[derive(Debug)]
pub(super) struct ErrorAnswer {
    pub(super) status: StatusCode,
    /// All headers of the upstream.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) is_stream: bool,
}

impl Failure {
    /// A failure without an answer to pass on.
    pub(super) fn new(class: FailureClass, reason: impl Into<String>) -> Self {
        Failure {
            class,
            reason: reason.into(),
            retry_after: None,
            answer: None,
        }
    }

    /// An error that came with a status of success: the client gets it with the status that belongs to it.
    pub(super) fn disguised(
        exchange: Exchange,
        class: FailureClass,
        error: &ErrorFields,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Self {
        let status = status_of(class, error);
        let body = in_clients_form(exchange, error, status, body);
        let answer = is_error_body(&body, exchange.client.error_form()).then(|| {
            let mut headers = headers.clone();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Box::new(ErrorAnswer {
                status,
                headers,
                body,
                is_stream: false,
            })
        });
        Failure {
            answer,
            ..Failure::new(
                class,
                format!("an error in a successful answer, {}", shown(error)),
            )
        }
    }
}

/// A provider's error as the client's protocol has it.
pub(super) fn in_clients_form(
    exchange: Exchange,
    error: &ErrorFields,
    status: StatusCode,
    body: Bytes,
) -> Bytes {
    if !exchange.translates() {
        return body;
    }
    let ErrorFields {
        message, kind, code, ..
    } = error;
    let or = |text: &'_ String, other: &'static str| match text.is_empty() {
        true => other.to_owned(),
        false => text.clone(),
    };
    let shape = ErrorShape {
        status: status.as_u16(),
        message: &or(message, "the provider gave no reason"),
        kind: &or(kind, "upstream_error"),
        code: Some(code.as_str()).filter(|code| !code.is_empty()),
        param: None,
    };
    shape.body(exchange.client.error_form()).into()
}

/// What stands for a provider's error of this status that came without a text, or with one that did not come in time.
pub(super) fn without_text(class: FailureClass, status: StatusCode, form: ErrorForm) -> Bytes {
    let (_, code, message) = error_of(class);
    shape((status, code, message)).body(form).into()
}

/// The code of an error, for logs.
pub(super) fn shown(error: &ErrorFields) -> String {
    let code = [&error.code, &error.kind]
        .into_iter()
        .find(|code| !code.is_empty())
        .map_or("no code", String::as_str);
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric() || "_-. ".contains(*c))
        .take(SHOWN_CODE)
        .collect()
}

fn status_of(class: FailureClass, error: &ErrorFields) -> StatusCode {
    match class {
        FailureClass::RateLimit => StatusCode::TOO_MANY_REQUESTS,
        FailureClass::Overload => StatusCode::SERVICE_UNAVAILABLE,
        FailureClass::ContextLength | FailureClass::ContentFilter => StatusCode::BAD_REQUEST,
        FailureClass::BadRequest => error
            .status()
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::BAD_REQUEST),
        _ => StatusCode::BAD_GATEWAY,
    }
}

/// What the client gets where all attempts failed: the first target's answer, but for the classes that have an error of
/// ours, and for failures that left no answer.
pub(super) fn give_up(failure: Failure, target: Option<ModelId>, journal: &Journal, form: ErrorForm) -> Head {
    let class = failure.class;
    let ours_only = matches!(class, FailureClass::Auth | FailureClass::Quota);
    let mut head = match failure.answer.filter(|_| !ours_only) {
        Some(answer) => Head {
            status: answer.status,
            headers: with_wait(downstream(&answer.headers), answer.status, failure.retry_after),
            body: Some(AnswerBody::whole(answer.body)),
            is_stream: answer.is_stream,
            target,
            attempts: 0,
            failures: Vec::new(),
            upstream_id: upstream_id(&answer.headers),
        },
        None => ours(class, failure.retry_after, target, form),
    };
    head.attempts = journal.attempts();
    head.failures = journal.failures();
    head
}

/// What the client gets where no target could be tried, since the breakers of all of them are open: 503, and how long
/// until the first of them may be tried again.
pub(super) fn all_open(wait: Duration, journal: &Journal, form: ErrorForm) -> Head {
    const MESSAGE: &str =
        "every target of this request has failed too often of late and is left alone for a while";
    let error = (StatusCode::SERVICE_UNAVAILABLE, "upstream_unavailable", MESSAGE);
    let mut head = told(error, Some(wait.max(LEAST_WAIT)), None, form);
    head.failures = journal.failures();
    head
}

fn ours(
    class: FailureClass,
    retry_after: Option<Duration>,
    target: Option<ModelId>,
    form: ErrorForm,
) -> Head {
    told(error_of(class), retry_after, target, form)
}

/// Status, code and text of an error of ours.
type Told = (StatusCode, &'static str, &'static str);

fn told(error: Told, retry_after: Option<Duration>, target: Option<ModelId>, form: ErrorForm) -> Head {
    let (status, ..) = error;
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Head {
        status,
        headers: with_wait(headers, status, retry_after),
        body: Some(AnswerBody::whole(shape(error).body(form))),
        is_stream: false,
        target,
        attempts: 0,
        failures: Vec::new(),
        upstream_id: None,
    }
}

/// The headers of an error, with the wait that the provider asks for where it is known and they do not say it.
fn with_wait(mut headers: HeaderMap, status: StatusCode, wait: Option<Duration>) -> HeaderMap {
    let wait = wait.filter(|_| matches!(status.as_u16(), 429 | 503));
    if let Some(wait) = wait
        && !headers.contains_key(RETRY_AFTER)
    {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    headers
}

/// The event that ends a stream that broke with this failure.
pub(super) fn terminal_event(class: FailureClass, form: ErrorForm) -> Bytes {
    Bytes::from(shape(error_of(class)).event(form))
}

fn shape((status, code, message): Told) -> ErrorShape<'static> {
    ErrorShape {
        status: status.as_u16(),
        message,
        kind: "upstream_error",
        code: Some(code),
        param: None,
    }
}

/// Status, code and text of our own error for a class.
fn error_of(class: FailureClass) -> Told {
    let bad_gateway = StatusCode::BAD_GATEWAY;
    let late = StatusCode::GATEWAY_TIMEOUT;
    match class {
        FailureClass::Connect => (
            bad_gateway,
            "upstream_connect",
            "the provider could not be reached",
        ),
        FailureClass::TimeoutHeaders => (late, "upstream_timeout", "the provider did not answer in time"),
        FailureClass::TimeoutFirstToken => (
            late,
            "upstream_timeout",
            "the provider's answer did not begin in time",
        ),
        FailureClass::TimeoutIdle => (
            late,
            "upstream_timeout",
            "the provider fell silent within its answer",
        ),
        FailureClass::TimeoutTotal => (late, "upstream_timeout", "the request's time is over"),
        FailureClass::RateLimit => (
            StatusCode::TOO_MANY_REQUESTS,
            "upstream_rate_limit",
            "the provider's rate limit is reached",
        ),
        FailureClass::Quota => (
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream_quota",
            "the provider's quota is used up",
        ),
        FailureClass::Overload => (
            StatusCode::SERVICE_UNAVAILABLE,
            "upstream_overload",
            "the provider is overloaded",
        ),
        FailureClass::Server => (bad_gateway, "upstream_server", "the provider had an error"),
        FailureClass::Auth => (
            bad_gateway,
            "upstream_auth",
            "the provider refused the credentials that are configured for it",
        ),
        FailureClass::ContextLength => (
            StatusCode::BAD_REQUEST,
            "context_length_exceeded",
            "the prompt is longer than the model's context",
        ),
        FailureClass::ContentFilter => (
            StatusCode::BAD_REQUEST,
            "content_filter",
            "the provider refused the content",
        ),
        FailureClass::BadRequest => (
            StatusCode::BAD_REQUEST,
            "upstream_bad_request",
            "the provider refused the request",
        ),
        FailureClass::Empty => (bad_gateway, "upstream_empty", "the provider's answer was empty"),
        FailureClass::Truncated => (
            bad_gateway,
            "upstream_truncated",
            "the provider's answer ended before its end",
        ),
    }
}
