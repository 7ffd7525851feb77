//! What one simulated call does, written down before it is played.

use super::super::backend::UpstreamRequest;
use super::{fault, vectors, words};
use crate::model::{FailureClass, SimulatedBehaviour};
use crate::wire::endpoint::Endpoint;
use crate::wire::openai::Usage;
use crate::wire::translate::Composition;
use ::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use ::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A call from its start to its end.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// Time until headers, or until it is known that there is no connection.
    pub(super) latency: Duration,
    /// Whether there is no connection.
    pub(super) fails_to_connect: bool,
    /// Whether headers never come.
    pub(super) silent: bool,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) steps: Vec<Step>,
}

/// One step of a body.
#[derive(Debug)]
pub(super) enum Step {
    /// Bytes after a while.
    Piece { after: Duration, bytes: Bytes },
    /// The connection is lost.
    Cut,
    /// Nothing more, for ever.
    Silence,
}

/// What an answer consists of.
struct Answer<'a> {
    request: &'a UpstreamRequest,
    id: String,
    tokens: Vec<&'static str>,
    cut_by_cap: bool,
    created: u64,
}

/// Writes the script of one call.
pub(super) fn write(
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) -> Script {
    let mut script = Script {
        latency: behaviour.latency,
        ..Script::default()
    };
    let id = format!("sim-{:016x}", request.seed);
    if let Ok(id) = HeaderValue::try_from(id) {
        script.headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    match fault {
        Some(FailureClass::Connect) => script.fails_to_connect = true,
        Some(FailureClass::TimeoutHeaders | FailureClass::TimeoutTotal) => script.silent = true,
        Some(class) if fault::error(class).is_some() => refuse(&mut script, request, class),
        other if request.endpoint == Endpoint::Embeddings => vectors(&mut script, behaviour, request, other),
        other if request.stream => stream(&mut script, behaviour, request, other),
        other => whole(&mut script, behaviour, request, other),
    }
    script
}

fn refuse(script: &mut Script, request: &UpstreamRequest, class: FailureClass) {
    let Some(error) = fault::error(class) else {
        return;
    };
    script.status = StatusCode::from_u16(error.status).unwrap_or_default();
    set_type(script, "application/json");
    if class == FailureClass::RateLimit {
        let seconds = HeaderValue::from_static(fault::RETRY_AFTER);
        script.headers.insert(RETRY_AFTER, seconds);
    }
    script
        .steps
        .push(piece(Duration::ZERO, error.body(request.endpoint.error_form())));
}

/// A whole answer: its headers come when all of it has been made.
fn whole(
    script: &mut Script,
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) {
    let answer = Answer::new(request, fault);
    let further = u32::try_from(answer.tokens.len().saturating_sub(1)).unwrap_or(u32::MAX);
    script.latency += behaviour.first_token + pause(behaviour).saturating_mul(further);
    let body = answer
        .composition()
        .whole(request.endpoint, &request.body.to_bytes())
        .unwrap_or_default();
    send_whole(script, body, fault);
}

/// Embeddings, after the time to the first token.
fn vectors(
    script: &mut Script,
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) {
    script.latency += behaviour.first_token;
    let empty = fault == Some(FailureClass::Empty);
    send_whole(script, vectors::answer(request, empty).to_string(), fault);
}

/// A whole body, or as much of it as the fault leaves.
fn send_whole(script: &mut Script, body: String, fault: Option<FailureClass>) {
    set_type(script, "application/json");
    let half = body.get(..body.len() / 2).unwrap_or_default().to_owned();
    match fault {
        Some(FailureClass::Truncated) => script.steps.extend([piece(Duration::ZERO, half), Step::Cut]),
        Some(FailureClass::TimeoutIdle) => script.steps.extend([piece(Duration::ZERO, half), Step::Silence]),
        Some(FailureClass::TimeoutFirstToken) => script.steps.push(Step::Silence),
        _ => script.steps.push(piece(Duration::ZERO, body)),
    }
}

/// A stream: a role, then token by token, then the end.
fn stream(
    script: &mut Script,
    behaviour: &SimulatedBehaviour,
    request: &UpstreamRequest,
    fault: Option<FailureClass>,
) {
    let answer = Answer::new(request, fault);
    let Some(events) = answer
        .composition()
        .stream(request.endpoint, &request.body.to_bytes())
    else {
        return whole(script, behaviour, request, fault);
    };
    set_type(script, "text/event-stream; charset=utf-8");
    script.steps.push(piece(Duration::ZERO, events.opening));
    if fault == Some(FailureClass::TimeoutFirstToken) {
        script.steps.push(Step::Silence);
        return;
    }
    let spoken = match fault {
        Some(FailureClass::Truncated | FailureClass::TimeoutIdle) => events.tokens.len().div_ceil(2),
        _ => events.tokens.len(),
    };
    for (position, token) in events.tokens.into_iter().take(spoken).enumerate() {
        let after = match position {
            0 => behaviour.first_token,
            _ => pause(behaviour),
        };
        script.steps.push(piece(after, token));
    }
    script.steps.push(match fault {
        Some(FailureClass::Truncated) => Step::Cut,
        Some(FailureClass::TimeoutIdle) => Step::Silence,
        _ => piece(Duration::ZERO, events.closing),
    });
}

impl<'a> Answer<'a> {
    fn new(request: &'a UpstreamRequest, fault: Option<FailureClass>) -> Self {
        let (tokens, cut_by_cap) = match fault {
            Some(FailureClass::Empty) => (Vec::new(), false),
            _ => words::tokens(request.max_tokens),
        };
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        let prefix = match request.endpoint {
            Endpoint::Messages => "msg",
            Endpoint::Responses => "sim",
            _ => "chatcmpl",
        };
        Answer {
            request,
            id: format!("{prefix}-{:016x}", request.seed),
            tokens,
            cut_by_cap,
            created: since_epoch.map_or(0, |age| age.as_secs()),
        }
    }

    fn composition(&self) -> Composition<'_> {
        Composition {
            id: &self.id,
            model: &self.request.model,
            created: self.created,
            tokens: &self.tokens,
            cut: self.cut_by_cap,
            usage: Usage {
                input: self.request.tokens,
                cached: 0,
                cache_written: 0,
                output: self.tokens.len() as u64,
            },
        }
    }
}

/// The time between two tokens.
fn pause(behaviour: &SimulatedBehaviour) -> Duration {
    behaviour
        .rate
        .filter(|rate| *rate > 0.0)
        .and_then(|rate| Duration::try_from_secs_f64(1.0 / rate).ok())
        .unwrap_or_default()
}

fn set_type(script: &mut Script, content_type: &'static str) {
    let value = HeaderValue::from_static(content_type);
    script.headers.insert(CONTENT_TYPE, value);
}

fn piece(after: Duration, bytes: impl Into<Bytes>) -> Step {
    Step::Piece {
        after,
        bytes: bytes.into(),
    }
}
